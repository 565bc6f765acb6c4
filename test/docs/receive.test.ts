import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { generateSecret } from '@countersign/core';
import { transform } from 'esbuild';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startExample } from '../examples/example-process.js';

const root = resolve(import.meta.dirname, '../..');
/** Where every package is installed. */
const cwd = join(root, 'test');
const run = ['--conditions=@countersign/source', '--import', 'tsx'];
const freePort = pathToFileURL(join(import.meta.dirname, 'free-port.ts')).href;

/** The `ts` blocks of one section of a page. */
function blocks(page: string, heading: string): readonly string[] {
  const text = readFileSync(join(root, page), 'utf8');
  const [, section = ''] = text.split(new RegExp(`^## ${heading}$`, 'm'));
  const [own = ''] = section.split(/^## /m);
  return Array.from(own.matchAll(/^```ts\n(.*?)^```$/gms), ([, code = '']) => code);
}

/** What `node` is told to run a block as a file of the folder where it is started. */
async function evaluated(block: string): Promise<string[]> {
  const { code } = await transform(block, { loader: 'ts', format: 'esm' });
  return ['--input-type=module', '--eval', code];
}

const pages = [
  { page: 'README.md', heading: 'Receive in 60 seconds', sender: 1 },
  ...['Express', 'Fastify', 'Hono on Node.js'].map((heading) => ({ page: 'docs/receive.md', heading })),
];

describe.each(pages)('$page, $heading', ({ page, heading, ...rest }) => {
  test('prints what the page says: processed, duplicate, unauthorized', async () => {
    const [receiver = ''] = blocks(page, heading);
    const [send = ''] =
      'sender' in rest ? blocks(page, heading).slice(rest.sender) : blocks(page, 'Send yourself one');
    const secret = generateSecret();
    const args = [...run, '--import', freePort, ...(await evaluated(receiver))];
    const { origin, stop } = await startExample(
      `${page}, ${heading}`,
      { WEBHOOK_SECRET: secret },
      { args, cwd },
    );
    onTestFinished(async () => void (await stop()));

    const { port } = new URL(origin);
    const sender = [...run, ...(await evaluated(send.replaceAll('3000', port)))];
    const sent = async (WEBHOOK_SECRET: string): Promise<string> => {
      const env = { ...process.env, WEBHOOK_SECRET };
      return (await promisify(execFile)(process.execPath, sender, { cwd, env })).stdout;
    };
    expect(await sent(secret)).toBe('200 {"received":true,"status":"processed"}\n');
    expect(await sent(secret)).toBe('200 {"received":true,"status":"duplicate"}\n');
    expect(await sent(generateSecret())).toBe('401 {"received":false,"error":"unauthorized"}\n');
    const { stdout, stderr } = await stop();
    expect(stdout.match(/^msg_1 .*$/gm)).toEqual(['msg_1 invoice.paid { amount: 1200 }']);
    expect(stderr).toBe('');
  });
});
