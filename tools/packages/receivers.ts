import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { codeBlocks } from '../docs/code-blocks.js';
import { run } from '../run.js';
import { root } from '../workspace.js';
import { failed, passed } from './check.js';
import type { InstalledProject } from './projects.js';

const HEADING = 'Receive in 60 seconds';
/** A receiver as its page has it, complete and on port 3000. */
interface Receiver {
  readonly page: string;
  readonly heading: string;
}

const first: Receiver = { page: 'README.md', heading: HEADING };
const others: readonly Receiver[] = ['Fastify', 'Hono on Node.js'].map((heading) => ({
  page: 'docs/receive.md',
  heading,
}));
const START_TIMEOUT_MS = 20_000;
const tsx = import.meta.resolve('tsx');

/** Runs the first program of the README, and those for the other frameworks that need no build. */
export async function checkReceivers(project: InstalledProject): Promise<void> {
  // Where a manager puts packages is the same for every framework: one of them runs the others.
  for (const receiver of project.manager === 'npm' ? [first, ...others] : [first])
    await checkReceiver(project, receiver);
}

/** Sends to a receiver what the README sends, and compares what both print with what it says they print. */
async function checkReceiver(
  { manager, directory }: InstalledProject,
  { page, heading }: Receiver,
): Promise<void> {
  const what = `${manager}: “${heading}” of ${page} runs, and takes what “${HEADING}” sends`;
  const port = await freePort();
  const receive = onPort(port, codeBlocks(page).filter((block) => block.heading === heading)[0]?.code);
  const send = onPort(port, codeBlocks(first.page).filter((block) => block.heading === HEADING)[1]?.code);
  writeFileSync(join(directory, 'receive.ts'), receive);
  writeFileSync(join(directory, 'send.ts'), send);

  const receiving = receiver(directory, newSecret());
  try {
    await listening(port, receiving);
    const answers: string[] = [];
    for (const secret of [receiving.secret, receiving.secret, newSecret()]) {
      const { output } = await run(process.execPath, ['--import', tsx, 'send.ts'], {
        cwd: directory,
        env: environment(secret),
      });
      answers.push(output.trim());
    }
    compare(what, { answers, events: receiving.printed() });
  } finally {
    receiving.stop();
  }
}

/** A program of a page, on a port that is free here. */
function onPort(port: number, code: string | undefined): string {
  if (code?.includes('3000') !== true) throw new Error('a page has no block that names port 3000');
  return code.replace('3000', String(port));
}

function compare(what: string, { answers, events }: { answers: readonly string[]; events: string }): void {
  const section =
    readFileSync(join(root, 'README.md'), 'utf8').split(`## ${HEADING}`)[1]?.split('\n## ')[0] ?? '';
  const said = Array.from(section.matchAll(/`(\d{3} \{[^`]+\})`/g), ([, answer]) => answer);
  // The duplicate and the forgery run no handler.
  const handled = events.trim().split('\n');
  const isRight = said.length === 3 && String(answers) === String(said) && handled.length === 1;
  if (isRight && handled[0] === 'msg_1 invoice.paid { amount: 1200 }') passed(what);
  else failed(what, `it says\n${said.join('\n')}\nand prints\n${answers.join('\n')}\n${events}`);
}

interface Receiving {
  readonly secret: string;
  printed(): string;
  hasEnded(): boolean;
  stop(): void;
}

function receiver(directory: string, secret: string): Receiving {
  const child = spawn(process.execPath, ['--import', tsx, 'receive.ts'], {
    cwd: directory,
    env: environment(secret),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = (): void => void child.kill('SIGKILL');
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

async function listening(port: number, receiving: Receiving): Promise<void> {
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await once(server.close(), 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}

function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

function environment(secret: string): NodeJS.ProcessEnv {
  return { ...process.env, WEBHOOK_SECRET: secret };
}
