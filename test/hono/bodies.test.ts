import type { Receiver } from '@countersign/core';
import { webhookGuard, webhookHandler } from '@countersign/hono';
import { zValidator } from '@hono/zod-validator';
import type { Context, Handler, Hono, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cloneRawRequest } from 'hono/request';
import { validator } from 'hono/validator';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bench, everyServer } from './bench.js';

/** Bytes that a decoder changes: a byte order mark, a line end, and what is no UTF-8. */
const ODD = Uint8Array.of(0xef, 0xbb, 0xbf, 0x22, 0xff, 0x22, 0x0d, 0x0a);

const before = (read: (c: Context) => unknown): MiddlewareHandler => {
  return async (c, next) => {
    await read(c);
    await next();
  };
};

/** Both modes; the application counts. */
const modes = {
  handler: (app: Hono, receiver: Receiver, ...front: MiddlewareHandler[]): (() => number) => {
    let runs = 0;
    app.use('/webhooks', ...front);
    receiver.on('*', () => {
      runs += 1;
    });
    app.post('/webhooks', webhookHandler(receiver));
    return () => runs;
  },
  guard: (app: Hono, receiver: Receiver, ...front: MiddlewareHandler[]): (() => number) => {
    let runs = 0;
    app.use('/webhooks', ...front);
    app.post('/webhooks', webhookGuard(receiver), (c) => {
      runs += 1;
      return c.body(null, 204);
    });
    return () => runs;
  },
};

const parsers: Readonly<Record<string, MiddlewareHandler>> = {
  'c.req.text()': before((c) => c.req.text()),
  'c.req.json()': before((c) => c.req.json()),
  'c.req.text(), then c.req.arrayBuffer()': before(async (c) => {
    await c.req.text();
    await c.req.arrayBuffer();
  }),
  'c.req.json(), then c.req.bytes()': before(async (c) => {
    await c.req.json();
    await c.req.bytes();
  }),
  "validator('json')": validator('json', (value) => value),
  "zValidator('json')": zValidator('json', z.looseObject({})),
  'c.req.raw.text()': before((c) => c.req.raw.text()),
  'c.req.raw.arrayBuffer()': before((c) => c.req.raw.arrayBuffer()),
  'a reader of the stream': before((c) => c.req.raw.body?.getReader().read()),
  'a reader that has not read': before((c) => void c.req.raw.body?.getReader()),
};

const byteReaders: Readonly<Record<string, MiddlewareHandler>> = {
  'c.req.arrayBuffer()': before((c) => c.req.arrayBuffer()),
  'c.req.bytes()': before((c) => c.req.bytes()),
  'c.req.blob()': before((c) => c.req.blob()),
  'c.req.arrayBuffer(), then c.req.text()': before(async (c) => {
    await c.req.arrayBuffer();
    await c.req.text();
  }),
  'c.req.blob(), then c.req.json()': before(async (c) => {
    await c.req.blob();
    await c.req.json().catch(() => {});
  }),
  'c.req.arrayBuffer(), not awaited': before((c) => void c.req.arrayBuffer()),
  'c.req.raw.clone().text()': before((c) => c.req.raw.clone().text()),
  'c.req.parseBody() of what is no form': before((c) => c.req.parseBody()),
  'bodyLimit()': bodyLimit({ maxSize: 100_000 }),
  "validator('header')": validator('header', (value) => value),
  "zValidator('query')": zValidator('query', z.object({ shard: z.string().optional() })),
  "zValidator('param')": zValidator('param', z.object({})),
};

