import { Readable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { bench, guarded } from './bench.js';
import { fails, type Way } from './ways.js';

function webStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('text'));
      controller.close();
    },
  });
}

const successes: readonly Way[] = [
  { how: 'returning an object', answer: () => ({ a: 1 }), status: 200, body: '{"a":1}' },
  { how: 'returning a string', answer: () => 'text', status: 200, body: 'text' },
  { how: 'returning null', answer: () => null, status: 200, body: 'null' },
  { how: 'a promise of an object', answer: async () => ({ a: 1 }), status: 200, body: '{"a":1}' },
  { how: 'a promise of nothing', answer: async () => {}, status: 200, body: '' },
  {
    how: 'a promise of nothing with a status',
    answer: async (_request, reply) => void reply.code(202),
    status: 202,
    body: '',
  },
  {
    how: 'returning reply.send',
    answer: (_request, reply) => reply.code(201).send({ a: 1 }),
    status: 201,
    body: '{"a":1}',
  },
  {
    how: 'reply.send and nothing returned',
    answer: (_request, reply) => void reply.send('text'),
    status: 200,
    body: 'text',
  },
  {
    how: 'reply.send in an async route',
    answer: async (_request, reply) => reply.code(299).send('text'),
    status: 299,
    body: 'text',
  },
  { how: 'reply.send()', answer: (_request, reply) => void reply.send(), status: 200, body: '' },
  { how: 'reply.send(null)', answer: (_request, reply) => void reply.send(null), status: 200, body: 'null' },
  { how: 'a Buffer', answer: () => Buffer.from('text'), status: 200, body: 'text' },
  {
    how: 'reply.code(204)',
    answer: (_request, reply) => void reply.code(204).send(),
    status: 204,
    body: '',
  },
  {
    how: 'a later turn',
    answer: (_request, reply) => void setTimeout(() => reply.send('text'), 1),
    status: 200,
    body: 'text',
  },
  {
    how: 'a later turn of an async route',
    answer: async (_request, reply) => {
      setTimeout(() => reply.send('text'), 1);
      return reply;
    },
    status: 200,
    body: 'text',
  },
  { how: 'a stream', answer: () => Readable.from(['te', 'xt']), status: 200, body: 'text' },
  { how: 'an empty stream', answer: () => Readable.from([]), status: 200, body: '' },
  { how: 'a web stream', answer: webStream, status: 200, body: 'text' },
  {
    how: 'a Response',
    answer: () => new Response('text', { status: 203 }),
    status: 203,
    body: 'text',
  },
  {
    how: 'a Response without a body',
    answer: () => new Response(null, { status: 204 }),
    status: 204,
    body: '',
  },
  {
    how: 'reply.raw after reply.hijack()',
    answer(_request, reply) {
      reply.hijack();
      reply.raw.writeHead(202, { 'x-own': '1' }).end('text');
    },
    status: 202,
    body: 'text',
  },
  {
    how: 'reply.raw piece by piece, later, in an async route',
    async answer(_request, reply) {
      reply.hijack();
      setTimeout(() => {
        reply.raw.write('te');
        reply.raw.write('xt');
        reply.raw.end();
      }, 1);
    },
    status: 200,
    body: 'text',
  },
  {
    how: 'an error handler that answers 2xx',
    around: (app) => app.setErrorHandler((_error, _request, reply) => reply.code(200).send('mended')),
    answer: fails,
    status: 200,
    body: 'mended',
  },
  {
    how: 'an onSend hook that changes a status to 2xx',
    around: (app) =>
      app.addHook('onSend', async (_request, reply, payload) => {
        reply.code(200);
        return payload;
      }),
    answer: (_request, reply) => reply.code(500).send('text'),
    status: 200,
    body: 'text',
  },
  {
    how: 'a payload that an onSend hook replaces',
    around: (app) => app.addHook('onSend', async () => 'other'),
    answer: () => 'text',
    status: 200,
    body: 'other',
  },
  {
    how: 'a route that answers twice',
    async answer(_request, reply) {
      reply.send('first');
      return 'second';
    },
    status: 200,
    body: 'first',
  },
  {
    how: 'a route that answers, and then throws',
    async answer(_request, reply) {
      reply.send('text');
      fails();
    },
    status: 200,
    body: 'text',
  },
];

describe('a guarded route that answers by', () => {
  for (const { how, answer, around, status, body = /^/ } of successes) {
    test(`${how} is committed`, async () => {
      const run = vi.fn(answer);
      const { deliver, signed, settled, outcomes } = await bench({
        mount(app, receiver) {
          around?.(app);
          guarded(function (request, reply) {
            return Reflect.apply(run, this, [request, reply]);
          })(app, receiver);
        },
      });
      const request = await signed();
      expect(await deliver(request)).toMatchObject({
        status,
        body: typeof body === 'string' ? body : expect.stringMatching(body),
      });
      expect(settled()).toEqual(['claim: claimed', 'commit: true']);
      expect((await deliver(request)).status).toBe(200);
      expect(run).toHaveBeenCalledOnce();
      expect(outcomes.map(({ code }) => code)).toEqual(['processed', 'duplicate']);
    });
  }
});
