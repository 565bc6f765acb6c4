import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { httpTransport } from '@countersign/sender';
import { expect, onTestFinished, test } from 'vitest';
import {
  EXPIRED_TEST_CERTIFICATE,
  TEST_KEY as key,
  TEST_AUTHORITY,
  TEST_CERTIFICATE,
} from '../../packages/testing/src/transport/test-certificates.js';

/** What an exchange with such a server fails with. */
async function failureWith(
  server: Server,
  { scheme = 'https', host = '127.0.0.1', isTrusted = true, signal = endless() } = {},
): Promise<unknown> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket.on('error', () => {})));
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const transport = httpTransport({
    resolve: async () => ['127.0.0.1'],
    tls: { ca: isTrusted ? TEST_AUTHORITY : [] },
  });
  onTestFinished(async () => {
    await transport.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return transport.exchange({
    url: new URL(`${scheme}://${host}:${port}/hook`),
    headers: {},
    body: new Uint8Array(),
    maxResponseBytes: 1000,
    signal,
    allowsAddress: () => true,
  });
}

const SWITCHING = /^the answer changes to another protocol, which nobody asked for \(101\)$/;
const endless = (): AbortSignal => new AbortController().signal;
const tls = (cert: string) => createTlsServer({ cert, key });
const answering = (text: string) => createServer((socket) => socket.end(text));

test.each([
  ['expired', tls(EXPIRED_TEST_CERTIFICATE), {}, 'CERT_HAS_EXPIRED'],
  ['for another host', tls(TEST_CERTIFICATE), { host: 'other.test' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['of an unknown authority', tls(TEST_CERTIFICATE), { isTrusted: false }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
])('a certificate that is %s is told by its code', async (_what, server, options, code) => {
  expect(await failureWith(server, options)).toEqual({
    kind: 'failure',
    reason: 'tls',
    message: `the TLS handshake failed (${code})`,
  });
});

test('a server without TLS is told by its code', async () => {
  expect(await failureWith(answering('HTTP/1.1 400 Bad Request\r\n\r\n'))).toMatchObject({
    reason: 'tls',
    message: expect.stringMatching(/^the TLS handshake failed \(ERR_SSL_[A-Z_]+\)$/),
  });
});

test.each([
  [
    'another protocol',
    '220 smtp.internal.example ESMTP\r\n',
    'protocol',
    /^the answer is not HTTP\/1\.1 \(Expected HTTP[^)]*\)$/,
  ],
  [
    'a status below all',
    'HTTP/1.1 007 Internal\r\n\r\n',
    'protocol',
    /^the answer has no status of HTTP\/1\.1 \(007\)$/,
  ],
  [
    'another protocol that nobody asked for',
    'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: internal\r\n\r\n',
    'protocol',
    SWITCHING,
  ],
  ['another protocol without a name', 'HTTP/1.1 101 Switching\r\n\r\n', 'protocol', SWITCHING],
  [
    'a length that is none',
    'HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n',
    'protocol',
    /^the answer is not HTTP\/1\.1/,
  ],
  [
    'a large header',
    `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    'protocol',
    "the answer's headers are too large",
  ],
  [
    'a part of a body',
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhal',
    'reset',
    /^the connection was closed before the answer/,
  ],
  ['nothing', '', 'reset', /^the connection was closed before the answer was complete/],
])(
  'what is wrong with an answer is told in a line, without its text: %s',
  async (_what, text, reason, message) => {
    const failure = await failureWith(answering(text), { scheme: 'http' });
    expect(failure).toMatchObject({ kind: 'failure', reason, message: expect.stringMatching(message) });
    expect(JSON.stringify(failure)).not.toContain('internal');
  },
);

test.each([
  ['an answer', (_socket: Socket) => {}, 'no answer came in time'],
  [
    'an answer behind an interim one',
    (socket: Socket) => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'),
    'no answer came in time',
  ],
  [
    'its end',
    (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx'),
    'the answer did not end in time',
  ],
])('a deadline says what did not come in time: %s', async (_what, act, message) => {
  const deadline = new AbortController();
  const server = createServer((socket) => {
    socket.once('data', () => {
      act(socket);
      setImmediate(() => setImmediate(() => deadline.abort()));
    });
  });
  const failure = await failureWith(server, { scheme: 'http', signal: deadline.signal });
  expect(failure).toEqual({ kind: 'failure', reason: 'timeout', message });
});
