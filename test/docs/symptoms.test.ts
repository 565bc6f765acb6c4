import { gzipSync } from 'node:zlib';
import {
  createReceiver,
  generateSecret,
  memoryReplayStore,
  type Receiver,
  type ReceiverOptions,
  type ReceiverOutcome,
  sign,
} from '@countersign/core';
import { webhookGuard, webhookHandler } from '@countersign/express';
import { countersign } from '@countersign/fastify';
import { webhookHandler as honoHandler } from '@countersign/hono';
import { fakeClock } from '@countersign/testing';
import { getRequestListener } from '@hono/node-server';
import { zValidator } from '@hono/zod-validator';
import express from 'express';
import express4 from 'express4';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { closed, listen, originOf } from '../adapters/listen.js';

// What docs/troubleshooting.md says happens, happens.

const secret = generateSecret();
const type = 'invoice.paid';

type Options = Partial<ReceiverOptions<Record<string, unknown>>>;

function told(options: Options = {}) {
  const outcomes: ReceiverOutcome[] = [];
  const receiver = createReceiver({ secrets: secret, onOutcome: (one) => outcomes.push(one), ...options });
  return { receiver, codes: () => outcomes.map(({ code }) => code), outcomes };
}

interface Sent {
  readonly id?: string;
  readonly data?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly arrives?: (body: Uint8Array) => Uint8Array;
}

async function request({ id = 'msg_1', data = {}, headers = {}, arrives = (body) => body }: Sent = {}) {
  const signed = await sign({ id, body: JSON.stringify({ type, data }) }, { secret });
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signed.headers, ...headers },
    body: Uint8Array.from(arrives(signed.body)),
  };
}

/** Delivers to a receiver without a framework. */
async function deliver(receiver: Receiver, sent?: Sent): Promise<string> {
  const { status, body } = await receiver.handle({ url: '/', ...(await request(sent)) });
  return `${status} ${Buffer.from(body)}`;
}

const processed = '200 {"received":true,"status":"processed"}';
const duplicate = '200 {"received":true,"status":"duplicate"}';
const ignored = '200 {"received":true,"status":"ignored"}';

describe('duplicate, although it is new', () => {
  test('two receivers share a store and a name', async () => {
    const replay = memoryReplayStore();
    const [orders, invoices, named] = [{}, {}, { name: 'named' }].map((options) =>
      told({ replay, ...options }).receiver.on('*', () => {}),
    );
    if (!(orders && invoices && named)) throw new Error('three receivers');
    expect(await deliver(orders)).toBe(processed);
    expect(await deliver(invoices)).toBe(duplicate);
    expect(await deliver(named)).toBe(processed);
  });

  test('it was ignored before its handler was there', async () => {
    const replay = memoryReplayStore();
    const before = told({ replay }).receiver.on('customer.*', () => {});
    const after = told({ replay }).receiver.on('*', () => {});
    expect(await deliver(before)).toBe(ignored);
    expect(await deliver(after)).toBe(duplicate);
  });
});

test('503 in_progress for ever: a handler whose promise never settles', async () => {
  const clock = fakeClock({ startAt: new Date() });
  const replay = memoryReplayStore({ now: clock.now });
  const { receiver, codes } = told({ now: clock.now, schedule: clock.schedule, replay });
  let signal: AbortSignal | undefined;
  receiver.on('*', (_event, context) => {
    signal = context.signal;
    return new Promise(() => {});
  });
  const first = deliver(receiver);
  await vi.waitFor(() => expect(signal).toBeDefined());
  await clock.advance(25_000);
  expect(await first).toMatch(/^503 /);
  expect(signal?.aborted).toBe(true);
  await clock.advance(60_000);
  expect(await deliver(receiver)).toMatch(/^503 /);
  expect(codes()).toEqual(['handler_timeout', 'in_progress']);
});

test('a newline behind a secret is 503, and the message says so', async () => {
  const { receiver, outcomes } = told({ secrets: () => `${secret}\n` });
  expect(await deliver(receiver.on('*', () => {}))).toMatch(/^503 /);
  expect(outcomes).toMatchObject([
    { code: 'secrets_unavailable', error: { message: expect.stringContaining('newline') } },
  ]);
});

