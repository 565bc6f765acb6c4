import { generateSecret } from '@countersign/core';
import { expect, onTestFinished, test } from 'vitest';
import { deliver, deliverWhileItEnds } from './deliver.js';
import { type RunningExample, startExample } from './example-process.js';

const secret = generateSecret();

async function started(): Promise<RunningExample> {
  const example = await startExample('examples/hono/server.ts', { WEBHOOK_SECRET: secret });
  onTestFinished(async () => void (await example.stop()));
  return example;
}

const paid = { id: 'msg_1', type: 'invoice.paid', data: { amount: 1200 }, secret };
const processed = [200, { received: true, status: 'processed' }];
const duplicate = [200, { received: true, status: 'duplicate' }];
const unauthorized = [401, { received: false, error: 'unauthorized' }];

test('examples/hono: handlers by type, each event once, forgeries never', async () => {
  const { origin, printed, output } = await started();
  const url = `${origin}/webhooks`;
  expect(await deliver(url, paid)).toEqual(processed);
  expect(await deliver(url, paid)).toEqual(duplicate);
  const failed = { id: 'msg_2', type: 'invoice.failed', data: { reason: 'no card' }, secret };
  expect(await deliver(url, failed)).toEqual(processed);
  expect(await deliver(url, { ...paid, id: 'msg_3', secret: generateSecret() })).toEqual(unauthorized);
  await printed(/failed: no card \(msg_2\)\n/);
  expect(output().stdout.match(/paid: 1200/g)).toHaveLength(1);
});

test('examples/hono: a guarded route answers for itself, with a memory of its own', async () => {
  const { origin, printed } = await started();
  expect(await deliver(`${origin}/webhooks`, paid)).toEqual(processed);
  const [status, json] = await deliver(`${origin}/guarded`, paid);
  expect([status, json]).toEqual([202, { queued: 'msg_1', by: expect.stringMatching(/./) }]);
  await printed(/guarded: invoice\.paid \(msg_1\)\n/);
  expect(await deliver(`${origin}/guarded`, paid)).toEqual(duplicate);
  expect(await deliver(`${origin}/guarded`, { ...paid, secret: generateSecret() })).toEqual(unauthorized);
});

test('examples/hono: other routes read JSON as ever', async () => {
  const { origin } = await started();
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${origin}/orders`, { method: 'POST', headers, body: '{"item":7}' });
  expect(await response.json()).toEqual({ ordered: { item: 7 } });
});

test('examples/hono: SIGTERM lets a delivery under way finish, and ends it', async () => {
  const example = await startExample('examples/hono/server.ts', { WEBHOOK_SECRET: secret });
  const ended = await deliverWhileItEnds(example, '/webhooks', paid);
  expect(ended).toMatchObject({ status: 200, exitCode: 0, stderr: '' });
  expect(ended.stdout).toContain('paid: 1200');
});
