import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ExchangeRequest, httpTransport } from '@countersign/sender';
import { expect, onTestFinished, test } from 'vitest';
import {
  TEST_AUTHORITY,
  TEST_CERTIFICATE,
  TEST_KEY,
} from '../../packages/testing/src/transport/test-certificates.js';

const TLS = { cert: TEST_CERTIFICATE, key: TEST_KEY };

/** A server on 127.0.0.1, until the test's end. */
async function listen(server: NetServer): Promise<{ readonly port: number; readonly sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, sockets };
}

/** The endpoint: says which path was asked for. */
const endpoint = (server: Server = createServer()): Server =>
  server.on('request', (request, response) => response.end(`${request.method} ${request.url}`));

/** A proxy that takes every target for 127.0.0.1, as one that resolves the names of its network does. */
function forwarding(asked: IncomingMessage[], server: Server = createServer()): Server {
  return server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    asked.push(request);
    const target = connect({ host: '127.0.0.1', port: Number(request.url?.split(':').at(-1)) }, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target
        .pipe(socket)
        .on('error', () => {})
        .pipe(target);
    });
    target.on('error', () => socket.destroy());
  });
}

/** Names of proxies are this machine; a target's name must not be resolved here. */
const resolve = async (hostname: string): Promise<readonly string[]> => {
  if (!hostname.startsWith('proxy.')) throw new Error(`${hostname} was resolved`);
  return ['127.0.0.1'];
};

function transportOver(proxy: string | URL) {
  const transport = httpTransport({ proxy, resolve, tls: { ca: TEST_AUTHORITY } });
  onTestFinished(() => transport.close());
  const send = (url: string, changes: Partial<ExchangeRequest> = {}) =>
    transport.exchange({
      url: new URL(url),
      headers: { authorization: 'Bearer own' },
      body: Buffer.from('{}'),
      maxResponseBytes: 1000,
      signal: new AbortController().signal,
      allowsAddress: () => true,
      ...changes,
    });
  return { transport, send };
}

const textOf = (exchange: object): string | undefined =>
  'body' in exchange && exchange.body instanceof Uint8Array
    ? Buffer.from(exchange.body).toString()
    : undefined;

test('http and https go through the proxy by CONNECT, which resolves the names', async () => {
  const asked: IncomingMessage[] = [];
  const proxy = await listen(forwarding(asked));
  const plain = await listen(endpoint());
  const secure = await listen(endpoint(createTlsServer(TLS)));
  const { send } = transportOver(`http://proxy.test:${proxy.port}`);
  const refused: string[] = [];
  const allowsAddress = (address: string): boolean => {
    refused.push(address);
    return false;
  };
  for (let time = 0; time < 2; time += 1) {
    expect(textOf(await send(`http://plain.test:${plain.port}/a?b`, { allowsAddress }))).toBe('POST /a?b');
    expect(textOf(await send(`https://secure.test:${secure.port}/c`, { allowsAddress }))).toBe('POST /c');
  }
  expect(asked.map(({ url }) => url)).toEqual([`plain.test:${plain.port}`, `secure.test:${secure.port}`]);
  expect(asked.map(({ headers }) => headers['proxy-authorization'])).toEqual([undefined, undefined]);
  expect(asked.flatMap(({ rawHeaders }) => rawHeaders)).not.toContain('Bearer own');
  expect(refused).toEqual([]);
});

test('a proxy may itself be reached by TLS', async () => {
  const proxy = await listen(forwarding([], createTlsServer(TLS)));
  const secure = await listen(endpoint(createTlsServer(TLS)));
  const { send } = transportOver(`https://127.0.0.1:${proxy.port}`);
  expect(textOf(await send(`https://secure.test:${secure.port}/x`))).toBe('POST /x');
});

test('the certificate of the target is checked behind the proxy', async () => {
  const proxy = await listen(forwarding([]));
  const secure = await listen(endpoint(createTlsServer(TLS)));
  const { send } = transportOver(`http://proxy.test:${proxy.port}`);
  expect(await send(`https://other.test:${secure.port}/`)).toEqual({
    kind: 'failure',
    reason: 'tls',
    message: 'the TLS handshake failed (ERR_TLS_CERT_ALTNAME_INVALID)',
  });
});

