import { webhookGuard } from '@countersign/express';
import type { ErrorRequestHandler } from 'express';
import { describe, expect, test } from 'vitest';
import { type BenchOptions, bench, eventually, versions } from './bench.js';

const fails = (): never => {
  throw new Error('the route failed');
};

// Express knows an error handler by its four parameters.
const recovers: ErrorRequestHandler = (_error, _request, response, _next) => void response.sendStatus(200);

describe.each(versions)('%s: a guarded route', (_version, create) => {
  test('a delivery stands in `res.locals.webhook` and in `req.webhook`, with the raw body', async () => {
    const seen: unknown[] = [];
    const mount: BenchOptions['mount'] = (app, receiver) =>
      app.post('/webhooks', webhookGuard(receiver), (request, response) => {
        const { webhook } = response.locals;
        const { event, delivery } = webhook;
        seen.push(
          Reflect.get(request, 'webhook') === webhook,
          event.data,
          Buffer.from(delivery.body).toString(),
        );
        response.end();
      });
    const { signed, deliver } = await bench({ create, mount });
    const request = await signed({ event: { data: { a: 1 } } });
    await deliver(request);
    expect(seen).toEqual([true, { a: 1 }, Buffer.from(request.body).toString()]);
  });

  test('an error handler that answers 2xx decides: committed', async () => {
    const { deliver, signed, settled } = await bench({
      create,
      mount(app, receiver) {
        app.post('/webhooks', webhookGuard(receiver), fails);
        app.use(recovers);
      },
    });
    expect((await deliver(await signed())).status).toBe(200);
    expect(settled()).toEqual(['claim: claimed', 'commit: true']);
  });

  test('a throw after the answer changes nothing: it is committed, and the retry is a duplicate', async () => {
    const { deliver, signed, settled } = await bench({
      create,
      mount: (app, receiver) =>
        app.post('/webhooks', webhookGuard(receiver), (_request, response) => {
          response.json({ a: 1 });
          fails();
        }),
    });
    const request = await signed();
    // Express ends the connection of a route that fails after its answer.
    await deliver(request).catch(() => undefined);
    await eventually(() => expect(settled()).toEqual(['claim: claimed', 'commit: true']));
    expect((await deliver(request)).body).toBe('{"received":true,"status":"duplicate"}');
  });

  test('a middleware before the guard that writes while it ends loses nothing', async () => {
    const { deliver, signed } = await bench({
      create,
      mount(app, receiver) {
        app.use((_request, response, next) => {
          response.end = new Proxy(response.end, {
            apply(end, self, [chunk]) {
              response.write(`<${chunk}>`);
              return Reflect.apply(end, self, []);
            },
          });
          next();
        });
        app.post('/webhooks', webhookGuard(receiver), (_request, response) => void response.end('text'));
      },
    });
    expect(await deliver(await signed())).toMatchObject({ status: 200, body: '<text>' });
  });

  test('the first status counts where a route answers twice', async () => {
    const { deliver, signed, settled } = await bench({
      create,
      mount: (app, receiver) =>
        app.post('/webhooks', webhookGuard(receiver), (_request, response) => {
          response.status(503).end('first');
          response.status(200).end();
        }),
    });
    expect(await deliver(await signed())).toMatchObject({ status: 503, body: 'first' });
    expect(settled()).toEqual(['claim: claimed', 'release']);
  });
});
