import { expect, onTestFinished, test } from 'vitest';
import type { Exchange } from '../../src/ports/transport.js';
import { ExchangeHandler } from '../../src/transport/exchange-handler.js';
import { httpTransport } from '../../src/transport/http-transport.js';
import { OriginPools } from '../../src/transport/origin-pools.js';
import { type HttpTransportOptions, readSettings } from '../../src/transport/transport-options.js';
import { exchangeWith, requestTo } from './exchange.js';
import { OK, rawServer } from './raw-server.js';

/** Every name is this machine. */
const resolve = async (): Promise<readonly string[]> => ['127.0.0.1'];

function transportWith(options: HttpTransportOptions = {}) {
  const transport = httpTransport({ resolve, ...options });
  onTestFinished(() => transport.close());
  return transport;
}

test('of 300 origins one after the other no more connections are kept than may be, and no pool without one', async () => {
  const server = await rawServer(OK);
  const pools = new OriginPools(readSettings({ resolve, maxIdleConnections: 10 }));
  onTestFinished(() => pools.close({ kind: 'failure', reason: 'reset', message: '' }));
  for (let at = 0; at < 300; at += 1) {
    const url = `http://host-${at}.test:${server.port}/`;
    const { kind } = await new Promise<Exchange>((settle) => {
      pools.run(new ExchangeHandler(requestTo(url), settle));
    });
    expect(kind).toBe('response');
    expect(pools.size).toBeLessThanOrEqual(11);
  }
  await expect.poll(() => server.sockets.size).toBe(10);
  expect(pools.size).toBe(10);
});

test('the pool of a server that closed all connections is forgotten', async () => {
  const server = await rawServer(OK);
  const pools = new OriginPools(readSettings({ resolve }));
  const exchange = new Promise<Exchange>((settle) => {
    pools.run(new ExchangeHandler(requestTo(`http://127.0.0.1:${server.port}/`), settle));
  });
  expect(await exchange).toMatchObject({ kind: 'response' });
  expect(pools.size).toBe(1);
  for (const socket of server.sockets) socket.end();
  await expect.poll(() => pools.size).toBe(0);
});

test('the pool of a failed connection is forgotten', async () => {
  const pools = new OriginPools(readSettings({ resolve }));
  const exchange = new Promise<Exchange>((settle) => {
    pools.run(new ExchangeHandler(requestTo('http://127.0.0.1:1/'), settle));
  });
  expect(await exchange).toMatchObject({ kind: 'failure', reason: 'connect' });
  expect(pools.size).toBe(0);
});

test('the end of an old connection does not make the new ones forgotten', async () => {
  let isEndless = true;
  const server = await rawServer((socket) => {
    socket.write(isEndless ? `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(1000)}` : OK);
    isEndless = false;
  });
  const transport = transportWith();
  const url = `http://127.0.0.1:${server.port}/`;
  const cut = await exchangeWith(transport, url, { maxResponseBytes: 10 });
  expect(cut).toMatchObject({ truncated: true });
  await exchangeWith(transport, url);
  await expect.poll(() => server.sockets.size).toBe(1);
  await exchangeWith(transport, url);
  expect(server.accepted).toBe(2);
  await transport.close();
  await expect.poll(() => server.sockets.size).toBe(0);
});

test('no connection is kept where none may be', async () => {
  const server = await rawServer(OK);
  const transport = transportWith({ maxIdleConnections: 0 });
  for (let time = 0; time < 3; time += 1) await exchangeWith(transport, `http://127.0.0.1:${server.port}/`);
  expect(server.accepted).toBe(3);
  await expect.poll(() => server.sockets.size).toBe(0);
});

test('the connection that was used longest ago makes room', async () => {
  const [first, second, third] = [await rawServer(OK), await rawServer(OK), await rawServer(OK)];
  const transport = transportWith({ maxIdleConnections: 2 });
  const to = (server: typeof first) => exchangeWith(transport, `http://127.0.0.1:${server.port}/`);
  for (const server of [first, second, first, third]) await to(server);
  await expect.poll(() => second.sockets.size).toBe(0);
  expect([first.accepted, first.sockets.size, third.sockets.size]).toEqual([1, 1, 1]);
});

test('the connection that was used last is used next, so that others can end', async () => {
  const used: unknown[] = [];
  const server = await rawServer((socket) => {
    used.push(socket);
    if (used.length !== 1) for (const each of used.length === 2 ? server.sockets : [socket]) each.write(OK);
  });
  const transport = transportWith();
  const url = `http://127.0.0.1:${server.port}/`;
  await Promise.all([exchangeWith(transport, url), exchangeWith(transport, url)]);
  for (let time = 0; time < 5; time += 1) await exchangeWith(transport, url);
  expect(server.accepted).toBe(2);
  expect(new Set(used.slice(2)).size).toBe(1);
});

