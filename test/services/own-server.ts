import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, chownSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, onTestFinished } from 'vitest';

const READY_WITHIN_MS = 15_000;

/** Who a server runs as. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** A program with its arguments. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Where it must not be root, and this process is. */
  readonly user?: User | undefined;
}

/** A server that a test owns, and may end and start again. */
export class OwnServer {
  readonly #command: Command;
  readonly #isReady: () => Promise<boolean>;
  #child: ChildProcess | undefined;
  #said = '';

  constructor(command: Command, isReady: () => Promise<boolean>) {
    this.#command = command;
    this.#isReady = isReady;
  }

  /** Until it answers. */
  async start(): Promise<void> {
    const { program, args, user } = this.#command;
    const child = spawn(program, args, { ...user, cwd: tmpdir(), stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const end = (): void => void child.kill('SIGKILL');
    process.once('exit', end);
    child.once('close', () => process.off('exit', end));
    for (const output of [child.stdout, child.stderr]) {
      output.setEncoding('utf8').on('data', (text: string) => {
        this.#said = `${this.#said}${text}`.slice(-4000);
      });
    }
    for (const endMs = Date.now() + READY_WITHIN_MS; !(await this.#isReady()); await pause(20)) {
      if (child.exitCode !== null || Date.now() > endMs)
        throw new Error(`${program} is away:\n${this.#said}`);
    }
  }

  /** Sends a signal, and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill(signal);
    await ended;
  }
}

/** A folder that goes when the test ends. */
export function serverFolder(name: string, user?: User): string {
  const folder = mkdtempSync(join(tmpdir(), `countersign-${name}-`));
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A port that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** Where a program is: in one of some folders, or on the path. */
export function findProgram(name: string, folders: readonly string[] = []): string | undefined {
  const path = process.env['PATH']?.split(delimiter) ?? [];
  return [...folders, ...path].map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A user of this machine by name; `undefined` where this process is not root, and runs everything as itself. */
export function userUnlessRoot(name: string): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new Error(`there is no user ${name} to run a server as`);
  return { uid: Number(uid), gid: Number(gid) };
}

/** A suite that needs programs. Without them it says so and is skipped; where services are required, it fails. */
export function describeWithPrograms(
  programs: Readonly<Record<string, string | undefined>>,
): typeof describe.skip {
  const missing = Object.keys(programs).filter((name) => programs[name] === undefined);
  if (missing.length === 0 || process.env['COUNTERSIGN_REQUIRE_SERVICES'] === '1') return describe;
  process.stderr.write(`skipped: ${missing.join(', ')} not found (programs of PostgreSQL and Redis)\n`);
  return describe.skip;
}
