import { webhookGuard } from '@countersign/hono';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context, Handler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { stream, streamSSE, streamText } from 'hono/streaming';
import { describe, expect, test } from 'vitest';
import { bench, everyServer } from './bench.js';

interface Way {
  readonly how: string;
  readonly answer: Handler;
  readonly status: number;
  readonly body?: string;
}

const fails = (): never => {
  throw new Error('the route failed');
};

const encoded = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

const streamOf = (...texts: readonly string[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const text of texts) controller.enqueue(encoded(text));
      controller.close();
    },
  });

const successes: readonly Way[] = [
  { how: 'c.json', answer: (c) => c.json({ a: 1 }), status: 200, body: '{"a":1}' },
  { how: 'c.json with a status', answer: (c) => c.json(null, 201), status: 201, body: 'null' },
  { how: 'c.text', answer: (c) => c.text('text'), status: 200, body: 'text' },
  { how: 'c.html', answer: (c) => c.html('<p>'), status: 200, body: '<p>' },
  { how: 'c.body of nothing', answer: (c) => c.body(null, 204), status: 204 },
  { how: 'c.body of bytes', answer: (c) => c.body(encoded('text')), status: 200, body: 'text' },
  { how: 'c.body of a stream', answer: (c) => c.body(streamOf('te', 'xt'), 202), status: 202, body: 'text' },
  {
    how: 'c.status',
    answer(c) {
      c.status(226);
      return c.text('text');
    },
    status: 226,
    body: 'text',
  },
  { how: 'a Response', answer: () => new Response('text', { status: 299 }), status: 299, body: 'text' },
  { how: 'Response.json', answer: () => Response.json({ a: 1 }), status: 200, body: '{"a":1}' },
  { how: 'an async route', answer: async (c) => c.text('text'), status: 200, body: 'text' },
  {
    how: 'a later turn',
    answer: (c) => new Promise((resolve) => setImmediate(() => resolve(c.text('text')))),
    status: 200,
    body: 'text',
  },
  {
    how: 'c.res',
    answer: async (c) => {
      c.res = new Response('text', { status: 202 });
      return c.res;
    },
    status: 202,
    body: 'text',
  },
  {
    how: 'stream()',
    answer: (c) => stream(c, async (to) => void (await to.write('text'))),
    status: 200,
    body: 'text',
  },
  {
    how: 'streamText()',
    answer: (c) => streamText(c, async (to) => void (await to.write('text'))),
    status: 200,
    body: 'text',
  },
  {
    how: 'streamSSE()',
    answer: (c) => streamSSE(c, (to) => to.writeSSE({ data: 'text' })),
    status: 200,
    body: 'data: text\n\n',
  },
];

const failures: readonly Way[] = [
  { how: 'c.redirect', answer: (c) => c.redirect('/elsewhere'), status: 302 },
  { how: 'c.body(null, 304)', answer: (c) => c.body(null, 304), status: 304 },
  { how: 'c.json with 400', answer: (c) => c.json({}, 400), status: 400, body: '{}' },
  { how: 'c.notFound', answer: (c) => c.notFound(), status: 404, body: '404 Not Found' },
  {
    how: 'a Response with 500',
    answer: () => new Response('text', { status: 500 }),
    status: 500,
    body: 'text',
  },
  { how: 'a stream with 503', answer: (c) => c.body(streamOf('text'), 503), status: 503, body: 'text' },
  { how: 'a throw', answer: fails, status: 500, body: 'failed' },
  { how: 'a rejection', answer: async () => fails(), status: 500, body: 'failed' },
  {
    how: 'an HTTPException',
    answer: () => {
      throw new HTTPException(418, { message: 'a teapot' });
    },
    status: 418,
    body: 'a teapot',
  },
  {
    how: 'an HTTPException with a Response',
    answer: () => {
      throw new HTTPException(401, { res: new Response('who?', { status: 401 }) });
    },
    status: 401,
    body: 'who?',
  },
  {
    how: 'next(), with no route left',
    answer: async (_c, next) => await next(),
    status: 404,
    body: '404 Not Found',
  },
];

/** A route that answers this way the first time, and with 204 from then on. */
const answersOnce = (answer: Handler): { readonly handler: Handler; readonly runs: () => number } => {
  let runs = 0;
  return {
    runs: () => runs,
    handler: (c, next) => {
      runs += 1;
      return runs === 1 ? answer(c, next) : c.body(null, 204);
    },
  };
};

