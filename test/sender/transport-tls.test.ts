import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { httpTransport } from '@countersign/sender';
import { expect, onTestFinished, test } from 'vitest';
import {
  TEST_AUTHORITY,
  TEST_CERTIFICATE,
  TEST_KEY,
} from '../../packages/testing/src/transport/test-certificates.js';

test.each([
  ['secure.test', 'secure.test'],
  ['SECURE.test', 'secure.test'],
  ['secure.test.', 'secure.test'],
  ['127.0.0.1', false],
])('the handshake with %s names the host as RFC 6066 says', async (host, named) => {
  const handshakes: unknown[] = [];
  const sockets: TLSSocket[] = [];
  const server = createServer({ cert: TEST_CERTIFICATE, key: TEST_KEY, ALPNProtocols: ['h2', 'http/1.1'] });
  server.on('secureConnection', (socket) => {
    sockets.push(socket);
    handshakes.push([socket.servername, socket.alpnProtocol]);
    socket.once('data', () => socket.write('HTTP/1.1 204 No Content\r\n\r\n')).on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const transport = httpTransport({ resolve: async () => ['127.0.0.1'], tls: { ca: TEST_AUTHORITY } });
  onTestFinished(async () => {
    await transport.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const exchange = await transport.exchange({
    url: new URL(`https://${host}:${port}/`),
    headers: {},
    body: new Uint8Array(),
    maxResponseBytes: 1000,
    signal: new AbortController().signal,
    allowsAddress: () => true,
  });
  expect(exchange).toMatchObject({ kind: 'response', status: 204 });
  expect(handshakes).toEqual([[named, 'http/1.1']]);
});
