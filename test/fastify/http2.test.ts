import { once } from 'node:events';
import { connect } from 'node:http2';
import { countersign, webhookGuard } from '@countersign/fastify';
import type { SignedRequest } from '@countersign/testing';
import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { recorded } from './bench.js';

test.each(['handler', 'guard'])('over HTTP/2, %s', async (mode) => {
  const { receiver, signed, settled, clock } = recorded({ receiver: { maxBodyBytes: 1_000 } });
  const app = Fastify({ http2: true });
  if (mode === 'handler')
    app.register(countersign, { receiver: receiver.on('*', () => {}), path: '/webhooks' });
  else app.register(webhookGuard(receiver, { path: '/webhooks', handler: async () => ({ received: true }) }));
  const session = connect(await app.listen({ port: 0, host: '127.0.0.1' }));
  onTestFinished(async () => {
    session.destroy();
    await app.close();
  });
  const statusOf = async ({ method, headers, body }: SignedRequest): Promise<unknown> => {
    const stream = session.request({ ':method': method, ':path': '/webhooks', ...headers });
    stream.end(body);
    const [answer] = await once(stream, 'response');
    stream.resume();
    await clock.advance(0);
    return answer[':status'];
  };
  const genuine = await signed();
  const forged = { ...genuine, headers: { ...genuine.headers, 'webhook-id': 'other' } };
  expect(await statusOf(forged)).toBe(401);
  expect(await statusOf(genuine)).toBe(200);
  expect(await statusOf(genuine)).toBe(200);
  expect(await statusOf({ ...genuine, body: new Uint8Array(100_000) })).toBe(413);
  expect(settled()).toEqual(['claim: claimed', 'commit: true', 'claim: done']);
});

test('over HTTP/2 a body that stops is answered 408, and its stream is closed', async () => {
  const { receiver, signed, clock } = recorded();
  const app = Fastify({ http2: true });
  app.register(countersign, { receiver: receiver.on('*', () => {}), path: '/webhooks' });
  const session = connect(await app.listen({ port: 0, host: '127.0.0.1' }));
  onTestFinished(async () => {
    session.destroy();
    await app.close();
  });
  const { method, headers } = await signed();
  const stream = session.request({ ':method': method, ':path': '/webhooks', ...headers });
  const answered = once(stream, 'response');
  const closed = once(stream, 'close');
  stream.resume().write('{');
  await expect.poll(() => clock.pending).toBe(1);
  await clock.advance(60_000);
  const [answer] = await answered;
  expect(answer[':status']).toBe(408);
  await closed;
});