describe.each(everyServer)('on %s a guarded route that answers by', (server) => {
  test.each(successes)('$how is committed', async ({ answer, status, body = '' }) => {
    const { handler, runs } = answersOnce(answer);
    const { deliver, signed, settled, outcomes } = await bench({
      server,
      mount: (app, receiver) => app.post('/webhooks', webhookGuard(receiver), handler),
    });
    const request = await signed();
    expect(await deliver(request)).toMatchObject({ status, body });
    expect(settled()).toEqual(['claim: claimed', 'commit: true']);
    expect(await deliver(request)).toMatchObject({
      status: 200,
      body: '{"received":true,"status":"duplicate"}',
    });
    expect(runs()).toBe(1);
    expect(outcomes).toMatchObject([{ code: 'processed', status }, { code: 'duplicate' }]);
  });

  test.each(failures)(
    '$how gives the delivery back, and the retry runs',
    async ({ answer, status, body = '' }) => {
      const { handler, runs } = answersOnce(answer);
      const { deliver, signed, settled, outcomes } = await bench({
        server,
        mount: (app, receiver) => app.post('/webhooks', webhookGuard(receiver), handler),
      });
      const request = await signed();
      expect(await deliver(request)).toMatchObject({ status, body });
      expect(settled()).toEqual(['claim: claimed', 'release']);
      expect((await deliver(request)).status).toBe(204);
      expect(runs()).toBe(2);
      expect(outcomes).toMatchObject([
        { kind: 'refused', code: 'handler_failed', status },
        { kind: 'accepted', code: 'processed' },
      ]);
    },
  );

  test('nothing at all gives the delivery back: Hono answers 500', async () => {
    const nothing: (c: Context) => unknown = () => undefined;
    const { deliver, signed, settled, outcomes } = await bench({
      server,
      mount(app, receiver) {
        app.use('/webhooks', webhookGuard(receiver));
        Reflect.apply(app.post, app, ['/webhooks', nothing]);
      },
    });
    expect(await deliver(await signed())).toMatchObject({ status: 500, body: 'failed' });
    expect(settled()).toEqual(['claim: claimed', 'release']);
    expect(outcomes).toMatchObject([{ code: 'handler_failed', status: 500 }]);
  });

  test('a throw that the error handler turns into a 200 gives the delivery back', async () => {
    const { deliver, signed, settled, outcomes } = await bench({
      server,
      mount(app, receiver) {
        app.onError((_error, c) => c.text('never mind'));
        app.post('/webhooks', webhookGuard(receiver), fails);
      },
    });
    expect(await deliver(await signed())).toMatchObject({ status: 200, body: 'never mind' });
    expect(settled()).toEqual(['claim: claimed', 'release']);
    expect(outcomes).toMatchObject([{ code: 'handler_failed', status: 500 }]);
  });
});

describe('what stands between the guard and the route', () => {
  test('a middleware that answers by itself settles with its status', async () => {
    const { deliver, signed, settled } = await bench({
      mount: (app, receiver) =>
        app.post('/webhooks', webhookGuard(receiver), async (c) => c.text('busy', 429), fails),
    });
    expect(await deliver(await signed())).toMatchObject({ status: 429, body: 'busy' });
    expect(settled()).toEqual(['claim: claimed', 'release']);
  });

  test('a middleware that rewrites the answer is what counts', async () => {
    const { deliver, signed, settled } = await bench({
      mount(app, receiver) {
        app.use('/webhooks', webhookGuard(receiver), async (c, next) => {
          await next();
          c.res = new Response('rewritten', { status: 502 });
        });
        app.post('/webhooks', (c) => c.text('fine'));
      },
    });
    expect(await deliver(await signed())).toMatchObject({ status: 502, body: 'rewritten' });
    expect(settled()).toEqual(['claim: claimed', 'release']);
  });

  test('a middleware that mends a failure, and says so, commits', async () => {
    const { deliver, signed, settled } = await bench({
      mount(app, receiver) {
        app.use('/webhooks', webhookGuard(receiver), async (c, next) => {
          await next();
          c.res = new Response('mended', { status: 200 });
          c.error = undefined;
        });
        app.post('/webhooks', fails);
      },
    });
    expect(await deliver(await signed())).toMatchObject({ status: 200, body: 'mended' });
    expect(settled()).toEqual(['claim: claimed', 'commit: true']);
  });
});

describe('node-server: a route that writes to node:http itself', () => {
  test.each([
    [202, 'commit: true'],
    [500, 'release'],
  ])('with %i settles with that', async (status, settlement) => {
    const byHand: Handler<{ Bindings: HttpBindings }> = (c) => {
      c.env.outgoing.writeHead(status).end('by hand');
      return RESPONSE_ALREADY_SENT;
    };
    const { deliver, signed, settled } = await bench({
      server: 'node-server',
      mount: (app, receiver) => app.post('/webhooks', webhookGuard(receiver), byHand),
    });
    expect(await deliver(await signed())).toMatchObject({ status, body: 'by hand' });
    expect(settled()).toEqual(['claim: claimed', settlement]);
  });
});

test('the answer waits for the commit: whoever has read it never meets the claim', async () => {
  const { deliver, signed } = await bench({
    server: 'node-server',
    mount: (app, receiver) =>
      app.post('/webhooks', webhookGuard(receiver), (c) => c.body(streamOf('te', 'xt'))),
  });
  for (let round = 0; round < 20; round += 1) {
    const request = await signed({ event: { id: `evt_${round}` } });
    expect((await deliver(request)).body).toBe('text');
    expect((await deliver(request)).body).toBe('{"received":true,"status":"duplicate"}');
  }
});