describe.each(everyServer)('on %s', (server) => {
  describe.each(Object.entries(modes))('%s', (_mode, mounted) => {
    test.each(Object.entries(parsers))(
      '%s in front is answered at once, and named',
      async (_name, parser) => {
        let runs = (): number => 0;
        const { signed, deliver, outcomes, settled } = await bench({
          server,
          mount(app, receiver) {
            runs = mounted(app, receiver, parser);
          },
        });
        const request = await signed();
        const headers = { ...request.headers, 'content-type': 'application/json' };
        expect(await deliver({ ...request, headers })).toMatchObject({
          status: 500,
          body: '{"received":false,"error":"internal error"}',
        });
        expect(outcomes).toMatchObject([
          { code: 'body_already_parsed', error: { message: expect.stringContaining('before') } },
        ]);
        expect(settled()).toEqual([]);
        expect(runs()).toBe(0);
      },
    );

    test.each(Object.entries(byteReaders))('%s in front changes nothing', async (_name, reader) => {
      let runs = (): number => 0;
      const { signed, deliver, outcomes, clock } = await bench({
        server,
        receiver: { maxBodyBytes: 1_000 },
        mount(app, receiver) {
          runs = mounted(app, receiver, reader);
        },
      });
      expect((await deliver(await signed())).status).toBeLessThan(300);
      expect(runs()).toBe(1);

      // The signature holds over the very bytes, which are no event.
      const odd = await signed({ id: 'msg_2', body: ODD });
      expect((await deliver(odd)).status).toBe(400);
      const altered = { ...odd, body: Uint8Array.from(ODD, (byte) => (byte === 0xff ? 0xfe : byte)) };
      expect((await deliver(altered)).status).toBe(401);
      await clock.advance(0);
      const large = await signed({ id: 'msg_3', event: { data: 'x'.repeat(1_000) } });
      expect((await deliver(large)).status).toBe(413);
      expect(outcomes.map(({ code }) => code)).toEqual([
        'processed',
        'invalid_utf8',
        'signature_mismatch',
        'body_too_large',
      ]);
    });
  });

  const text = '{"type":"test.event","data":{"a":1}}\r\n';
  const bytes = [...new TextEncoder().encode(text)];
  const form = [['{"type":"test.event","data":{"a":1}}\r\n', '']];

  const behind: Readonly<
    Record<string, readonly [read: (c: Context) => unknown, expected: unknown, type?: string]>
  > = {
    'c.req.text()': [(c) => c.req.text(), text],
    'c.req.json()': [(c) => c.req.json(), JSON.parse(text)],
    'c.req.arrayBuffer()': [async (c) => [...new Uint8Array(await c.req.arrayBuffer())], bytes],
    'c.req.bytes()': [async (c) => [...(await c.req.bytes())], bytes],
    'c.req.blob()': [async (c) => (await c.req.blob()).text(), text],
    'c.req.json() after c.req.text()': [
      async (c) => [await c.req.text(), await c.req.json()],
      [text, JSON.parse(text)],
    ],
    'c.req.formData()': [
      async (c) => [...(await c.req.formData())],
      form,
      'application/x-www-form-urlencoded',
    ],
    'c.req.parseBody()': [
      async (c) => Object.entries(await c.req.parseBody()),
      form,
      'application/x-www-form-urlencoded',
    ],
    'a request made of it': [async (c) => (await cloneRawRequest(c.req)).text(), text],
    'a raw request with the bytes': [
      (c) => new Request(c.req.raw, { body: c.get('webhook').delivery.body }).text(),
      text,
    ],
    'c.req.raw.text(), which is used up,': [(c) => c.req.raw.text().catch(() => 'refused'), 'refused'],
  };

  for (const front of ['nothing', 'c.req.blob()'] as const) {
    test.each(Object.entries(behind))(
      `%s behind the guard sees the verified bytes, with ${front} in front`,
      async (_name, [read, expected, type = 'application/json']) => {
        const seen: unknown[] = [];
        const { signed, deliver } = await bench({
          server,
          mount(app, receiver) {
            if (front !== 'nothing') app.use(before((c) => c.req.blob()));
            app.post('/webhooks', webhookGuard(receiver), async (c) => {
              seen.push(await read(c));
              return c.body(null, 204);
            });
          },
        });
        const { headers, ...request } = await signed({ body: text });
        expect((await deliver({ ...request, headers: { ...headers, 'content-type': type } })).status).toBe(
          204,
        );
        expect(seen).toEqual([expected]);
      },
    );
  }

  test('parsers behind the guard change nothing of what was verified', async () => {
    let same: unknown;
    const spoil: Handler = async (c) => {
      new Uint8Array(await c.req.arrayBuffer()).fill(0);
      same = [c.get('webhook').delivery.body, await c.req.text()];
      return c.body(null, 204);
    };
    const { signed, deliver } = await bench({
      server,
      mount: (app, receiver) => app.post('/webhooks', webhookGuard(receiver), spoil),
    });
    const request = await signed({ body: text });
    await deliver(request);
    expect(same).toEqual([request.body, text]);
  });

  test('a validator behind the guard validates the verified body', async () => {
    const seen: unknown[] = [];
    const { signed, deliver, settled } = await bench({
      server,
      mount: (app, receiver) =>
        app.post(
          '/webhooks',
          webhookGuard(receiver),
          zValidator('json', z.object({ type: z.string(), data: z.object({ a: z.number() }) })),
          (c) => {
            seen.push(c.req.valid('json'));
            return c.body(null, 204);
          },
        ),
    });
    const typed = async (body: string, id: string) => {
      const { headers, ...request } = await signed({ body, id });
      return { ...request, headers: { ...headers, 'content-type': 'application/json' } };
    };
    expect((await deliver(await typed(text, 'msg_1'))).status).toBe(204);
    expect((await deliver(await typed(text.replace('1', '"1"'), 'msg_2'))).status).toBe(400);
    expect(seen).toEqual([{ type: 'test.event', data: { a: 1 } }]);
    expect(settled()).toEqual(['claim: claimed', 'commit: true', 'claim: claimed', 'release']);
  });
});

test.each<[what: string, headers: Record<string, string>]>([
  ['no length', {}],
  ['a length beside a transfer encoding', { 'content-length': '10', 'transfer-encoding': 'chunked' }],
])('a body with %s is refused with the first byte over the limit, not at its end', async (_what, lengths) => {
  const { app, signed, outcomes } = await bench({
    receiver: { maxBodyBytes: 1_000 },
    mount: (app, receiver) => app.post('/webhooks', webhookHandler(receiver.on('*', () => {}))),
  });
  const body = new ReadableStream({
    start(controller) {
      for (let chunk = 0; chunk < 11; chunk += 1) controller.enqueue(new Uint8Array(100));
    },
  });
  const { method, headers } = await signed();
  const init = { method, headers: { ...headers, ...lengths }, body, duplex: 'half' } as const;
  expect((await app.request('/webhooks', init)).status).toBe(413);
  expect(outcomes).toMatchObject([{ code: 'body_too_large' }]);
});
