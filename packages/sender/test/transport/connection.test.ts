import { getEventListeners } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { httpTransport } from '../../src/transport/http-transport.js';
import { exchangeWith } from './exchange.js';
import { OK, rawServer } from './raw-server.js';

function transportOf() {
  const transport = httpTransport();
  onTestFinished(() => transport.close());
  return transport;
}

test('a request of which nothing was written goes over another connection', async () => {
  const server = await rawServer(OK);
  const transport = transportOf();
  const url = `http://127.0.0.1:${server.port}/`;
  for (let time = 1; time <= 5; time += 1) {
    expect((await exchangeWith(transport, url)).kind).toBe('response');
    // What came is read between here and the next turn: the reset is there when the next exchange begins, and unread.
    await new Promise((resolve) => setImmediate(resolve));
    for (const socket of server.sockets) socket.resetAndDestroy();
    expect(server.requests).toBe(time);
  }
});

test('a request that was written when its connection went is not written again', async () => {
  let isKept = true;
  const server = await rawServer((socket) => {
    if (isKept) socket.write(OK);
    else socket.destroy();
    isKept = !isKept;
  });
  const transport = transportOf();
  const url = `http://127.0.0.1:${server.port}/`;
  expect((await exchangeWith(transport, url)).kind).toBe('response');
  expect(await exchangeWith(transport, url)).toMatchObject({ kind: 'failure', reason: 'reset' });
  expect([server.accepted, server.requests]).toEqual([1, 2]);
});

test('a connection over which something comes that nobody asked for is not used again', async () => {
  const sockets: Socket[] = [];
  const server = await rawServer((socket) => {
    sockets.push(socket);
    socket.write(OK);
  });
  const transport = transportOf();
  const url = `http://127.0.0.1:${server.port}/`;
  await exchangeWith(transport, url);
  sockets[0]?.write(OK.replace('ok', 'no'));
  await expect.poll(() => server.sockets.size).toBe(0);
  const second = await exchangeWith(transport, url);
  expect(second.kind === 'response' && Buffer.from(second.body).toString()).toBe('ok');
  expect(server.accepted).toBe(2);
});

test('what the platform connected to is asked about once more before anything is sent', async () => {
  const server = await rawServer(OK);
  let times = 0;
  const exchange = await exchangeWith(transportOf(), `http://127.0.0.1:${server.port}/`, {
    allowsAddress: () => {
      times += 1;
      return times === 1;
    },
  });
  expect(exchange).toEqual({
    kind: 'failure',
    reason: 'blocked_address',
    message: '`127.0.0.1` is not allowed',
  });
  expect(times).toBe(2);
  expect(server.requests).toBe(0);
  await expect.poll(() => server.sockets.size).toBe(0);
});

test('a header for the host is sent as it is, and leads nowhere else', async () => {
  const server = await rawServer(OK);
  const exchange = await exchangeWith(transportOf(), `http://127.0.0.1:${server.port}/`, {
    headers: { host: 'example.com' },
  });
  expect(exchange.kind).toBe('response');
});

test('nothing of an exchange that is over stays at its signal', async () => {
  const server = await rawServer(OK);
  const transport = transportOf();
  const { signal } = new AbortController();
  for (const port of [server.port, server.port, 1]) {
    await exchangeWith(transport, `http://127.0.0.1:${port}/`, { signal });
  }
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('headers of any name come back, and none that did not come', async () => {
  const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
  const lines = names.map((name) => `${name}: value of ${name}\r\n`).join('');
  const server = await rawServer(`HTTP/1.1 200 OK\r\n${lines}content-length: 0\r\n\r\n`);
  const exchange = await exchangeWith(transportOf(), `http://127.0.0.1:${server.port}/`);
  const headers = exchange.kind === 'response' ? exchange.headers : {};
  expect(Object.entries(headers)).toEqual([
    ...names.map((name) => [name.toLowerCase(), `value of ${name}`]),
    ['content-length', '0'],
  ]);
  expect(headers['valueOf']).toBeUndefined();
});

describe('an answer without a body ends with its head', () => {
  const bytes = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;

  test.each([
    ['204', `content-length: ${OK.length}`, OK],
    ['204', `content-length: ${OK.length}`, ''],
    ['204', 'content-length: 5', 'hello'],
    ['204', 'transfer-encoding: chunked', bytes(OK)],
    ['204', 'transfer-encoding: chunked', ''],
    ['304', 'content-length: 5', ''],
    ['304', `content-length: ${OK.length}`, OK],
  ])('%s with `%s`, and %j behind it', async (status, header, behind) => {
    const server = await rawServer(`HTTP/1.1 ${status} X\r\n${header}\r\n\r\n${behind}`);
    const transport = transportOf();
    for (const time of [1, 2]) {
      const exchange = await exchangeWith(transport, `http://127.0.0.1:${server.port}/`);
      expect(exchange).toMatchObject({ kind: 'response', status: Number(status), truncated: false });
      expect(exchange.kind === 'response' && exchange.body).toHaveLength(0);
      // What it says of a body may be true.
      expect([server.accepted, server.requests]).toEqual([time, time]);
    }
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  test.each(['x: y', 'content-length: 0'])('and leaves its connection where it has `%s`', async (header) => {
    const server = await rawServer(`HTTP/1.1 204 No Content\r\n${header}\r\n\r\n`);
    const transport = transportOf();
    for (const requests of [1, 2]) {
      expect(await exchangeWith(transport, `http://127.0.0.1:${server.port}/`)).toMatchObject({
        status: 204,
      });
      expect([server.accepted, server.requests]).toEqual([1, requests]);
    }
  });
});

test.each(['103 Early Hints', '102 Processing', '100 Continue'])(
  'what an interim answer says of a body is passed over: %s',
  async (status) => {
    for (const header of ['content-length: 5', 'transfer-encoding: chunked']) {
      const server = await rawServer(`HTTP/1.1 ${status}\r\n${header}\r\n\r\n${OK}`);
      const exchange = await exchangeWith(transportOf(), `http://127.0.0.1:${server.port}/`);
      expect(exchange).toMatchObject({ kind: 'response', status: 200 });
    }
  },
);
