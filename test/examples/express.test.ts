import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { generateSecret } from '@countersign/core';
import { expect, onTestFinished, test } from 'vitest';
import { deliver, deliverWhileItEnds } from './deliver.js';
import { type RunningExample, startExample } from './example-process.js';

const root = resolve(import.meta.dirname, '../..');
const secret = generateSecret();

async function started(): Promise<RunningExample> {
  const example = await startExample('examples/express/server.ts', { WEBHOOK_SECRET: secret });
  onTestFinished(async () => void (await example.stop()));
  return example;
}

const paid = { id: 'msg_1', type: 'invoice.paid', data: { amount: 1200 }, secret };
const processed = [200, { received: true, status: 'processed' }];
const duplicate = [200, { received: true, status: 'duplicate' }];

test('examples/express: handlers by type, each event once, forgeries never', async () => {
  const { origin, printed, output } = await started();
  const url = `${origin}/webhooks`;
  expect(await deliver(url, paid)).toEqual(processed);
  expect(await deliver(url, paid)).toEqual(duplicate);
  const failed = { id: 'msg_2', type: 'invoice.failed', data: { reason: 'no card' }, secret };
  expect(await deliver(url, failed)).toEqual(processed);
  const forged = await deliver(url, { ...paid, id: 'msg_3', secret: generateSecret() });
  expect(forged).toEqual([401, { received: false, error: 'unauthorized' }]);
  await printed(/failed: no card \(msg_2\)\n/);
  expect(output().stdout.match(/paid: 1200/g)).toHaveLength(1);
});

test('examples/express: a guarded route answers for itself, with a memory of its own', async () => {
  const { origin, printed } = await started();
  expect(await deliver(`${origin}/webhooks`, paid)).toEqual(processed);
  expect(await deliver(`${origin}/guarded`, paid)).toEqual([202, { queued: 'msg_1' }]);
  await printed(/guarded: invoice\.paid \(msg_1\)\n/);
  expect(await deliver(`${origin}/guarded`, paid)).toEqual(duplicate);
});

test('examples/express: send.ts sends one, as the README says', async () => {
  const { origin } = await started();
  const send = async (...args: readonly string[]): Promise<string> => {
    const tsx = ['--conditions=@countersign/source', '--import', 'tsx', 'examples/express/send.ts', ...args];
    const env = { ...process.env, WEBHOOK_SECRET: secret };
    const { stdout } = await promisify(execFile)(process.execPath, tsx, { cwd: root, env });
    return stdout;
  };
  const url = `${origin}/webhooks`;
  expect(await send(url)).toBe('200 {"received":true,"status":"processed"}\n');
  expect(await send(url)).toBe('200 {"received":true,"status":"duplicate"}\n');
  expect(await send(url, 'msg_2')).toBe('200 {"received":true,"status":"processed"}\n');
});

test('examples/express: other routes keep their JSON parser', async () => {
  const { origin } = await started();
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${origin}/orders`, { method: 'POST', headers, body: '{"item":7}' });
  expect(await response.json()).toEqual({ ordered: { item: 7 } });
});

test('examples/express: SIGTERM lets a delivery under way finish, and ends it', async () => {
  const example = await startExample('examples/express/server.ts', { WEBHOOK_SECRET: secret });
  const ended = await deliverWhileItEnds(example, '/webhooks', paid);
  expect(ended).toMatchObject({ status: 200, exitCode: 0, stderr: '' });
  expect(ended.stdout).toContain('paid: 1200');
});