test('the proxy gets the credentials of its URL, and the target does not', async () => {
  const asked: IncomingMessage[] = [];
  const proxy = await listen(forwarding(asked));
  let received: NodeJS.Dict<string | string[]> = {};
  const plain = await listen(
    createServer((request, response) => {
      received = request.headers;
      response.end();
    }),
  );
  const { send } = transportOver(new URL(`http://us%40er:pa%3Ass@proxy.test:${proxy.port}`));
  expect(await send(`http://plain.test:${plain.port}/`)).toMatchObject({ status: 200 });
  const [scheme, value = ''] = asked[0]?.headers['proxy-authorization']?.split(' ') ?? [];
  expect([scheme, Buffer.from(value, 'base64').toString()]).toEqual(['Basic', 'us@er:pa:ss']);
  expect(received['authorization']).toBe('Bearer own');
  expect(received['proxy-authorization']).toBeUndefined();
});

test('a target that is an address is asked about, and not asked for where it is refused', async () => {
  const asked: IncomingMessage[] = [];
  const proxy = await listen(forwarding(asked));
  const plain = await listen(endpoint());
  const { send } = transportOver(`http://proxy.test:${proxy.port}`);
  const url = `http://127.0.0.1:${plain.port}/`;
  const refusing = { allowsAddress: () => false };
  expect(await send(url, refusing)).toMatchObject({ reason: 'blocked_address' });
  expect(asked).toEqual([]);
  expect(await send(url)).toMatchObject({ kind: 'response' });
  expect(await send(url, refusing), 'over a kept connection').toMatchObject({ reason: 'blocked_address' });
  expect(asked).toHaveLength(1);
});

test('an address of IPv6 is asked for in brackets', async () => {
  const asked: IncomingMessage[] = [];
  const proxy = await listen(forwarding(asked));
  const plain = await listen(endpoint());
  const { send } = transportOver(`http://proxy.test:${proxy.port}`);
  expect(await send(`http://[2001:db8::1]:${plain.port}/`)).toMatchObject({ status: 200 });
  expect(asked[0]?.url).toBe(`[2001:db8::1]:${plain.port}`);
});

test.each([407, 403, 502, 301])(
  'a proxy that answers %i makes no connection, and nothing is told of its URL',
  async (status) => {
    const server = createServer();
    server.on('connect', (_request, socket) => {
      socket.end(
        `HTTP/1.1 ${status} Whatever\r\nproxy-authenticate: Basic\r\ncontent-length: 6\r\n\r\nsecret`,
      );
    });
    const proxy = await listen(server);
    const { send } = transportOver(`http://user:secret@proxy.test:${proxy.port}`);
    expect(await send('http://plain.test/')).toEqual({
      kind: 'failure',
      reason: 'connect',
      message: `the proxy refused the connection (status ${status})`,
    });
    await expect.poll(() => proxy.sockets.size).toBe(0);
  },
);

test('a proxy that is not there, or goes away, is a failure to connect', async () => {
  const closing = createServer();
  closing.on('connect', (_request, socket) => socket.destroy());
  const proxy = await listen(closing);
  expect(await transportOver(`http://proxy.test:${proxy.port}`).send('http://plain.test/')).toEqual({
    kind: 'failure',
    reason: 'connect',
    message: 'the proxy made no connection (UND_ERR_SOCKET)',
  });
  expect(await transportOver('http://127.0.0.1:1').send('http://plain.test/')).toEqual({
    kind: 'failure',
    reason: 'connect',
    message: 'no connection could be made (ECONNREFUSED)',
  });
});

test('the signal ends a wait for the proxy, and its connection', async () => {
  const silent = createServer();
  let isAsked = false;
  silent.on('connect', (_request, socket) => {
    socket.resume().on('end', () => socket.end());
    isAsked = true;
  });
  const proxy = await listen(silent);
  const { send } = transportOver(`http://proxy.test:${proxy.port}`);
  const deadline = new AbortController();
  const exchange = send('http://plain.test/', { signal: deadline.signal });
  await expect.poll(() => isAsked).toBe(true);
  deadline.abort();
  expect(await exchange).toEqual({
    kind: 'failure',
    reason: 'timeout',
    message: 'the proxy made no connection in time',
  });
  await expect.poll(() => proxy.sockets.size).toBe(0);
});

test('`close` ends a wait for the proxy', async () => {
  const silent = createServer();
  let isAsked = false;
  silent.on('connect', (_request, socket) => {
    socket.resume().on('end', () => socket.end());
    isAsked = true;
  });
  const proxy = await listen(silent);
  const { send, transport } = transportOver(`http://proxy.test:${proxy.port}`);
  const exchange = send('http://plain.test/');
  await expect.poll(() => isAsked).toBe(true);
  await transport.close();
  expect(await exchange).toMatchObject({ kind: 'failure', reason: 'reset' });
  await expect.poll(() => proxy.sockets.size).toBe(0);
});
