import { type ReceiverOptions, standardWebhooks } from '@countersign/core';
import { webhookGuard, webhookHandler } from '@countersign/hono';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { every } from 'hono/combine';
import { cors } from 'hono/cors';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { describe, expect, test } from 'vitest';
import { type Bench, bench, everyServer } from './bench.js';

const SECRET = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz';

/** A receiver whose `secrets` tells what it sees of requests. */
function watching(): {
  readonly urls: string[];
  readonly natives: unknown[];
  readonly receiver: Pick<ReceiverOptions<Record<string, unknown>>, 'secrets'>;
} {
  const urls: string[] = [];
  const natives: unknown[] = [];
  return {
    urls,
    natives,
    receiver: {
      secrets(request) {
        urls.push(new URL(request.url).pathname + new URL(request.url).search);
        natives.push(request.native);
        return { tenant: 'acme', secrets: SECRET };
      },
    },
  };
}

describe.each(everyServer)('on %s a webhook route', (server) => {
  const places: Readonly<
    Record<string, readonly [path: string, seen: string, place: (app: Hono, route: Hono) => unknown]>
  > = {
    'under a base path': [
      '/api/webhooks',
      '/api/webhooks',
      (app, route) => app.basePath('/api').route('/', route),
    ],
    'in a group with a parameter': [
      '/hooks/acme/webhooks?x=1',
      '/hooks/acme/webhooks?x=1',
      (app, route) => app.route('/hooks/:tenant', route),
    ],
    'in a group of a group': [
      '/a/b/webhooks',
      '/a/b/webhooks',
      (app, route) => app.route('/a', new Hono().route('/b', route)),
    ],
    // A mounted application has a request of its own.
    'in a mounted application': [
      '/mounted/webhooks?x=1',
      '/webhooks?x=1',
      (app, route) => app.mount('/mounted', route.fetch),
    ],
  };

  test.each(Object.entries(places))(
    '%s takes deliveries, as handler and as guard',
    async (_name, [path, seen, place]) => {
      const { urls, receiver: options } = watching();
      const mounts: readonly Parameters<typeof bench>[0]['mount'][] = [
        (app, receiver) =>
          place(app, new Hono().post('/webhooks', webhookHandler(receiver.on('*', () => {})))),
        (app, receiver) =>
          place(
            app,
            new Hono().post('/webhooks', webhookGuard(receiver), (c) => c.text('ok')),
          ),
      ];
      for (const mount of mounts) {
        const { signed, deliver, settled } = await bench({ server, mount, receiver: options });
        expect((await deliver(await signed({ secret: SECRET }), path)).status).toBe(200);
        expect(settled()).toEqual(['claim: claimed', 'commit: true']);
        expect(urls.splice(0)).toEqual([seen]);
      }
    },
  );

  test('of a group fails by the error handler of its group', async () => {
    const { signed, deliver, settled, outcomes } = await bench({
      server,
      mount(app, receiver) {
        const group = new Hono();
        group.onError((error, c) => c.text(`the group: ${error.message}`, 502));
        group.post('/webhooks', webhookGuard(receiver), () => {
          throw new Error('failed');
        });
        app.route('/group', group);
      },
    });
    expect(await deliver(await signed(), '/group/webhooks')).toMatchObject({
      status: 502,
      body: 'the group: failed',
    });
    expect(settled()).toEqual(['claim: claimed', 'release']);
    expect(outcomes).toMatchObject([{ code: 'handler_failed', status: 502 }]);
  });

  test('guarded by `app.use` covers the routes behind it, and what is no route is given back', async () => {
    const { signed, deliver, settled } = await bench({
      server,
      mount(app, receiver) {
        app.use('/webhooks/*', webhookGuard(receiver));
        app.post('/webhooks/invoices', (c) => c.text('ok'));
      },
    });
    expect((await deliver(await signed(), '/webhooks/invoices')).status).toBe(200);
    expect((await deliver(await signed({ event: { id: 'evt_2' } }), '/webhooks/orders')).status).toBe(404);
    expect(settled()).toEqual(['claim: claimed', 'commit: true', 'claim: claimed', 'release']);
  });

  test('under `every` is guarded as well', async () => {
    const { signed, deliver, settled } = await bench({
      server,
      mount: (app, receiver) => {
        const guard: MiddlewareHandler = webhookGuard(receiver);
        app.use('/webhooks', every(requestId(), guard));
        app.post('/webhooks', (c) => c.text('ok'));
      },
    });
    expect((await deliver(await signed())).status).toBe(200);
    expect(settled()).toEqual(['claim: claimed', 'commit: true']);
  });

  test('by `app.post` answers other methods 404, by `app.all` the receiver does: 405', async () => {
    const mounted = (path: 'post' | 'all') =>
      bench({
        server,
        mount: (app, receiver) => app[path]('/webhooks', webhookHandler(receiver.on('*', () => {}))),
      });
    const put = async ({ deliver, signed }: Bench) => deliver({ ...(await signed()), method: 'PUT' });
    expect((await put(await mounted('post'))).status).toBe(404);
    const answer = await put(await mounted('all'));
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('answers with the headers that middleware in front sets before it', async () => {
    const { signed, deliver } = await bench({
      server,
      mount(app, receiver) {
        app.use(requestId(), async (c, next) => {
          c.header('set-cookie', 'a=1', { append: true });
          c.header('set-cookie', 'b=2', { append: true });
          c.status(201);
          await next();
        });
        app.all('/webhooks', webhookHandler(receiver.on('*', () => {})));
      },
    });
    for (const [method, expected] of [
      ['POST', 200],
      ['PUT', 405],
    ] as const) {
      const { status, headers } = await deliver({ ...(await signed()), method });
      expect(status).toBe(expected);
      expect(headers.get('content-type')).toBe('application/json');
      expect(headers.get('x-request-id')).toMatch(/./);
      expect(headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    }
  });

  test('answers with the headers that middleware in front sets after it', async () => {
    const { signed, deliver } = await bench({
      server,
      mount(app, receiver) {
        app.use(secureHeaders(), cors(), async (c, next) => {
          await next();
          c.header('x-last', '1');
        });
        app.post('/webhooks', webhookHandler(receiver.on('*', () => {})));
      },
    });
    const { status, headers, body } = await deliver(await signed());
    expect([status, body]).toEqual([200, '{"received":true,"status":"processed"}']);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/json',
      'x-last': '1',
      'x-frame-options': 'SAMEORIGIN',
      'access-control-allow-origin': '*',
    });
  });

  test('gives `secrets` the context', async () => {
    const { natives, receiver: options } = watching();
    let context: Context | undefined;
    const { signed, deliver } = await bench({
      server,
      receiver: options,
      mount: (app, receiver) =>
        app.post('/webhooks', webhookGuard(receiver), (c) => {
          context = c;
          return c.body(null, 204);
        }),
    });
    await deliver(await signed({ secret: SECRET }));
    expect(natives).toEqual([context]);
  });

  test("answers a provider's check of the endpoint with its very bytes, or with nothing", async () => {
    const answers = [
      { status: 200, headers: { 'x-check': '1' }, body: Uint8Array.of(0xff, 0x00, 0xfe) },
      { status: 204, headers: {}, body: new Uint8Array() },
    ];
    const { deliver, signed } = await bench({
      server,
      receiver: { provider: { ...standardWebhooks, handshake: () => answers.shift() } },
      mount: (app, receiver) => app.all('/webhooks', webhookHandler(receiver.on('*', () => {}))),
    });
    const first = await deliver({ ...(await signed()), method: 'PUT' });
    expect([first.status, first.headers.get('x-check'), first.headers.get('content-length')]).toEqual([
      200,
      '1',
      // As many as there are: a decoder would have made nine of them.
      ...(server === 'node-server' ? ['3'] : [null]),
    ]);
    expect((await deliver({ ...(await signed()), method: 'PUT' })).status).toBe(204);
  });
});

/** A handler that is still at work when its time is over: answered 503, with the work to be gone on with. */
async function overdue(waitUntil?: (work: Promise<unknown>) => void) {
  let [start, finish] = [(): void => {}, (): void => {}];
  const started = new Promise<void>((resolve) => {
    start = resolve;
  });
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const made = await bench({
    receiver: { handlerTimeoutMs: 1_000 },
    mount(app, receiver) {
      receiver.on('*', () => {
        start();
        return finished;
      });
      app.post('/webhooks', webhookHandler(receiver));
    },
  });
  const context = waitUntil && { waitUntil, passThroughOnException() {}, props: {} };
  const answer = made.app.request('/webhooks', await made.signed(), undefined, context);
  await started;
  await made.clock.advance(1_000);
  expect((await answer).status).toBe(503);
  expect(made.settled()).toEqual(['claim: claimed']);
  return { ...made, finish };
}

describe('work that outlives the answer', () => {
  test('is handed to the execution context where the platform has one', async () => {
    const works: Promise<unknown>[] = [];
    const { finish, settled } = await overdue((work) => works.push(work));
    expect(works).toHaveLength(1);
    finish();
    await Promise.all(works);
    expect(settled()).toEqual(['claim: claimed', 'commit: true']);
  });

  test('goes on where the platform has none', async () => {
    const { finish, settled } = await overdue();
    finish();
    await expect.poll(settled).toEqual(['claim: claimed', 'commit: true']);
  });
});
