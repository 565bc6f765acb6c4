import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Exchange, ExchangeRequest, Transport } from '@countersign/sender';

/** Transports as they are written in an afternoon: each works with a friendly server. */

type Exchanging = (request: ExchangeRequest) => Promise<Exchange>;

const failed = (message: string): Exchange => ({ kind: 'failure', reason: 'connect', message });

const transportOf = (exchange: Exchanging): Transport => ({ exchange, close: async () => {} });

/** The platform's `fetch`. */
export function fetchTransport(): Transport {
  return transportOf(async ({ url, headers, body, signal }) => {
    const response = await fetch(url, { method: 'POST', headers, body: Buffer.from(body), signal });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const answered = Object.fromEntries(response.headers);
    return { kind: 'response', status: response.status, headers: answered, body: bytes, truncated: false };
  });
}

/** `node:http` and `node:https`, with certificates left alone, "because of the test system". */
export function nodeTransport(): Transport {
  return transportOf(
    ({ url, headers, body, signal }) =>
      new Promise((resolve) => {
        const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
        const options = { method: 'POST', headers, signal, rejectUnauthorized: false };
        const request = open(url, options, async (response) => {
          const chunks: Buffer[] = [];
          for await (const chunk of response) chunks.push(chunk);
          const { statusCode: status = 0 } = response;
          const answered = Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
          );
          resolve({
            kind: 'response',
            status,
            headers: answered,
            body: Buffer.concat(chunks),
            truncated: false,
          });
        });
        request.on('error', ({ message }) => resolve(failed(message)));
        request.end(body);
      }),
  );
}

/** A socket for each host, kept for ever; an answer is its first head and what its length says. */
export function socketTransport(): Transport {
  const sockets = new Map<string, Socket>();
  return transportOf(async ({ url, headers, body }) => {
    const socket = sockets.get(url.host) ?? opened(url);
    sockets.set(url.host, socket);
    const lines = { ...headers, host: url.host, 'content-length': String(body.length) };
    const head = Object.entries(lines).map((line) => `${line.join(': ')}\r\n`);
    const path = `${url.pathname}${url.search}`;
    await written(socket, `POST ${path} HTTP/1.1\r\n${head.join('')}\r\n`);
    await written(socket, body);
    return answerOf(socket);
  });
}

function opened({ hostname, port }: URL): Socket {
  return connect({ host: hostname, port: Number(port) }).on('error', () => {});
}

function written(socket: Socket, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => socket.write(data, 'latin1', () => resolve()));
}

async function answerOf(socket: Socket): Promise<Exchange> {
  let received = '';
  for (;;) {
    const [head = '', ...behind] = received.split('\r\n\r\n');
    const rest = behind.length === 0 ? undefined : behind.join('\r\n\r\n');
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (rest !== undefined && rest.length >= length) {
      const end = head.length + 4 + length;
      const body = Buffer.from(rest.slice(0, length), 'latin1');
      if (received.length > end) socket.unshift(Buffer.from(received.slice(end), 'latin1'));
      const status = Number(head.slice(9, 12));
      return { kind: 'response', status, headers: {}, body, truncated: false };
    }
    if (socket.destroyed) return failed('no answer');
    const data: Buffer | null = socket.read();
    received += data?.toString('latin1') ?? '';
    if (data === null) await something(socket);
  }
}

/** Until there is something to read, or never will be. */
function something(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const onEvent = (): void => {
      socket.off('readable', onEvent).off('close', onEvent);
      resolve();
    };
    socket.on('readable', onEvent).on('close', onEvent);
  });
}
