import { createReceiver, generateSecret, sign } from '@countersign/core';
import { expect, test, vi } from 'vitest';
import { webhookGuard, webhookHandler } from '../src/index.js';

// A Route Handler is a function of a request: tests of an application call it without Next.js around it.
const secret = generateSecret();
const context = { params: Promise.resolve({ tenant: 'acme' }) };

async function delivered(key = secret): Promise<Request> {
  const { headers, body } = await sign({ id: 'msg_1', body: '{"type":"a","data":1}' }, { secret: key });
  return new Request('http://localhost/webhooks', { method: 'POST', headers, body });
}

test('a handler answers', async () => {
  const run = vi.fn();
  const POST = webhookHandler(createReceiver({ secrets: secret }).on('a', run));
  const response = await POST(await delivered());
  expect([response.status, await response.json()]).toEqual([200, { received: true, status: 'processed' }]);
  expect((await POST(await delivered(generateSecret()))).status).toBe(401);
  expect(run).toHaveBeenCalledOnce();
});

test('a handler that takes too long is answered, though nothing can be told to wait for it', async () => {
  const receiver = createReceiver({
    secrets: secret,
    onOutcome: () => {},
    schedule: (work, delayMs) => {
      // The handler's time is over at once, every other one never comes.
      if (delayMs === 1_000) queueMicrotask(work);
      return () => {};
    },
    handlerTimeoutMs: 1_000,
  }).on('a', () => new Promise(() => {}));
  expect((await webhookHandler(receiver)(await delivered())).status).toBe(503);
});

test('a guard hands over the context that it was given', async () => {
  const POST = webhookGuard(createReceiver({ secrets: secret }), async (_request, { params, webhook }) =>
    Response.json([await params, webhook.event.data]),
  );
  const response = await POST(await delivered(), context);
  expect(await response.json()).toEqual([{ tenant: 'acme' }, 1]);
});
