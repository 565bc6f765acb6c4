import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A server on 127.0.0.1 that writes what it is told to. */
export interface RawServer {
  readonly port: number;
  /** Connections that were made. */
  accepted: number;
  /** Requests whose head came. */
  requests: number;
  /** Connections that are open. */
  readonly sockets: ReadonlySet<Socket>;
}

/** For requests without a body: each head is answered with this text, or by this function. */
export async function rawServer(answer: string | ((socket: Socket) => void)): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    raw.accepted += 1;
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    let received = '';
    socket.on('data', (data) => {
      received += data.toString('latin1');
      while (received.includes('\r\n\r\n')) {
        received = received.slice(received.indexOf('\r\n\r\n') + 4);
        raw.requests += 1;
        if (typeof answer === 'string') socket.write(answer, 'latin1');
        else answer(socket);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const raw: RawServer = { port, accepted: 0, requests: 0, sockets };
  return raw;
}

export const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
