import type { Receiver } from '@countersign/core';
import { webhookGuard, webhookHandler } from '@countersign/express';
import type express from 'express';
import type { Express, RequestHandler } from 'express';
import { describe, expect, test } from 'vitest';
import { bench, versions } from './bench.js';

/** Both modes, each with what the application saw of the request's body. */
const modes = {
  handler: (app: Express, receiver: Receiver, seen: unknown[], ..._after: RequestHandler[]) =>
    app.post('/webhooks', webhookHandler(receiver.on('*', (event) => void seen.push(event.data)))),
  guard: (app: Express, receiver: Receiver, seen: unknown[], ...after: RequestHandler[]) => {
    app.post('/webhooks', webhookGuard(receiver));
    for (const handler of after) app.post('/webhooks', handler);
    app.post('/webhooks', (request, response) => {
      seen.push(response.locals['webhook'].event.data);
      if (after.length > 0) seen.push(request.body);
      response.json({ received: true });
    });
  },
};

const parsers: readonly (readonly [string, (create: typeof express) => RequestHandler])[] = [
  ['express.json()', (create) => create.json()],
  ['express.text() of everything', (create) => create.text({ type: '*/*' })],
  ['express.urlencoded() of everything', (create) => create.urlencoded({ type: '*/*', extended: true })],
  [
    'a middleware that reads the stream',
    () => async (request, _response, next) => {
      for await (const _chunk of request);
      next();
    },
  ],
];

describe.each(versions)('%s', (_version, create) => {
  describe.each(Object.entries(modes))('%s', (mode, mounted) => {
    test.each(parsers)('%s before the route is answered at once, and named', async (_name, parser) => {
      const seen: unknown[] = [];
      const { signed, deliver, outcomes, settled } = await bench({
        create,
        mount(app, receiver) {
          app.use(parser(create));
          mounted(app, receiver, seen);
        },
      });
      expect(await deliver(await signed())).toMatchObject({
        status: 500,
        body: '{"received":false,"error":"internal error"}',
      });
      expect(outcomes).toMatchObject([
        { code: 'body_already_parsed', error: { message: expect.stringContaining('before') } },
      ]);
      expect(seen).toEqual([]);
      expect(settled()).toEqual([]);
    });

    test('express.raw() before the route is fine, and the limit still holds', async () => {
      const seen: unknown[] = [];
      const { signed, deliver } = await bench({
        create,
        receiver: { maxBodyBytes: 1_000 },
        mount(app, receiver) {
          app.use(create.raw({ type: '*/*' }));
          mounted(app, receiver, seen);
        },
      });
      expect((await deliver(await signed({ event: { data: { a: 1 } } }))).status).toBe(200);
      expect(seen).toEqual([{ a: 1 }]);
      const large = await signed({ event: { id: 'evt_2', data: 'x'.repeat(1_000) } });
      expect((await deliver(large)).status).toBe(413);
    });

    test('a parser that is not for this content type is fine', async () => {
      const seen: unknown[] = [];
      const { signed, deliver } = await bench({
        create,
        mount(app, receiver) {
          app.use(create.json(), create.urlencoded({ extended: true }), create.text());
          mounted(app, receiver, seen);
        },
      });
      const { headers, ...request } = await signed({ event: { data: { a: 1 } } });
      const answer = await deliver({
        ...request,
        headers: { ...headers, 'content-type': 'application/cloudevents' },
      });
      expect(answer.status).toBe(200);
      expect(seen).toEqual([{ a: 1 }]);
    });

    test('parsers of other routes go on as before', async () => {
      const { origin } = await bench({
        create,
        mount(app, receiver) {
          mounted(app, receiver, []);
          app.use(create.json());
          app.post('/other', (request, response) => void response.json(request.body));
        },
      });
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${origin}/other`, { method: 'POST', headers, body: '{"b":2}' });
      expect(await response.json()).toEqual({ b: 2 });
    });

    test('in a router under a path, `secrets` sees the whole URL', async () => {
      const urls: string[] = [];
      const seen: unknown[] = [];
      const { origin, signed } = await bench({
        create,
        mount(app, receiver) {
          const router = create();
          mounted(router, receiver, seen);
          app.use('/hooks/:tenant', router);
        },
        receiver: {
          secrets: (request) => {
            urls.push(request.url);
            return { tenant: 'acme', secrets: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz' };
          },
        },
      });
      const { method, headers, body } = await signed({ secret: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz' });
      const response = await fetch(`${origin}/hooks/acme/webhooks?x=1`, { method, headers, body });
      expect(response.status).toBe(200);
      expect(urls).toEqual(['/hooks/acme/webhooks?x=1']);
      expect(seen).toHaveLength(1);
    });

    if (mode === 'guard') {
      test.each([
        ...parsers.slice(0, 3),
        ['express.raw() of everything', (made: typeof express) => made.raw({ type: '*/*' })] as const,
      ])('%s behind the guard neither hangs nor touches `req.body`', async (_name, parser) => {
        const seen: unknown[] = [];
        const { signed, deliver } = await bench({
          create,
          mount: (app, receiver) => mounted(app, receiver, seen, parser(create)),
        });
        expect((await deliver(await signed({ event: { data: { a: 1 } } }))).status).toBe(200);
        expect(seen).toEqual([{ a: 1 }, undefined]);
      });
    }
  });
});
