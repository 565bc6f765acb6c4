import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const START_TIMEOUT_MS = 20_000;
/** Runs TypeScript as the pages say. */
export const tsx = import.meta.resolve('tsx');

/** A program of a page, on a port that is free here. */
export function onPort(port: number, code: string | undefined): string {
  if (code?.includes('3000') !== true) throw new Error('a page has no block that names port 3000');
  return code.replace('3000', String(port));
}

/** A program that runs. */
export interface Running {
  readonly secret: string;
  printed(): string;
  hasEnded(): boolean;
  stop(): void;
}

/** Starts a program of a project. */
export function started(directory: string, file: string, secret: string): Running {
  const child = spawn(process.execPath, ['--import', tsx, file], {
    cwd: directory,
    env: environment(secret),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = (): void => {
    process.off('exit', stop);
    child.kill('SIGKILL');
  };
  process.once('exit', stop);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  return {
    secret,
    printed: () => printed,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    stop,
  };
}

/** Resolves when something listens on a port. */
export async function listening(port: number, receiving: Running): Promise<void> {
  const untilMs = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < untilMs && !receiving.hasEnded()) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await delay(50);
  }
  throw new Error(`receive.ts does not listen\n${receiving.printed()}`);
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await once(server.close(), 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}

/** As the README makes one. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** What the programs of the pages read. */
export function environment(secret: string): NodeJS.ProcessEnv {
  return { ...process.env, WEBHOOK_SECRET: secret };
}
