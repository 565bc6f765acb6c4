import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { generateSecret } from '@countersign/core';
import { transform } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { startExample } from '../examples/example-process.js';
import { temporaryFolder } from '../sender/sqlite/temporary-folder.js';

const root = resolve(import.meta.dirname, '../..');
/** Where every package is installed. */
const cwd = join(root, 'test');
const run = ['--conditions=@countersign/source', '--import', 'tsx'];
const freePort = pathToFileURL(join(import.meta.dirname, 'free-port.ts')).href;

/** The first `ts` block of one section of docs/receive.md, as `node` is told to run it. */
async function firstBlock(heading: string, change: (code: string) => string): Promise<readonly string[]> {
  const page = readFileSync(join(root, 'docs/receive.md'), 'utf8');
  const [, section = ''] = page.split(new RegExp(`^## ${heading}$`, 'm'));
  const [, block = ''] = /^```ts\n(.*?)^```$/ms.exec(section) ?? [];
  const { code } = await transform(change(block), { loader: 'ts', format: 'esm' });
  return ['--input-type=module', '--eval', code];
}

test('docs/receive.md, Acknowledge before handling: 202, handled; again: duplicate; and it stops', async () => {
  const secret = generateSecret();
  const file = join(temporaryFolder(), 'inbox.db');
  const receiver = await firstBlock('Acknowledge before handling', (code) => {
    expect(code).toContain("'inbox.db'");
    return code.replace("'inbox.db'", JSON.stringify(file));
  });
  const args = [...run, '--import', freePort, ...receiver];
  const { origin, printed, stop } = await startExample(
    'docs/receive.md',
    { WEBHOOK_SECRET: secret },
    { args, cwd },
  );
  onTestFinished(async () => void (await stop()));
  const { port } = new URL(origin);
  const sender = [
    ...run,
    ...(await firstBlock('Send yourself one', (code) => code.replaceAll('3000', port))),
  ];
  const sent = async (): Promise<string> =>
    (
      await promisify(execFile)(process.execPath, sender, {
        cwd,
        env: { ...process.env, WEBHOOK_SECRET: secret },
      })
    ).stdout;
  expect(await sent()).toBe('202 {"received":true,"status":"acknowledged"}\n');
  await printed(/^msg_1 invoice\.paid/m);
  expect(await sent()).toBe('200 {"received":true,"status":"duplicate"}\n');
  const { stdout, stderr, exitCode } = await stop();
  expect(stdout.match(/^msg_1 .*$/gm)).toEqual(['msg_1 invoice.paid { amount: 1200 }']);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
});
