import { generateSecret } from '@countersign/core';
import { expect, onTestFinished, test } from 'vitest';
import { deliver, deliverWhileItEnds } from './deliver.js';
import { startExample } from './example-process.js';

const path = 'examples/multi-tenant/server.ts';
const [acme, globex] = [generateSecret(), generateSecret()];
const env = { WEBHOOK_SECRET_ACME: acme, WEBHOOK_SECRET_GLOBEX: globex };
const event = { id: 'msg_1', type: 'invoice.paid' };

async function started() {
  const example = await startExample(path, env);
  onTestFinished(async () => void (await example.stop()));
  return { ...example, url: (tenant: string): string => `${example.origin}/webhooks/${tenant}` };
}

const processed = [200, { received: true, status: 'processed' }];
const unauthorized = [401, { received: false, error: 'unauthorized' }];

test('examples/multi-tenant: the same id of two tenants is two events, each received once', async () => {
  const { url, printed, output } = await started();
  expect(await deliver(url('acme'), { ...event, secret: acme })).toEqual(processed);
  expect(await deliver(url('globex'), { ...event, secret: globex })).toEqual(processed);
  expect(await deliver(url('acme'), { ...event, secret: acme })).toEqual([
    200,
    { received: true, status: 'duplicate' },
  ]);
  await printed(/acme: duplicate\n/);
  expect(output().stdout.match(/^.*\(msg_1\)$/gm)).toEqual([
    'acme: invoice.paid (msg_1)',
    'globex: invoice.paid (msg_1)',
  ]);
});

test("examples/multi-tenant: one tenant's secret opens no other one's path", async () => {
  const { url, printed } = await started();
  expect(await deliver(url('globex'), { ...event, secret: acme })).toEqual(unauthorized);
  await printed(/somebody: signature_mismatch\n/);
});

test('examples/multi-tenant: an unknown tenant is the same 401 as a wrong signature', async () => {
  const { url } = await started();
  const answers = await Promise.all(
    ['acme', 'initech', 'constructor', '__proto__', ''].map(async (tenant) => {
      const response = await fetch(url(tenant), {
        method: 'POST',
        headers: {
          'webhook-id': 'msg_1',
          'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
          'webhook-signature': 'v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
        },
        body: '{}',
      });
      const { date: _, ...headers } = Object.fromEntries(response.headers);
      return { status: response.status, headers, body: await response.text() };
    }),
  );
  expect(answers[0]).toMatchObject({ status: 401, body: '{"received":false,"error":"unauthorized"}' });
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
});

test('examples/multi-tenant: SIGTERM lets a delivery under way finish, and ends it', async () => {
  const example = await startExample(path, env);
  const ended = await deliverWhileItEnds(example, '/webhooks/acme', { ...event, secret: acme });
  expect(ended).toMatchObject({ status: 200, exitCode: 0, stderr: '' });
});
