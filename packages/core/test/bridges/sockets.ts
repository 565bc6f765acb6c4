import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import {
  createReceiver,
  type Receiver,
  type ReceiverOptions,
  type ReceiverOutcome,
  sign,
} from '../../src/index.js';

export const secret = 'whsec_Y291bnRlcnNpZ24tdGVzdC1zZWNyZXQtMzItYnl0ZXM=';

/** A server on 127.0.0.1 that ends with the test. */
export async function listen(
  listener: RequestListener,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { server, port: address.port };
}

/** A connection that keeps what it receives. */
export interface Client {
  readonly socket: Socket;
  readonly received: () => string;
  send(...parts: readonly (string | Uint8Array)[]): void;
  /** Resolves when what was received fits. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<unknown>;
}

export async function client(port: number): Promise<Client> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  const waiting = new Set<() => void>();
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
    for (const check of waiting) check();
  });
  // A server that closes while we still send resets the connection: `closed` tells.
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return {
    socket,
    closed,
    received: () => text,
    send: (...parts) => {
      for (const part of parts) socket.write(part);
    },
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!pattern.test(text)) return;
          waiting.delete(check);
          resolve(text);
        };
        waiting.add(check);
        socket.once('close', () => reject(new Error(`closed before ${pattern}; received: ${text}`)));
        check();
      }),
  };
}

/** A receiver with the system's clock, whose outcomes can be waited for. */
export function recording(options: Partial<ReceiverOptions<Record<string, unknown>>> = {}) {
  const outcomes: ReceiverOutcome[] = [];
  const events: string[] = [];
  const waiting = new Set<() => void>();
  const receiver: Receiver = createReceiver({
    secrets: secret,
    onOutcome: (outcome) => {
      outcomes.push(outcome);
      for (const check of waiting) check();
    },
    ...options,
  });
  /** The codes of the first `count` outcomes, when there are as many. */
  const codes = (count: number): Promise<readonly string[]> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (outcomes.length < count) return;
        waiting.delete(check);
        resolve(outcomes.map((outcome) => outcome.code));
      };
      waiting.add(check);
      check();
    });
  return { receiver: receiver.onUnhandled((event) => events.push(event.id)), outcomes, events, codes };
}

/** A signed delivery as the text of an HTTP/1.1 request. */
export async function httpRequest(
  id: string,
  options: { readonly body?: string; readonly headers?: readonly string[]; readonly chunked?: boolean } = {},
): Promise<{ readonly head: string; readonly body: string }> {
  const { body = `{"type":"job.done","data":"${id}"}`, headers: extra = [], chunked = false } = options;
  const { headers } = await sign({ id, body }, { secret });
  const lines = [
    'POST /hooks HTTP/1.1',
    'host: hooks.test',
    chunked ? 'transfer-encoding: chunked' : `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...extra,
  ];
  return { head: `${lines.join('\r\n')}\r\n\r\n`, body };
}

/** One chunk of a chunked body. */
export function chunk(bytes: string): string {
  return `${Buffer.byteLength(bytes).toString(16)}\r\n${bytes}\r\n`;
}
