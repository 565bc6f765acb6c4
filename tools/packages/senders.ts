import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeBlocks } from '../docs/code-blocks.js';
import { failed, passed } from './check.js';
import { freePort, listening, newSecret, onPort, type Running, started } from './programs.js';
import type { InstalledProject } from './projects.js';

const PAGE = 'README.md';
const TIMEOUT_MS = 20_000;

/** Runs the sender of the README against its receiver, twice on one file, as its reader does. */
export async function checkSender({ manager, directory }: InstalledProject): Promise<void> {
  const what = `${manager}: “Send in 60 seconds” runs, and its receiver takes what it sends`;
  const port = await freePort();
  const blockOf = (heading: string): string | undefined =>
    codeBlocks(PAGE).find((block) => block.heading === heading)?.code;
  writeFileSync(join(directory, 'receive.ts'), onPort(port, blockOf('Receive in 60 seconds')));
  writeFileSync(join(directory, 'send-events.ts'), onPort(port, blockOf('Send in 60 seconds')));
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(directory, `webhooks.db${suffix}`), { force: true });
  const secret = newSecret();
  const receiving = started(directory, 'receive.ts', secret);
  try {
    await listening(port, receiving);
    const outputs: string[] = [];
    for (const run of [1, 2]) outputs.push(await sendOnce(directory, secret, receiving, run));
    const isRight = outputs.every((output) => /outcome: 'delivered'/.test(output));
    if (isRight) passed(what);
    else failed(what, `it prints\n${outputs.join('\n')}\n${receiving.printed()}`);
  } finally {
    receiving.stop();
  }
}

/** Until the receiver has printed as many events as were sent, and the sender what came of the last one. */
async function sendOnce(directory: string, secret: string, receiving: Running, run: number): Promise<string> {
  const sending = started(directory, 'send-events.ts', secret);
  try {
    const untilMs = performance.now() + TIMEOUT_MS;
    const isDone = (): boolean =>
      receiving.printed().match(/invoice\.paid \{ amount: 1200 \}/g)?.length === run &&
      sending.printed().includes("kind: 'attempt'");
    while (!isDone() && performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 50));
    return sending.printed();
  } finally {
    sending.stop();
  }
}
