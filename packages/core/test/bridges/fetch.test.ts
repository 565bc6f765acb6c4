import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { fromFetchRequest, toFetchResponse } from '../../src/bridges/fetch.js';
import { sign } from '../../src/index.js';
import type { WebhookRequest } from '../../src/request/webhook-request.js';
import { chunk, client, httpRequest, listen, recording, secret } from './sockets.js';

const limits = (maxBytes = 1_000) => ({ maxBytes, signal: new AbortController().signal });

function read(request: WebhookRequest, options = limits()): Promise<Uint8Array> {
  if (request.body instanceof Uint8Array) throw new Error('the body must not be there before it is read');
  return request.body(options);
}

function post(body: RequestInit['body'], init: RequestInit = {}): Request {
  return new Request('http://hooks.test/a?b=c', {
    method: 'POST',
    body: body ?? null,
    duplex: 'half',
    ...init,
  });
}

/** A stream of the test's own, that knows what became of it. */
function source(
  chunks: readonly Uint8Array[],
  end: 'closes' | 'hangs' | 'breaks' | 'goes on',
  more = new Uint8Array(100),
) {
  const state: { pulled: number; cancelled: boolean } = { pulled: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const next = chunks[state.pulled];
        state.pulled += 1;
        if (next !== undefined) return controller.enqueue(next);
        if (end === 'closes') return controller.close();
        if (end === 'breaks') return controller.error(new Error('socket hang up'));
        if (end === 'goes on') return controller.enqueue(more);
        return new Promise<void>(() => {});
      },
      cancel() {
        state.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { state, stream };
}

describe('fromFetchRequest', () => {
  test('method, URL, headers and the exact bytes', async () => {
    const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, 0x22, 0xff, 0x0d, 0x0a);
    const native = post(bytes, { headers: { 'x-id': 'one' } });
    const request = fromFetchRequest(native);
    expect(request).toMatchObject({
      method: 'POST',
      url: 'http://hooks.test/a?b=c',
      native,
      waitUntil: undefined,
    });
    expect(request.headers).toBe(native.headers);
    expect(await read(request)).toEqual(bytes);
  });

  test('a framework may name its own context and waitUntil', () => {
    const [native, waitUntil] = [{ context: 1 }, () => {}];
    expect(fromFetchRequest(post('x'), { native, waitUntil })).toMatchObject({ native, waitUntil });
  });

  test('nothing is read before it is asked for', () => {
    const { state, stream } = source([new Uint8Array(1)], 'closes');
    fromFetchRequest(post(stream));
    expect(state.pulled).toBe(0);
  });

  test('chunks are put together in order, empty ones too', async () => {
    const { stream } = source([Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3)], 'closes');
    expect(await read(fromFetchRequest(post(stream)))).toEqual(Uint8Array.of(1, 2, 3));
  });

  test('a null body is empty', async () => {
    expect(await read(fromFetchRequest(new Request('http://hooks.test/', { method: 'POST' })))).toEqual(
      new Uint8Array(),
    );
  });

  test('a body that was read is refused by name, and at once', async () => {
    const native = post('{}');
    await native.text();
    await expect(read(fromFetchRequest(native))).rejects.toMatchObject({ code: 'body_already_parsed' });
  });

  test('a body that somebody is reading is refused by name', async () => {
    const native = post('{}');
    const reader = native.body?.getReader();
    await expect(read(fromFetchRequest(native))).rejects.toMatchObject({ code: 'body_already_parsed' });
    reader?.releaseLock();
  });

  test('a stream over the limit is refused with the first chunk beyond it, and what follows is read away', async () => {
    const { state, stream } = source(Array<Uint8Array>(50).fill(new Uint8Array(100)), 'closes');
    await expect(read(fromFetchRequest(post(stream)), limits(250))).rejects.toMatchObject({
      code: 'body_too_large',
    });
    await expect.poll(() => state.pulled).toBe(51);
    expect(state.cancelled).toBe(false);
  });

  test('a stream that never ends is read away for 64 MiB, then cancelled', async () => {
    const chunk = new Uint8Array(1_048_576);
    const { state, stream } = source([], 'goes on', chunk);
    await expect(read(fromFetchRequest(post(stream)), limits(250))).rejects.toMatchObject({
      code: 'body_too_large',
    });
    await expect.poll(() => state.cancelled).toBe(true);
    expect(state.pulled).toBeGreaterThan(64);
    expect(state.pulled).toBeLessThan(70);
  });

  test('a stream that stands still is read away for 5 s, then cancelled', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { state, stream } = source([new Uint8Array(300)], 'hangs');
    await expect(read(fromFetchRequest(post(stream)), limits(250))).rejects.toMatchObject({
      code: 'body_too_large',
    });
    await vi.advanceTimersByTimeAsync(4_999);
    expect(state.cancelled).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(state.cancelled).toBe(true);
  });

  test('exactly the limit passes', async () => {
    const { stream } = source([new Uint8Array(100), new Uint8Array(150)], 'closes');
    expect(await read(fromFetchRequest(post(stream)), limits(250))).toHaveLength(250);
  });

  test('a stream that breaks is a body_aborted, with its cause for the log', async () => {
    const { stream } = source([new Uint8Array(1)], 'breaks');
    await expect(read(fromFetchRequest(post(stream)))).rejects.toMatchObject({
      code: 'body_aborted',
      cause: { message: 'socket hang up' },
    });
  });

  test('an abort while the body stands still ends the reading with its reason, and cancels the stream', async () => {
    const { state, stream } = source([new Uint8Array(1)], 'hangs');
    const controller = new AbortController();
    const reading = read(fromFetchRequest(post(stream)), { maxBytes: 100, signal: controller.signal });
    const reason = new Error('too slow');
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    expect(state.cancelled).toBe(true);
  });

  test('an abort is no complete body, though the stream ends with it', async () => {
    const { stream } = source([Uint8Array.of(1)], 'hangs');
    const controller = new AbortController();
    const reading = read(fromFetchRequest(post(stream)), { maxBytes: 100, signal: controller.signal });
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error('too slow'));
    await expect(reading).rejects.toThrow('too slow');
  });
});

