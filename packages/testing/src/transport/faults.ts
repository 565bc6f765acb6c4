import assert from 'node:assert/strict';
import type { FailureReason } from '@countersign/sender';
import { until } from '../scene/in-time.js';
import type { Peer } from './peer.js';
import { transportRule } from './transport-rule.js';
import type { TransportRule } from './transport-target.js';

/** A server that does this with each connection when its request is there. */
function fault(
  name: string,
  reasons: FailureReason | readonly FailureReason[],
  act: (peer: Peer) => void,
): TransportRule {
  return transportRule(name, async (scene) => {
    const server = await scene.serve(async (peer) => {
      await peer.request();
      act(peer);
    });
    await scene.failed(server.url(), reasons);
    await scene.untilClosed(server);
    assert.equal(server.requests.length, 1, 'the request was repeated');
  });
}

const closingAfter =
  (text: string) =>
  (peer: Peer): void => {
    peer.write(text);
    peer.end();
  };

/** An unused port: nothing listens there any more. */
async function refusingPort(open: () => Promise<{ readonly port: number; close(): void }>): Promise<number> {
  const server = await open();
  const { port } = server;
  server.close();
  return port;
}

/** What is no answer is a failure, for its reason. */
export const faultRules: readonly TransportRule[] = [
  fault('a connection that is reset before the answer is one', 'reset', (peer) => peer.reset()),
  fault('a connection that is closed before the answer is a reset', 'reset', (peer) => peer.end()),
  fault(
    "a connection that is closed within the answer's head is a reset",
    'reset',
    closingAfter('HTTP/1.1 200 O'),
  ),
  fault(
    "a connection that is closed within the answer's body is a reset",
    'reset',
    closingAfter('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'),
  ),
  fault(
    'a connection that is closed within a last answer is a reset',
    'reset',
    closingAfter('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 10\r\n\r\nhalf'),
  ),
  fault(
    'a connection that is closed within a chunked body is a reset',
    'reset',
    closingAfter('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'),
  ),
  fault(
    'a connection that is closed within a last chunked body is a reset',
    'reset',
    closingAfter('HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'),
  ),
  fault('what is not HTTP is no answer', 'protocol', (peer) => peer.write('220 mail.example.com ESMTP\r\n')),
  fault('a status that is none is no answer', 'protocol', (peer) => peer.write('HTTP/1.1 abc OK\r\n\r\n')),
  fault('a status below 100 is no answer', 'protocol', (peer) =>
    peer.write('HTTP/1.1 000 None\r\ncontent-length: 0\r\n\r\n'),
  ),
  fault('a header that is none is no answer', 'protocol', (peer) =>
    peer.write('HTTP/1.1 200 OK\r\nno header\r\ncontent-length: 0\r\n\r\n'),
  ),
  fault('two lengths are no answer', 'protocol', (peer) =>
    peer.write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'),
  ),
  fault('a chunk without a length is no answer', 'protocol', (peer) =>
    peer.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nhello\r\n'),
  ),
  fault('another protocol, that nobody asked for, is no answer', 'protocol', (peer) =>
    peer.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
  ),
  fault('another protocol, that is not even named, is no answer', 'protocol', (peer) =>
    peer.write('HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
  ),

  transportRule('a port at which nothing listens is a failure to connect', async (scene) => {
    const port = await refusingPort(() => scene.serve());
    await scene.failed(`http://127.0.0.1:${port}/`, 'connect');
  }),

  transportRule(
    'a name without an address is a DNS failure',
    async (scene) => {
      scene.names.set('empty.test', []);
      await scene.failed('http://unknown.test/', 'dns');
      await scene.failed('http://empty.test/', 'dns');
    },
    'resolve',
  ),

  transportRule('a header that cannot be written is a failure, and nothing is sent', async (scene) => {
    const server = await scene.serve();
    for (const value of ['a\r\nx-injected: 1', 'a\nb', 'a\0b', '\u{1f600}']) {
      await scene.failed(server.url(), 'protocol', { headers: { 'x-custom': value } });
    }
    for (const name of ['', 'a b', 'a:b', 'a\r\nb']) {
      await scene.failed(server.url(), 'protocol', { headers: { [name]: 'x' } });
    }
    assert.equal(server.requests.length, 0);
    await scene.answered(server.url());
    await until('the request', () => server.requests.length === 1);
  }),

  transportRule('a URL of another scheme is a failure', async (scene) => {
    for (const url of [
      'ftp://127.0.0.1/x',
      'file:///etc/hostname',
      'data:,x',
      'ws://127.0.0.1/',
      'unix:/x',
    ]) {
      await scene.failed(url, 'protocol');
    }
  }),
];