test('a server that says how long it keeps a connection is believed', async () => {
  const hinting = (seconds: number) =>
    rawServer(`HTTP/1.1 200 OK\r\nkeep-alive: timeout=${seconds}\r\ncontent-length: 2\r\n\r\nok`);
  const [brief, short] = [await hinting(2), await hinting(3)];
  const transport = transportWith();
  await exchangeWith(transport, `http://127.0.0.1:${brief.port}/`);
  await exchangeWith(transport, `http://127.0.0.1:${short.port}/`);
  await expect.poll(() => brief.sockets.size, { timeout: 900 }).toBe(0);
  expect(short.sockets.size).toBe(1);
  await expect.poll(() => short.sockets.size).toBe(0);
});

test('without a limit as many connections are made as there are exchanges', async () => {
  const server = await rawServer((socket) => {
    if (server.requests === 100) for (const each of server.sockets) each.write(OK);
    else socket.on('data', () => {});
  });
  const transport = transportWith();
  const exchanges = Array.from({ length: 100 }, () =>
    exchangeWith(transport, `http://127.0.0.1:${server.port}/`),
  );
  expect((await Promise.all(exchanges)).every(({ kind }) => kind === 'response')).toBe(true);
  expect(server.accepted).toBe(100);
});

test('with a limit further exchanges wait for a connection, in their order', async () => {
  const server = await rawServer(OK);
  const transport = transportWith({ connectionsPerOrigin: 2 });
  const ended: number[] = [];
  const exchanges = Array.from({ length: 50 }, async (_, at) => {
    const { kind } = await exchangeWith(transport, `http://127.0.0.1:${server.port}/`);
    expect(kind).toBe('response');
    ended.push(at);
  });
  await Promise.all(exchanges);
  expect(server.accepted).toBe(2);
  expect(ended).toEqual(ended.toSorted((a, b) => a - b));
});

test('the signal ends an exchange that waits, and the others go on', async () => {
  const held: (() => void)[] = [];
  const server = await rawServer((socket) => held.push(() => socket.write(OK)));
  const transport = transportWith({ connectionsPerOrigin: 1 });
  const url = `http://127.0.0.1:${server.port}/`;
  const first = exchangeWith(transport, url);
  const waits = new AbortController();
  const second = exchangeWith(transport, url, { signal: waits.signal });
  const third = exchangeWith(transport, url);
  await expect.poll(() => held.length).toBe(1);
  waits.abort();
  expect(await second).toEqual({
    kind: 'failure',
    reason: 'timeout',
    message: 'no connection became free in time',
  });
  held[0]?.();
  expect((await first).kind).toBe('response');
  await expect.poll(() => held.length).toBe(2);
  held[1]?.();
  expect((await third).kind).toBe('response');
  expect(server.requests).toBe(2);
});

test('what waits is served after a failure, too', async () => {
  let isFirst = true;
  const server = await rawServer((socket) => {
    if (isFirst) socket.resetAndDestroy();
    else socket.write(OK);
    isFirst = false;
  });
  const transport = transportWith({ connectionsPerOrigin: 1 });
  const url = `http://127.0.0.1:${server.port}/`;
  const unwritable = { headers: { 'x-y': 'a\nb' } };
  const exchanges = [{}, unwritable, {}, unwritable, {}].map((changes) =>
    exchangeWith(transport, url, changes),
  );
  const kinds = (await Promise.all(exchanges)).map((exchange) =>
    exchange.kind === 'failure' ? exchange.reason : exchange.status,
  );
  expect(kinds).toEqual(['reset', 'protocol', 200, 'protocol', 200]);
});

test('at the limit a kept connection that a policy does not allow makes room for its own', async () => {
  const server = await rawServer(OK);
  const transport = transportWith({ connectionsPerOrigin: 1 });
  const url = `http://127.0.0.1:${server.port}/`;
  await exchangeWith(transport, url);
  const refused = await exchangeWith(transport, url, { allowsAddress: () => false });
  expect(refused).toMatchObject({ reason: 'blocked_address' });
  expect((await exchangeWith(transport, url)).kind).toBe('response');
});

test('`close` ends exchanges that wait', async () => {
  const server = await rawServer(() => {});
  const transport = transportWith({ connectionsPerOrigin: 1 });
  const url = `http://127.0.0.1:${server.port}/`;
  const exchanges = [exchangeWith(transport, url), exchangeWith(transport, url)];
  await expect.poll(() => server.requests).toBe(1);
  await transport.close();
  for (const exchange of await Promise.all(exchanges)) {
    expect(exchange).toEqual({ kind: 'failure', reason: 'reset', message: 'the transport was closed' });
  }
  await expect.poll(() => server.sockets.size).toBe(0);
});

test('idle connections do not keep the process running', async () => {
  const server = await rawServer(OK);
  const count = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
  const before = count();
  await exchangeWith(transportWith(), `http://127.0.0.1:${server.port}/`);
  // The server's end remains.
  await expect.poll(count).toBe(before + 1);
});