describe('toFetchResponse', () => {
  test('status, headers and bytes', async () => {
    const body = new TextEncoder().encode('{"é":1}');
    const response = toFetchResponse({
      status: 503,
      headers: { 'retry-after': '5', 'content-length': '8' },
      body,
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(body);
  });

  test.each([204, 304])('%i has no body', async (status) => {
    const response = toFetchResponse({ status, headers: {}, body: new Uint8Array() });
    expect([response.status, await response.text()]).toEqual([status, '']);
  });

  test('a 204 that was given a body all the same goes out without it', async () => {
    const response = toFetchResponse({ status: 204, headers: {}, body: Uint8Array.of(1) });
    expect([response.status, await response.text()]).toEqual([204, '']);
  });

  const answer = { status: 405, headers: {}, body: new Uint8Array() };

  test('what nobody has read of the request is discarded', async () => {
    const { state, stream } = source([new Uint8Array(100), new Uint8Array(100)], 'closes');
    const request = post(stream);
    expect(toFetchResponse(answer, request).status).toBe(405);
    await expect.poll(() => state.pulled).toBe(3);
    expect(request.bodyUsed).toBe(true);
  });

  test('a body that has been read, or that somebody reads, is left alone', async () => {
    const read = post('abc');
    await read.text();
    const beingRead = post(source([], 'hangs').stream);
    beingRead.body?.getReader();
    for (const request of [read, beingRead, new Request('http://hooks.test/')])
      expect(toFetchResponse(answer, request).status).toBe(405);
  });
});

/** A Fetch API platform over real sockets. */
async function serving(options: Parameters<typeof recording>[0] = {}) {
  const recorded = recording(options);
  const { port } = await listen(async (incoming, outgoing) => {
    const headers = new Headers();
    for (const [name, value] of Object.entries(incoming.headersDistinct)) {
      for (const one of value ?? []) headers.append(name, one);
    }
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        incoming.on('data', (piece: Buffer) => controller.enqueue(new Uint8Array(piece)));
        incoming.on('end', () => controller.close());
        incoming.on('error', (error) => controller.error(error));
      },
      cancel: () => void incoming.removeAllListeners('data').resume(),
    });
    const init = { method: incoming.method ?? '', headers, body, duplex: 'half' as const };
    const response = await recorded.receiver.fetch(new Request(`http://hooks.test${incoming.url}`, init));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
  return { ...recorded, port };
}

describe('receiver.fetch over a socket', () => {
  test('a delivery is processed', async () => {
    const { port, events } = await serving();
    const { send, until } = await client(port);
    const { head, body } = await httpRequest('m1', { chunked: true });
    send(head, chunk(body.slice(0, 9)), chunk(body.slice(9)), '0\r\n\r\n');
    await until(/^HTTP\/1\.1 200[\s\S]*"processed"/);
    expect(events).toEqual(['m1']);
  });

  test('over the limit: 413, while the client still sends', async () => {
    const { port, codes } = await serving({ maxBodyBytes: 1_000 });
    const { send, until } = await client(port);
    const { head } = await httpRequest('m1', { chunked: true });
    send(head, chunk('x'.repeat(600)), chunk('x'.repeat(600)));
    await until(/^HTTP\/1\.1 413/);
    expect(await codes(1)).toEqual(['body_too_large']);
  });

  test('a client that stalls: 408', async () => {
    const { port, codes } = await serving({ bodyTimeoutMs: 50 });
    const { send, until } = await client(port);
    const { head, body } = await httpRequest('m1');
    send(head, body.slice(0, 5));
    await until(/^HTTP\/1\.1 408/);
    expect(await codes(1)).toEqual(['body_timeout']);
  });

  test('a client that leaves in the middle: body_aborted, no handler', async () => {
    const { port, codes, events } = await serving();
    const { send, socket } = await client(port);
    const { head, body } = await httpRequest('m1');
    send(head, body.slice(0, 5));
    socket.destroySoon();
    expect(await codes(1)).toEqual(['body_aborted']);
    expect(events).toEqual([]);
  });
});

test('headers that `Headers` has joined do not verify: two signatures on two lines are refused', async () => {
  const { receiver, events, codes } = recording();
  const { headers, body } = await sign({ id: 'm1', body: '{"type":"a"}' }, { secret });
  for (const name of Object.keys(headers)) {
    const doubled = new Headers(headers);
    doubled.append(name, headers[name] ?? '');
    expect(
      (await receiver.fetch(post(Buffer.from(body), { headers: doubled }))).status,
    ).toBeGreaterThanOrEqual(400);
  }
  expect(events).toEqual([]);
  expect(await codes(3)).toHaveLength(3);
});
