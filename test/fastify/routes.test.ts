import { countersign, webhookGuard } from '@countersign/fastify';
import formbody from '@fastify/formbody';
import Fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, test } from 'vitest';
import { bench, guarded, modes, recorded, serve } from './bench.js';

const secret = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz';
const post = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) => ({
  method: 'POST',
  headers,
  body,
});

describe.each(Object.entries(modes))('%s', (mode, mounted) => {
  test('the receiver answers every method that Fastify knows', async () => {
    const { app, deliver, signed, outcomes } = await bench({ mount: mounted });
    const genuine = await signed();
    const others = app.supportedMethods.filter((method) => method !== 'POST' && method !== 'TRACE');
    expect(others).toEqual(expect.arrayContaining(['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']));
    for (const method of others) {
      const answer = await deliver({ ...genuine, method });
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'POST']);
    }
    expect(outcomes.map(({ code }) => code)).toEqual(others.map(() => 'method_not_allowed'));
  });

  test.each([
    ['application/json'],
    ['application/json; charset=utf-16'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=x'],
    ['text/plain'],
    ['application/cloudevents+json'],
    ['no content type at all'],
    [''],
  ])('a body of the content type `%s` is the receiver’s', async (type) => {
    const seen: unknown[] = [];
    const { deliver, signed } = await bench({ mount: (app, receiver) => mounted(app, receiver, seen) });
    const { headers, ...request } = await signed({ event: { data: { a: 1 } } });
    expect((await deliver({ ...request, headers: { ...headers, 'content-type': type } })).status).toBe(200);
    expect(seen).toHaveLength(1);
  });

  test('a body without a content type is too', async () => {
    const { deliver, signed } = await bench({ mount: mounted });
    const { headers, ...request } = await signed();
    const { 'content-type': _, ...others } = headers;
    expect((await deliver({ ...request, headers: others })).status).toBe(200);
  });

  test('Fastify’s own limit of bodies is not asked', async () => {
    const app = Fastify({ bodyLimit: 10 });
    const { deliver, signed } = await bench({ app, receiver: { maxBodyBytes: 1_000 }, mount: mounted });
    expect((await deliver(await signed())).status).toBe(200);
    const large = await signed({ event: { id: 'evt_2', data: 'x'.repeat(1_000) } });
    expect(await deliver(large)).toMatchObject({
      status: 413,
      body: '{"received":false,"error":"content too large"}',
    });
  });

  test('other routes keep their parsers, their limits and their guard against `__proto__`', async () => {
    const { app, origin, deliver, signed } = await bench({
      app: Fastify({ bodyLimit: 2_000 }),
      mount(made, receiver) {
        made.register(formbody);
        made.addContentTypeParser('application/vnd.own', { parseAs: 'string' }, (_request, body, done) =>
          done(null, `own: ${body}`),
        );
        mounted(made, receiver);
        made.post('/other', async (request) => ({ body: request.body }));
      },
    });
    const other = async (...args: Parameters<typeof post>) => {
      const response = await fetch(`${origin}/other`, post(...args));
      return [response.status, await response.json()];
    };
    expect(await other('{"b":2}')).toEqual([200, { body: { b: 2 } }]);
    expect(await other('b=2', { 'content-type': 'application/x-www-form-urlencoded' })).toEqual([
      200,
      { body: { b: '2' } },
    ]);
    expect(await other('x', { 'content-type': 'application/vnd.own' })).toEqual([200, { body: 'own: x' }]);
    expect(await other('{"__proto__":{"b":2}}')).toMatchObject([
      400,
      { code: 'FST_ERR_CTP_INVALID_JSON_BODY' },
    ]);
    expect(await other('x', { 'content-type': 'image/png' })).toMatchObject([415, {}]);
    expect(await other(`"${'x'.repeat(2_000)}"`)).toMatchObject([413, {}]);
    expect(app.hasContentTypeParser('*')).toBe(false);

    const { headers, ...request } = await signed();
    for (const type of ['application/json', 'application/vnd.own', 'application/x-www-form-urlencoded']) {
      const answer = await deliver({ ...request, headers: { ...headers, 'content-type': type } });
      expect([type, answer.status]).toEqual([type, 200]);
    }
  });

  test('below prefixes and with parameters, `secrets` sees the whole URL, and Fastify’s own request', async () => {
    const seen: unknown[] = [];
    const { receiver, signed } = recorded({
      receiver: {
        secrets: (request) => {
          seen.push(request.url, Reflect.get(Object(request.native), 'params'));
          return { tenant: 'acme', secrets: secret };
        },
      },
    });
    const app = Fastify({ rewriteUrl: ({ url = '' }) => url.replace('/old/', '/new/') });
    const scoped = async (scope: FastifyInstance): Promise<void> => {
      if (mode === 'handler') {
        receiver.on('*', () => {});
        scope.register(countersign, { receiver, path: '/webhooks/:tenant', prefix: '/v1' });
      } else {
        const guard = webhookGuard(receiver, { path: '/webhooks/:tenant', handler: () => 'done' });
        scope.register(guard, { prefix: '/v1' });
      }
    };
    app.register(scoped, { prefix: '/new' });
    const origin = await serve(app);
    const { method, headers, body } = await signed({ secret });
    const response = await fetch(`${origin}/old/v1/webhooks/acme?x=1`, { method, headers, body });
    expect(response.status).toBe(200);
    expect(seen).toEqual(['/old/v1/webhooks/acme?x=1', { tenant: 'acme' }]);
  });

  test('hooks see its answers, and what they add arrives', async () => {
    const seen: unknown[] = [];
    const { deliver, signed } = await bench({
      mount(app, receiver) {
        app.addHook('onRequest', async (_request, reply) => void reply.header('x-request', '1'));
        app.addHook('onSend', async (_request, reply, payload) => {
          seen.push('onSend', reply.statusCode, String(payload));
          reply.header('x-send', '2');
        });
        app.addHook('onResponse', async (_request, reply) => void seen.push('onResponse', reply.statusCode));
        mounted(app, receiver);
      },
    });
    const { headers, ...request } = await signed();
    const answer = await deliver({ ...request, headers: { ...headers, 'webhook-id': 'other' } });
    expect(answer).toMatchObject({ status: 401, body: '{"received":false,"error":"unauthorized"}' });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-request': '1',
      'x-send': '2',
      'content-type': 'application/json',
      'content-length': String(answer.body.length),
    });
    expect(seen).toEqual(['onSend', 401, answer.body, 'onResponse', 401]);
  });

  test('a hook before it that answers is the answer, and nothing is claimed', async () => {
    const { deliver, signed, outcomes, settled } = await bench({
      mount(app, receiver) {
        app.addHook('preHandler', async (_request, reply) => reply.code(403).send('not you'));
        mounted(app, receiver);
      },
    });
    expect(await deliver(await signed())).toMatchObject({ status: 403, body: 'not you' });
    expect([outcomes, settled()]).toEqual([[], []]);
  });

  test('refusals are none of the error handler’s, and are logged as any answer', async () => {
    const lines: string[] = [];
    const errors: unknown[] = [];
    const app = Fastify({
      logger: { level: 'info', stream: { write: (line: string) => void lines.push(line) } },
    });
    const { deliver, signed } = await bench({
      app,
      mount(_app, receiver) {
        app.setErrorHandler((error, _request, reply) => {
          errors.push(error);
          return reply.send(error);
        });
        mounted(app, receiver);
      },
    });
    const { headers, ...request } = await signed();
    expect((await deliver({ ...request, headers: { ...headers, 'webhook-id': 'other' } })).status).toBe(401);
    expect(errors).toEqual([]);
    const logged = lines.map((line) => JSON.parse(line));
    expect(logged.every(({ level }) => level === 30)).toBe(true);
    expect(logged.at(-1)).toMatchObject({ msg: 'request completed', res: { statusCode: 401 } });
  });

  test('two in one application do not know of each other', async () => {
    const seen: unknown[][] = [[], []];
    const pair = [recorded(), recorded()] as const;
    const app = Fastify();
    for (const [index, { receiver }] of pair.entries()) {
      app.register(async (scope) => mounted(scope, receiver, seen[index]), { prefix: `/${index}` });
    }
    const origin = await serve(app);
    const [first, second] = await Promise.all(pair.map(({ signed }) => signed()));
    const statusOf = async (path: string, request: typeof first): Promise<number> => {
      const { method = '', headers = {}, body = new Uint8Array() } = request ?? {};
      return (await fetch(`${origin}/${path}/webhooks`, { method, headers, body })).status;
    };
    expect(await statusOf('0', first)).toBe(200);
    expect(await statusOf('1', first)).toBe(401);
    expect(await statusOf('1', second)).toBe(200);
    expect(seen.map(({ length }) => length)).toEqual([1, 1]);
  });
});

