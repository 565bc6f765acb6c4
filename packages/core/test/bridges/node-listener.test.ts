import { once } from 'node:events';
import { request as httpRequestOf } from 'node:http';
import { describe, expect, test } from 'vitest';
import { fromNodeRequest, nodeListener, sendNodeResponse } from '../../src/bridges/node.js';
import { createReceiver } from '../../src/index.js';
import { client, httpRequest, listen, recording, secret } from './sockets.js';

/** A receiver behind a real server. */
async function serving(options: Parameters<typeof recording>[0] = {}) {
  const recorded = recording(options);
  const { port } = await listen(nodeListener(recorded.receiver));
  return { ...recorded, port };
}

describe('a delivery', () => {
  test('is answered, with the length of its answer', async () => {
    const { port, events } = await serving();
    const { socket, send, until } = await client(port);
    const { head, body } = await httpRequest('m1');
    send(head, body);
    const text = await until(/"processed"\}$/);
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-type: application\/json\r\ncontent-length: 38\r\n/i);
    expect(events).toEqual(['m1']);
    expect(socket.destroyed).toBe(false);
  });

  test('is the same in chunks that split a character', async () => {
    const { port, events } = await serving();
    const { send, until } = await client(port);
    const { head, body } = await httpRequest('m1', { chunked: true, body: '{"type":"a","data":"€😀"}' });
    send(head);
    for (const byte of Buffer.from(body)) send(Buffer.from('1\r\n'), Uint8Array.of(byte), '\r\n');
    send('0\r\n\r\n');
    await until(/"processed"/);
    expect(events).toEqual(['m1']);
  });

  test('without a body is 401 or 400, not a hang', async () => {
    const { port, codes } = await serving();
    const { send, until } = await client(port);
    const { head } = await httpRequest('m1');
    send(head.replace(/content-length: \d+/, 'content-length: 0'));
    await until(/^HTTP\/1\.1 401/);
    expect(await codes(1)).toEqual(['signature_mismatch']);
  });

  test("the secrets' function sees the request itself, its URL and its own headers", async () => {
    const seen: unknown[] = [];
    const { port } = await serving({
      secrets: (request) => {
        seen.push(request.url, request.method, request.native?.constructor.name);
        return { tenant: 'acme', secrets: secret };
      },
    });
    const { send, until } = await client(port);
    const { head, body } = await httpRequest('m1');
    send(head, body);
    await until(/"processed"/);
    expect(seen).toEqual(['/hooks', 'POST', 'IncomingMessage']);
  });
});

describe('a header that stands twice is seen, whatever Node makes of it', () => {
  test.each(['webhook-id: other', 'webhook-timestamp: 1', 'webhook-signature: v1,AAAA', 'Webhook-ID: m1'])(
    '%s',
    async (line) => {
      const { port, codes, events } = await serving();
      const { send, until } = await client(port);
      const { head, body } = await httpRequest('m1', { headers: [line] });
      send(head, body);
      await until(/^HTTP\/1\.1 400/);
      expect(await codes(1)).toEqual(['duplicate_header']);
      expect(events).toEqual([]);
    },
  );

  test('names of Object.prototype are headers like any other', async () => {
    const { port, events } = await serving();
    const { send, until } = await client(port);
    const { head, body } = await httpRequest('m1', {
      headers: ['__proto__: x', 'constructor: y', '__proto__: z'],
    });
    send(head, body);
    await until(/"processed"/);
    expect(events).toEqual(['m1']);
  });
});

