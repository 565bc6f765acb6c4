import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { chunk } from '../scene/wire.js';
import type { Peer } from './peer.js';
import { transportRule } from './transport-rule.js';
import type { TransportRule } from './transport-target.js';
import type { PeerScript } from './wire-server.js';

/** Writes this to every request. */
const writing =
  (...parts: readonly (string | Uint8Array)[]): PeerScript =>
  async (peer: Peer) => {
    while ((await peer.request()) !== undefined) for (const part of parts) peer.write(part);
  };

const text = (body: Uint8Array): string => Buffer.from(body).toString('latin1');

/** More than the kernel takes off the sender's hands when nobody reads. */
const MORE_THAN_BUFFERS = 32 * 1024 * 1024;

const OK = 'HTTP/1.1 200 OK\r\n';
const FINAL = `${OK}content-length: 5\r\n\r\nfinal`;

/** Every answer comes back as it was. */
export const answerRules: readonly TransportRule[] = [
  transportRule('the status, the headers and the body of the answer come back', async (scene) => {
    const server = await scene.serve(
      writing(
        'HTTP/1.1 201 Made\r\nX-One: 1\r\nRetry-After:  120 \r\nX-E:\r\ncontent-length: 4\r\n\r\n\x00\xff\n!',
      ),
    );
    const { status, headers, body, truncated } = await scene.answered(server.url());
    assert.deepEqual(
      { status, body: text(body), truncated },
      { status: 201, body: '\x00\xff\n!', truncated: false },
    );
    assert.deepEqual(
      ['x-one', 'retry-after', 'x-e', 'content-length', 'X-One'].map((name) => headers[name]),
      ['1', '120', '', '4', undefined],
    );
  }),

  transportRule('values of a repeated header are joined', async (scene) => {
    const server = await scene.serve(
      writing(`${OK}X-A: 1\r\nset-cookie: a=1\r\nx-a: 2\r\nSet-Cookie: b=2\r\ncontent-length: 0\r\n\r\n`),
    );
    const { headers } = await scene.answered(server.url());
    assert.equal(headers['x-a'], '1, 2');
    assert.equal(headers['set-cookie'], 'a=1, b=2');
  }),

  transportRule('a header may have any name', async (scene) => {
    const server = await scene.serve(
      writing(`${OK}constructor: x\r\n__proto__: y\r\ncontent-length: 0\r\n\r\n`),
    );
    const { headers } = await scene.answered(server.url());
    assert.ok(Object.hasOwn(headers, 'constructor'));
    assert.equal(headers['constructor'], 'x');
    assert.ok(Object.values(headers).every((value) => typeof value === 'string'));
  }),

  transportRule('a chunked body comes back joined, without its trailers', async (scene) => {
    const chunks = ['one ', 'two ', 'three'].map((part) => chunk(Buffer.from(part)));
    const server = await scene.serve(
      writing(`${OK}transfer-encoding: chunked\r\n\r\n`, ...chunks, '0\r\nx-trailer: 1\r\n\r\n'),
    );
    const { body, headers } = await scene.answered(server.url());
    assert.equal(text(body), 'one two three');
    assert.equal(headers['x-trailer'], undefined);
  }),

  transportRule('a body that ends with the connection comes back whole', async (scene) => {
    const server = await scene.serve(async (peer) => {
      await peer.request();
      peer.write(`${OK}connection: close\r\n\r\nuntil the end`);
      peer.end();
    });
    const { body, truncated } = await scene.answered(server.url());
    assert.deepEqual([text(body), truncated], ['until the end', false]);
  }),

  transportRule('an answer without a body has none', async (scene) => {
    const server = await scene.serve(writing('HTTP/1.1 204 No Content\r\n\r\n'));
    for (const _time of [1, 2]) {
      const { status, body, truncated } = await scene.answered(server.url());
      assert.deepEqual(
        { status, length: body.length, truncated },
        { status: 204, length: 0, truncated: false },
      );
    }
  }),

  transportRule('an answer that has no body has none, whatever its head says of one', async (scene) => {
    const behind = 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged';
    const heads = ['204 No Content', '304 Not Modified'].flatMap((status) => [
      `HTTP/1.1 ${status}\r\ncontent-length: ${behind.length}\r\n\r\n`,
      `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: ${behind.length}\r\n\r\n`,
    ]);
    for (const head of heads) {
      const server = await scene.serve(writing(head + behind));
      for (const _time of [1, 2]) {
        const { status, body, truncated } = await scene.answered(server.url());
        assert.deepEqual(
          { status, length: body.length, truncated },
          { status: Number(head.slice(9, 12)), length: 0, truncated: false },
        );
      }
      assert.equal(server.requests.length, 2, 'requests were repeated');
    }
  }),

  transportRule('every status is an answer', async (scene) => {
    const statuses = [200, 202, 299, 300, 304, 400, 401, 404, 407, 410, 417, 421, 425, 429, 500, 503, 599];
    const waiting = [...statuses];
    const server = await scene.serve(async (peer) => {
      while ((await peer.request()) !== undefined) {
        const status = waiting.shift() ?? 200;
        if (status === 304) peer.write('HTTP/1.1 304 Not Modified\r\n\r\n');
        else peer.answer({ status, body: String(status) });
      }
    });
    for (const status of statuses) assert.equal((await scene.answered(server.url())).status, status);
    assert.equal(server.requests.length, statuses.length, 'requests were repeated');
  }),

  transportRule('a redirect is an answer, and is not followed', async (scene) => {
    const elsewhere = await scene.serve();
    const server = await scene.serve(async (peer) => {
      for (let request = await peer.request(); request !== undefined; request = await peer.request()) {
        peer.answer({ status: Number(request.target.slice(1)), headers: { location: elsewhere.url() } });
      }
    });
    for (const status of [301, 302, 303, 307, 308]) {
      const answer = await scene.answered(server.url(undefined, `/${status}`));
      assert.equal(answer.status, status);
      assert.equal(answer.headers['location'], elsewhere.url());
    }
    assert.equal(elsewhere.accepted, 0, 'the redirect was followed');
  }),

  transportRule('interim answers are passed over', async (scene) => {
    const early = 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n';
    const server = await scene.serve(writing('HTTP/1.1 102 Processing\r\n\r\n', early, early, FINAL));
    const { status, headers, body } = await scene.answered(server.url());
    assert.deepEqual([status, text(body), headers['link']], [200, 'final', undefined]);
  }),

  transportRule('a `100 Continue` that nobody asked for is passed over', async (scene) => {
    const server = await scene.serve(writing('HTTP/1.1 100 Continue\r\nx: y\r\n\r\n', FINAL));
    for (const _time of [1, 2]) assert.equal(text((await scene.answered(server.url())).body), 'final');
  }),

  transportRule('a compressed body comes back compressed', async (scene) => {
    const compressed = gzipSync('x'.repeat(10_000));
    const server = await scene.serve(async (peer) => {
      while ((await peer.request()) !== undefined) {
        peer.answer({ headers: { 'content-encoding': 'gzip' }, body: compressed });
      }
    });
    const { body, headers } = await scene.answered(server.url());
    assert.equal(headers['content-encoding'], 'gzip');
    assert.deepEqual(Buffer.from(body), compressed);
  }),

  transportRule('an answer that comes while the body is not read is an answer', async (scene) => {
    const server = await scene.serve((peer) => {
      peer.pause();
      peer.answer({ status: 413, headers: { connection: 'close' } });
    });
    const { status } = await scene.answered(server.url(), { body: Buffer.alloc(MORE_THAN_BUFFERS) });
    assert.equal(status, 413);
  }),
];