describe('it hangs', () => {
  test('Express 4 does not catch an async route that rejects; the receiver tells', async () => {
    const clock = fakeClock({ startAt: new Date() });
    const { receiver, codes } = told({ now: clock.now, schedule: clock.schedule });
    const rejected: unknown[] = [];
    const listeners = process.listeners('unhandledRejection');
    process
      .removeAllListeners('unhandledRejection')
      .on('unhandledRejection', (error) => rejected.push(error));
    onTestFinished(() => {
      process.removeAllListeners('unhandledRejection');
      for (const listener of listeners) process.on('unhandledRejection', listener);
    });
    const app = express4().post('/webhooks', webhookGuard(receiver), async () => {
      throw new Error('nobody catches this');
    });
    const { origin, close } = await listen(app);
    const answered = vi.fn();
    const answer = fetch(`${origin}/webhooks`, await request()).then(answered, () => {});
    await vi.waitFor(() => expect(rejected).toHaveLength(1));
    await clock.advance(25_000);
    expect(codes()).toEqual(['answer_overdue']);
    expect(answered).not.toHaveBeenCalled();
    await close();
    await answer;
  });

  test('a route behind the guard finds the stream read; the bytes are in the delivery', async () => {
    const { receiver } = told();
    const app = express().post('/webhooks', webhookGuard(receiver), (req, res) => {
      const { body } = res.locals.webhook.delivery;
      res.json({ readableEnded: req.readableEnded, bytes: body.length });
    });
    const { origin, close } = await listen(app);
    onTestFinished(close);
    const sent = await request();
    const response = await fetch(`${origin}/webhooks`, sent);
    expect(await response.json()).toEqual({ readableEnded: true, bytes: sent.body.length });
  });
});

/** Statuses of Hono's answers to a delivery, with something in front of the route. */
async function onHono(mount: (app: Hono) => unknown, sent?: Sent) {
  const { receiver, codes } = told();
  const app = new Hono();
  mount(app);
  app.post('/webhooks', honoHandler(receiver.on('*', () => {})));
  const { origin, close } = await listen(getRequestListener(app.fetch));
  onTestFinished(close);
  const { status } = await fetch(`${origin}/webhooks`, await request(sent));
  return [status, ...codes()];
}

describe('Hono', () => {
  test('a validator in front has parsed the body', async () => {
    const mount = (app: Hono) => app.use(zValidator('json', z.object({ type: z.string() })));
    expect(await onHono(mount)).toEqual([500, 'body_already_parsed']);
  });

  test('`c.req.arrayBuffer()` in front is fine', async () => {
    const mount = (app: Hono) =>
      app.use(async (c, next) => {
        await c.req.arrayBuffer();
        await next();
      });
    expect(await onHono(mount)).toEqual([200, 'processed']);
  });

  test('`bodyLimit` in front answers for itself', async () => {
    expect(await onHono((app) => app.use(bodyLimit({ maxSize: 10 })))).toEqual([413]);
  });

  test('`app.post` answers a GET 404, `app.all` 405', async () => {
    const { receiver } = told();
    receiver.on('*', () => {});
    const app = new Hono().post('/post', honoHandler(receiver)).all('/all', honoHandler(receiver));
    expect((await app.request('/post')).status).toBe(404);
    expect((await app.request('/all')).status).toBe(405);
  });
});

describe('Fastify', () => {
  test('`bodyLimit` does not apply to the route, and a GET is 405', async () => {
    const { receiver, codes } = told();
    const app = Fastify({ bodyLimit: 10 });
    app.register(countersign, { receiver: receiver.on('*', () => {}), path: '/webhooks' });
    await app.listen({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => closed(app.server));
    const url = `${originOf(app.server)}/webhooks`;
    expect((await fetch(url, await request())).status).toBe(200);
    expect((await fetch(url)).status).toBe(405);
    expect(codes()).toEqual(['processed', 'method_not_allowed']);
  });
});

describe('Express', () => {
  async function onExpress(mount: (app: express.Express) => unknown, sent?: Sent) {
    const { receiver, codes } = told();
    const app = express();
    mount(app);
    app.post('/webhooks', webhookHandler(receiver.on('*', () => {})));
    const { origin, close } = await listen(app);
    onTestFinished(close);
    const { status } = await fetch(`${origin}/webhooks`, await request(sent));
    return [status, ...codes()];
  }

  test('a parser with a path of its own is fine', async () => {
    expect(await onExpress((app) => app.use('/api', express.json()))).toEqual([200, 'processed']);
  });

  test('what a platform has parsed already is fine with its `rawBody`', async () => {
    const platform = express.json({
      verify: (req, _res, bytes) => void Object.assign(req, { rawBody: bytes }),
    });
    expect(await onExpress((app) => app.use(platform))).toEqual([500, 'body_already_parsed']);
    const mount = (app: express.Express) =>
      app.use(platform, (req, _res, next) => {
        req.body = 'rawBody' in req ? req.rawBody : undefined;
        next();
      });
    expect(await onExpress(mount)).toEqual([200, 'processed']);
  });

  test('`express.raw()` in front has a limit of 100 KB of its own', async () => {
    const large = { data: 'x'.repeat(110_000) };
    expect(await onExpress(() => {}, large)).toEqual([200, 'processed']);
    expect(await onExpress((app) => app.use(express.raw({ type: '*/*' })), large)).toEqual([413]);
  });

  test('a compressed body is 415, also where `express.raw()` has decompressed it', async () => {
    const zipped: Sent = { headers: { 'content-encoding': 'gzip' }, arrives: (body) => gzipSync(body) };
    const refused = [415, 'unsupported_content_encoding'];
    expect(await onExpress(() => {}, zipped)).toEqual(refused);
    expect(await onExpress((app) => app.use(express.raw({ type: '*/*' })), zipped)).toEqual(refused);
  });
});
