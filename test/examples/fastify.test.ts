import { generateSecret } from '@countersign/core';
import { alteredRequest, type SignedRequest, signedRequest } from '@countersign/testing';
import { expect, onTestFinished, test } from 'vitest';
import { startExample } from './example-process.js';

test('examples/fastify receives, deduplicates and refuses, in both modes, and ends by SIGTERM', async () => {
  const secret = generateSecret();
  const example = await startExample('examples/fastify/server.ts', { WEBHOOK_SECRET: secret });
  onTestFinished(async () => void (await example.stop()));
  const send = async (path: string, { method, headers, body }: SignedRequest): Promise<unknown> => {
    const response = await fetch(`${example.origin}${path}`, { method, headers, body });
    return [response.status, await response.json()];
  };
  const paid = await signedRequest({
    secret,
    event: { id: 'evt_1', type: 'invoice.paid', data: { amount: 12 } },
  });
  const forged = alteredRequest(paid, { body: Buffer.from(paid.body).toString().replace('12', '99') });
  const duplicate = [200, { received: true, status: 'duplicate' }];
  const unauthorized = [401, { received: false, error: 'unauthorized' }];

  expect(await send('/webhooks', paid)).toEqual([200, { received: true, status: 'processed' }]);
  expect(await send('/webhooks', paid)).toEqual(duplicate);
  expect(await send('/webhooks', forged)).toEqual(unauthorized);
  expect(await send('/guarded', paid)).toEqual([202, { queued: 'evt_1' }]);
  expect(await send('/guarded', paid)).toEqual(duplicate);
  expect(await send('/guarded', forged)).toEqual(unauthorized);
  const order = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode('{"a":1}'),
  };
  expect(await send('/orders', order)).toEqual([200, { ordered: { a: 1 } }]);

  const { exitCode, signal, stdout, stderr } = await example.stop();
  expect(stdout.split('\n').slice(1)).toEqual(['paid: 12 (evt_1)', 'guarded: invoice.paid (evt_1)', '']);
  expect({ exitCode, signal, stderr }).toEqual({ exitCode: 0, signal: null, stderr: '' });
}, 60_000);