describe('a guarded route', () => {
  test.each(['application/json', 'no content type at all'])(
    'sees its headers as they are: %s',
    async (type) => {
      const seen: unknown[] = [];
      const { deliver, signed } = await bench({
        mount(app, receiver) {
          app.addHook('onRequest', async (request) => {
            request.headers = { ...request.headers, 'x-hook': '1' };
          });
          guarded(({ headers }) => {
            seen.push(headers['content-type'], headers['x-hook'], headers['webhook-id']);
            return 'done';
          })(app, receiver);
        },
      });
      const { headers, ...request } = await signed();
      expect((await deliver({ ...request, headers: { ...headers, 'content-type': type } })).body).toBe(
        'done',
      );
      expect(seen).toEqual([type, '1', 'evt_1']);
    },
  );

  test('has the webhook, no body, and the decorators of its application', async () => {
    const seen: unknown[] = [];
    const { deliver, signed, origin } = await bench({
      mount(app, receiver) {
        app.decorate('ledger', 'the ledger');
        app.decorateRequest('webhook', null);
        app.decorateReply('thanks', 'thanks');
        app.get('/other', async (request) => ({ webhook: request.getDecorator('webhook') }));
        guarded(function (request, reply) {
          const { event, delivery } = request.webhook;
          seen.push(this.getDecorator('ledger'), event, Buffer.from(delivery.body).toString(), request.body);
          return reply.getDecorator('thanks');
        })(app, receiver);
      },
    });
    const request = await signed({ event: { data: { a: 1 } } });
    expect(await deliver(request)).toMatchObject({ status: 200, body: 'thanks' });
    expect(seen).toEqual([
      'the ledger',
      expect.objectContaining({ id: 'evt_1', data: { a: 1 } }),
      Buffer.from(request.body).toString(),
      undefined,
    ]);
    expect(await (await fetch(`${origin}/other`)).json()).toEqual({ webhook: null });
  });

  test('is not run for a delivery that is refused', async () => {
    let runs = 0;
    const { deliver, signed, settled } = await bench({
      mount: guarded(() => {
        runs += 1;
        return 'done';
      }),
    });
    const { headers, ...request } = await signed();
    expect((await deliver({ ...request, headers: { ...headers, 'webhook-id': 'other' } })).status).toBe(401);
    expect([runs, settled()]).toEqual([0, []]);
  });
});
