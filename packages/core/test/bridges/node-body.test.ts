import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { nodeListener } from '../../src/bridges/node.js';
import { chunk, client, httpRequest, listen, recording } from './sockets.js';

afterEach(() => {
  vi.useRealTimers();
});

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Bytes in use, without what is only waiting to be collected. */
function liveBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** A receiver behind a real server. */
async function serving(options: Parameters<typeof recording>[0] = {}) {
  const recorded = recording(options);
  const { port } = await listen(nodeListener(recorded.receiver));
  return { ...recorded, port };
}

describe('a body over the limit', () => {
  test('that says so is refused by its header alone', async () => {
    const { port, codes } = await serving({ maxBodyBytes: 1_000 });
    const { send, until } = await client(port);
    const { head } = await httpRequest('m1', { body: 'x'.repeat(1_001) });
    send(head);
    await until(/^HTTP\/1\.1 413[\s\S]*content too large/);
    expect(await codes(1)).toEqual(['body_too_large']);
  });

  test('that does not say so is refused while it streams, and the client that goes on sending reads the answer', async () => {
    const { port, codes } = await serving({ maxBodyBytes: 1_000 });
    const { send, until, received } = await client(port);
    const { head } = await httpRequest('m1', { chunked: true });
    send(head);
    let isAnswered = false;
    const answered = until(/^HTTP\/1\.1 413[\s\S]*\}$/).then(() => {
      isAnswered = true;
    });
    while (!isAnswered) {
      send(chunk('x'.repeat(400)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await answered;
    expect(received().match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(await codes(1)).toEqual(['body_too_large']);
  });

  test('leaves the connection usable once the client has ended it', async () => {
    const { port, events } = await serving({ maxBodyBytes: 1_000 });
    const { send, until } = await client(port);
    const { head } = await httpRequest('m1', { chunked: true });
    send(head, chunk('x'.repeat(1_001)));
    await until(/^HTTP\/1\.1 413[\s\S]*\}$/);
    send(chunk('x'.repeat(500_000)), '0\r\n\r\n');
    const next = await httpRequest('m2');
    send(next.head, next.body);
    await until(/HTTP\/1\.1 413[\s\S]*HTTP\/1\.1 200/);
    expect(events).toEqual(['m2']);
  });

  test('a client that never ends it loses its connection after 5 s', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { port } = await serving({ maxBodyBytes: 1_000 });
    const { send, until, closed, socket } = await client(port);
    const { head } = await httpRequest('m1', { chunked: true });
    send(head, chunk('x'.repeat(1_001)));
    await until(/^HTTP\/1\.1 413[\s\S]*\}$/);
    // It goes on, or the server's own limit for idle connections would end it.
    const sending = setInterval(() => send(chunk('x')), 10);
    vi.advanceTimersByTime(4_999);
    expect(socket.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    await closed;
    clearInterval(sending);
  }, 4_000);

  test('costs no memory: what lies beyond the limit is not kept', async () => {
    const { port } = await serving({ maxBodyBytes: 1_000 });
    const { head } = await httpRequest('m1', { chunked: true });
    const { send, until, socket } = await client(port);
    send(head, chunk('x'.repeat(1_001)));
    await until(/^HTTP\/1\.1 413/);
    const before = liveBytes();
    const piece = chunk('x'.repeat(1_000_000));
    for (let sent = 0; sent < 100; sent += 1) {
      if (!socket.write(piece)) await once(socket, 'drain');
    }
    // What is kept stays above it for ever; what is only in flight goes.
    await vi.waitFor(() => expect(liveBytes() - before).toBeLessThan(10_000_000), 10_000);
  });
});

describe('a client that does not finish', () => {
  test('and stalls is answered 408, and its connection is closed', async () => {
    const { port, codes } = await serving({ bodyTimeoutMs: 50 });
    const { send, until, closed, received } = await client(port);
    const { head, body } = await httpRequest('m1');
    send(head, body.slice(0, 5));
    await until(/^HTTP\/1\.1 408/);
    await closed;
    expect(received()).toMatch(/\r\nconnection: close\r\n/i);
    expect(await codes(1)).toEqual(['body_timeout']);
  });

  test.each(['destroys its connection', 'ends its half of it'])(
    'and %s is a body_aborted, and no handler runs',
    async (how) => {
      const { port, codes, events } = await serving();
      const { send, socket } = await client(port);
      const { head, body } = await httpRequest('m1');
      send(head, body.slice(0, 5));
      if (how.startsWith('destroys')) socket.destroySoon();
      else socket.end();
      expect(await codes(1)).toEqual(['body_aborted']);
      expect(events).toEqual([]);
    },
  );

  test('and leaves while the handler runs changes nothing for the delivery', async () => {
    const ends: (() => void)[] = [];
    const { receiver, codes } = recording({ handlerTimeoutMs: 60_000 });
    receiver.on('job.done', () => new Promise<void>((resolve) => ends.push(resolve)));
    const { port } = await listen(nodeListener(receiver));
    const { head, body } = await httpRequest('m1');
    const leaving = await client(port);
    leaving.send(head, body);
    await vi.waitFor(() => expect(ends).toHaveLength(1));
    leaving.socket.destroy();
    await leaving.closed;
    for (const end of ends) end();
    expect(await codes(1)).toEqual(['processed']);
    const again = await client(port);
    again.send(head, body);
    await again.until(/"duplicate"/);
  });
});