describe('keep-alive and pipelining after a refusal', () => {
  test.each([
    ['400, before the body is read', { headers: ['webhook-id: twice'] }, 400],
    ['401, after it is read', { headers: [], body: '{"type":"a"}' }, 401],
    ['415', { headers: ['content-encoding: gzip'] }, 415],
  ])('%s: the next request of the connection is processed', async (_name, options, status) => {
    const { port, events } = await serving();
    const { send, until } = await client(port);
    const first = await httpRequest('m1', options);
    send(first.head, status === 401 ? '{"type":"b"}' : first.body);
    await until(new RegExp(`^HTTP/1\\.1 ${status}`));
    const second = await httpRequest('m2');
    send(second.head, second.body);
    await until(/HTTP\/1\.1 200 OK/);
    expect(events).toEqual(['m2']);
  });

  test('pipelined requests are answered in their order, refused and accepted', async () => {
    const { port, events } = await serving();
    const { send, until } = await client(port);
    const requests = await Promise.all([
      httpRequest('m1'),
      httpRequest('m2', { headers: ['webhook-id: twice'] }),
      httpRequest('m3'),
      httpRequest('m1'),
    ]);
    send(requests.map(({ head, body }) => head + body).join(''));
    const text = await until(/duplicate/);
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual([200, 400, 200, 200].map((status) => `HTTP/1.1 ${status}`));
    expect(events).toEqual(['m1', 'm3']);
  });

  test('a body cannot smuggle a second request past its length', async () => {
    const { port, codes } = await serving();
    const { send, until } = await client(port);
    const inner = await httpRequest('m2');
    const outer = await httpRequest('m1', { body: `${inner.head}${inner.body}` });
    send(outer.head, outer.body);
    await until(/^HTTP\/1\.1 400/);
    expect(await codes(1)).toEqual(['invalid_json']);
  });
});

describe('other methods', () => {
  test.each(['HEAD', 'GET', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'])(
    '%s is 405, and the connection goes on',
    async (method) => {
      const { port, codes, events } = await serving();
      const { send, until, received } = await client(port);
      send(`${method} /hooks HTTP/1.1\r\nhost: hooks.test\r\ncontent-length: 0\r\n\r\n`);
      await until(/^HTTP\/1\.1 405[\s\S]*allow: POST\r\n[\s\S]*\r\n\r\n/i);
      const { head, body } = await httpRequest('m1');
      send(head, body);
      await until(/HTTP\/1\.1 200/);
      expect(received().includes('method not allowed')).toBe(method !== 'HEAD');
      expect(await codes(2)).toEqual(['method_not_allowed', 'processed']);
      expect(events).toEqual(['m1']);
    },
  );
});

describe('a parser ran first', () => {
  test('the stream is used up: an immediate error by name', async () => {
    const { receiver, codes, outcomes } = recording();
    const listener = nodeListener(receiver);
    const { port } = await listen(async (request, response) => {
      for await (const _chunk of request);
      listener(request, response);
    });
    const { send, until } = await client(port);
    const { head, body } = await httpRequest('m1');
    send(head, body);
    await until(/^HTTP\/1\.1 500/);
    expect(await codes(1)).toEqual(['body_already_parsed']);
    expect(outcomes).toMatchObject([
      { error: { message: expect.stringMatching(/mount the webhook route before/) } },
    ]);
  });

  test('its raw bytes are taken, its object is not', async () => {
    const { receiver, codes } = recording();
    const { port } = await listen(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const piece of request) chunks.push(Buffer.from(piece));
      const bytes = Buffer.concat(chunks);
      const body: unknown = request.headers['x-as'] === 'bytes' ? bytes : JSON.parse(bytes.toString());
      sendNodeResponse(request, response, await receiver.handle(fromNodeRequest(request, { body })));
    });
    const { send, until } = await client(port);
    for (const [as, status] of [
      ['object', 500],
      ['bytes', 200],
    ] as const) {
      const { head, body } = await httpRequest('m1', { headers: [`x-as: ${as}`] });
      send(head, body);
      await until(new RegExp(`HTTP/1\\.1 ${status}`));
    }
    expect(await codes(2)).toEqual(['body_already_parsed', 'processed']);
  });
});

test('a dispatcher that breaks its promise costs the connection, not the process', async () => {
  const { port } = await listen(nodeListener({ handle: () => Promise.reject(new Error('never')) }));
  const { send, closed, received } = await client(port);
  const { head, body } = await httpRequest('m1');
  send(head, body);
  await closed;
  expect(received()).toBe('');
});

test('a mount without handlers is refused where it is written', () => {
  expect(() => nodeListener(createReceiver({ secrets: secret }))).toThrow(/no handlers/);
});

test('an answer that somebody else has begun is left alone', async () => {
  const { receiver } = recording();
  const { port } = await listen(async (request, response) => {
    response.end('mine');
    sendNodeResponse(request, response, await receiver.handle(fromNodeRequest(request)));
  });
  const outgoing = httpRequestOf({ port, host: '127.0.0.1', method: 'POST' }).end('{}');
  const [response] = await once(outgoing, 'response');
  let text = '';
  for await (const piece of response) text += piece;
  expect(text).toBe('mine');
});
