import type { Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { httpTransport } from '../../src/transport/http-transport.js';
import { exchangeWith } from './exchange.js';
import { OK, type RawServer, rawServer } from './raw-server.js';

function transportOf() {
  const transport = httpTransport();
  onTestFinished(() => transport.close());
  return transport;
}

const to = ({ port }: RawServer, maxResponseBytes?: number) =>
  exchangeWith(
    transportOf(),
    `http://127.0.0.1:${port}/`,
    maxResponseBytes === undefined ? {} : { maxResponseBytes },
  );

/** Writes the parts so that they come apart: each when the peer has taken the last one. */
async function writeApart(socket: Socket, parts: Iterable<string>): Promise<void> {
  socket.setNoDelay(true);
  for (const part of parts) {
    await new Promise((resolve) => socket.write(part, 'latin1', resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const CONTINUE = 'HTTP/1.1 100 Continue\r\nx: y\r\n\r\n';

describe('a `100 Continue` that nobody asked for is passed over', () => {
  test.each([
    ['at once with the answer', [CONTINUE + OK]],
    ['before it', [CONTINUE, OK]],
    ['cut anywhere', [...`${CONTINUE}${OK}`]],
    ['of HTTP/1.0, without a reason', ['HTTP/1.0 100 \r\n\r\n', OK]],
    ['without a reason and without its blank', ['HTTP/1.1 100\r\n\r\n', OK]],
    ['again and again', [CONTINUE.repeat(3), CONTINUE, OK]],
  ])('%s', async (_how, parts) => {
    const server = await rawServer((socket) => void writeApart(socket, parts));
    const exchange = await to(server);
    expect(exchange).toMatchObject({ kind: 'response', status: 200, truncated: false });
    expect(exchange.kind === 'response' && Buffer.from(exchange.body).toString()).toBe('ok');
  });

  test.each(['H', 'HTTP/1.1 1', 'HTTP/1.1 100 Continue\r\nx: y'])(
    'none of it is an answer: %j',
    async (start) => {
      const server = await rawServer((socket) => socket.end(start));
      expect(await to(server)).toMatchObject({ kind: 'failure', reason: 'reset' });
    },
  );

  test.each(['HTTP/1.1 1000 Long\r\n\r\n', 'x', 'HTTP/2.0 100 Continue\r\n\r\n'])(
    '%j is none',
    async (text) => {
      const server = await rawServer((socket) => socket.write(text + OK));
      expect(await to(server)).toMatchObject({ kind: 'failure', reason: 'protocol' });
    },
  );
});

describe('an answer that has no end but little body is ended', () => {
  /** Writes without end; says how much the peer took. */
  async function flooded(start: string, again: string): Promise<{ exchange: unknown; taken: number }> {
    let taken = 0;
    const server = await rawServer((socket) => {
      socket.write(start);
      const bytes = Buffer.from(again.repeat(Math.ceil(65_536 / again.length)));
      const more = (): void => {
        while (!socket.destroyed && socket.write(bytes)) taken += bytes.length;
      };
      socket.on('drain', more);
      more();
    });
    const exchange = await to(server, 1000);
    await expect.poll(() => server.sockets.size).toBe(0);
    return { exchange, taken };
  }

  const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

  const TOO_LONG = 'the answer is much longer than its body';
  const LARGE_HEADERS = "the answer's headers are too large";

  test.each([
    ['interim answers', '', 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n', TOO_LONG],
    ['continue answers', '', CONTINUE, TOO_LONG],
    ['a continue answer', 'HTTP/1.1 100 Continue\r\n', 'x: y\r\n', LARGE_HEADERS],
    ['a reason', 'HTTP/1.1 200 ', 'OK ', TOO_LONG],
    ['a frame of a chunk', `${CHUNKED}1;`, 'extension', TOO_LONG],
    ['headers', 'HTTP/1.1 200 OK\r\n', 'x: y\r\n', LARGE_HEADERS],
    ['a header', 'HTTP/1.1 200 OK\r\nx: ', 'y', LARGE_HEADERS],
    ['trailers', `${CHUNKED}0\r\n`, 'x: y\r\n', LARGE_HEADERS],
  ])('%s', async (_what, start, again, message) => {
    const { exchange, taken } = await flooded(start, again);
    expect(exchange).toEqual({ kind: 'failure', reason: 'protocol', message });
    expect(taken).toBeLessThan(64 * 1024 * 1024);
  });

  test('while one of one-byte chunks may take its frames', async () => {
    const chunks = '1\r\nx\r\n'.repeat(60_000);
    const server = await rawServer(`${CHUNKED}${chunks}0\r\n\r\n`);
    expect(await to(server)).toMatchObject({ kind: 'response', truncated: false });
  });
});
