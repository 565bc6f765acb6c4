import { PassThrough, Readable, type Transform } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { describe, expect, test } from 'vitest';
import { bench, modes } from './bench.js';

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What may read a webhook's body before its route, each in a hook of the application. */
const readers: readonly (readonly [string, (app: FastifyInstance) => unknown])[] = [
  [
    'an onRequest hook that reads the stream',
    (app) => app.addHook('onRequest', async (request) => void (await bytesOf(request.raw))),
  ],
  [
    'a preParsing hook that reads the stream and hands on nothing',
    (app) => app.addHook('preParsing', async (_request, _reply, payload) => void (await bytesOf(payload))),
  ],
  [
    'a preParsing hook that reads the stream and hands on another',
    (app) =>
      app.addHook('preParsing', async (_request, _reply, payload) => Readable.from([await bytesOf(payload)])),
  ],
  [
    'a preParsing hook that hands on a stream through which the body is to flow',
    (app) =>
      app.addHook('preParsing', (_request, _reply, payload, done) => {
        done(null, payload.pipe<Transform>(new PassThrough()));
      }),
  ],
  [
    'a preParsing hook that hands on another stream and leaves the body where it is',
    (app) => app.addHook('preParsing', async () => Readable.from(['{}'])),
  ],
  [
    'a preValidation hook that reads the stream',
    (app) => app.addHook('preValidation', async (request) => void (await bytesOf(request.raw))),
  ],
  [
    'a preHandler hook that decodes the stream',
    (app) => app.addHook('preHandler', async (request) => void request.raw.setEncoding('utf8')),
  ],
];

describe.each(Object.entries(modes))('%s', (_mode, mounted) => {
  test.each(readers)('%s is answered at once, and named', async (_name, read) => {
    const seen: unknown[] = [];
    const { deliver, signed, outcomes, settled } = await bench({
      mount(app, receiver) {
        read(app);
        mounted(app, receiver, seen);
      },
    });
    // Longer than what streams buffer.
    expect(await deliver(await signed({ event: { data: 'x'.repeat(200_000) } }))).toMatchObject({
      status: 500,
      body: '{"received":false,"error":"internal error"}',
    });
    expect(outcomes).toMatchObject([
      { code: 'body_already_parsed', error: { message: expect.stringContaining('before') } },
    ]);
    expect(seen).toEqual([]);
    expect(settled()).toEqual([]);
  });

  test('a hook that reads the body beside the receiver takes nothing away', async () => {
    const seen: unknown[] = [];
    let bytes = 0;
    const { deliver, signed } = await bench({
      mount(app, receiver) {
        app.addHook('preHandler', (request, _reply, done) => {
          request.raw.on('data', (chunk: Uint8Array) => {
            bytes += chunk.length;
          });
          done();
        });
        mounted(app, receiver, seen);
      },
    });
    const request = await signed({ event: { data: 'x'.repeat(200_000) } });
    expect((await deliver(request)).status).toBe(200);
    expect(seen).toHaveLength(1);
    expect(bytes).toBe(request.body.length);
  });
});
