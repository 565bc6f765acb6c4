import { PassThrough, type Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { bench, guarded } from './bench.js';
import { fails, type Way } from './ways.js';

/** A stream that fails before its first byte. */
function broken(): Readable {
  const stream = new PassThrough();
  setImmediate(() => stream.destroy(new Error('the stream failed')));
  return stream;
}

const failures: readonly Way[] = [
  { how: 'a redirect', answer: (_request, reply) => reply.redirect('/elsewhere'), status: 302 },
  { how: 'reply.code(304)', answer: (_request, reply) => reply.code(304).send(), status: 304 },
  { how: 'a status of 400', answer: (_request, reply) => reply.code(400).send({}), status: 400, body: '{}' },
  { how: 'a throw', answer: fails, status: 500, body: /the route failed/ },
  { how: 'a rejection', answer: async () => fails(), status: 500, body: /the route failed/ },
  {
    how: 'an error with a status',
    answer: async () => {
      throw Object.assign(new Error('no'), { statusCode: 418 });
    },
    status: 418,
  },
  { how: 'sending an error', answer: (_request, reply) => reply.send(new Error('no')), status: 500 },
  { how: 'reply.callNotFound()', answer: (_request, reply) => reply.callNotFound(), status: 404 },
  {
    how: "the application's own 404",
    around: (app) => app.setNotFoundHandler((_request, reply) => reply.code(404).send('not here')),
    answer: (_request, reply) => reply.callNotFound(),
    status: 404,
    body: 'not here',
  },
  {
    how: 'an error handler with a status of its own',
    around: (app) => app.setErrorHandler((_error, _request, reply) => reply.code(503).send('later')),
    answer: fails,
    status: 503,
    body: 'later',
  },
  {
    how: 'an error handler that throws',
    around: (app) => app.setErrorHandler(fails),
    answer: fails,
    status: 500,
  },
  {
    how: 'an error handler over an answer of 2xx',
    around: (app) => app.setErrorHandler((_error, _request, reply) => reply.send('sorry')),
    answer: (_request, reply) => reply.code(500).send(new Error('no')),
    status: 500,
    body: 'sorry',
  },
  {
    how: 'a Response of 500',
    answer: () => new Response('text', { status: 500 }),
    status: 500,
    body: 'text',
  },
  {
    how: 'a Response that was read',
    async answer() {
      const response = new Response('text');
      await response.text();
      return response;
    },
    status: 500,
  },
  { how: 'a stream that fails before its first byte', answer: broken, status: 500 },
  {
    how: 'a web stream that fails before its first byte',
    answer: () => new ReadableStream({ pull: () => Promise.reject(new Error('the stream failed')) }),
    status: 500,
  },
  {
    how: 'a payload that cannot be sent',
    answer: (_request, reply) => reply.type('application/xml').send({ a: 1 }),
    status: 500,
  },
  {
    how: 'a payload that cannot be serialized',
    answer: () => ({ a: 1n }),
    status: 500,
  },
  {
    how: 'a header that cannot be sent',
    answer: (_request, reply) => reply.header('x-own', 'a\nb').send('text'),
    status: 500,
  },
  {
    how: 'an onSend hook that throws',
    around(app) {
      let runs = 0;
      app.addHook('onSend', async () => {
        runs += 1;
        if (runs === 1) fails();
      });
    },
    answer: () => 'text',
    status: 500,
  },
  {
    how: 'an onSend hook that throws, for its error too',
    around(app) {
      let runs = 0;
      app.addHook('onSend', async () => {
        runs += 1;
        if (runs <= 2) fails();
      });
    },
    answer: () => 'text',
    status: 500,
  },
  {
    how: 'an onSend hook that changes a status from 2xx',
    around(app) {
      let runs = 0;
      app.addHook('onSend', async (_request, reply) => {
        runs += 1;
        if (runs === 1) reply.code(502);
      });
    },
    answer: () => 'text',
    status: 502,
    body: 'text',
  },
  {
    how: 'reply.raw with an error after reply.hijack()',
    answer(_request, reply) {
      reply.hijack();
      reply.raw.writeHead(500).end('text');
    },
    status: 500,
    body: 'text',
  },
];

describe('a guarded route that answers by', () => {
  for (const { how, answer, around, status, body = /^/ } of failures) {
    test(`${how} gives the delivery back, and the retry runs`, async () => {
      let runs = 0;
      const { deliver, signed, settled, outcomes } = await bench({
        mount(app, receiver) {
          around?.(app);
          guarded(function (request, reply) {
            runs += 1;
            return runs > 1 ? 'done' : Reflect.apply(answer, this, [request, reply]);
          })(app, receiver);
        },
      });
      const request = await signed();
      expect(await deliver(request)).toMatchObject({
        status,
        body: typeof body === 'string' ? body : expect.stringMatching(body),
      });
      expect(settled()).toEqual(['claim: claimed', 'release']);
      expect(await deliver(request)).toMatchObject({ status: 200, body: 'done' });
      expect(runs).toBe(2);
      expect(outcomes).toMatchObject([
        { kind: 'refused', code: 'handler_failed', status },
        { kind: 'accepted', code: 'processed' },
      ]);
    });
  }

  test('an onSend hook that throws for every answer ends in an error of Fastify, and gives the delivery back', async () => {
    const { deliver, signed, settled } = await bench({
      mount(app, receiver) {
        app.addHook('onSend', async () => fails());
        guarded(() => 'text')(app, receiver);
      },
    });
    expect((await deliver(await signed())).status).toBe(500);
    expect(settled()).toEqual(['claim: claimed', 'release']);
  });
});
