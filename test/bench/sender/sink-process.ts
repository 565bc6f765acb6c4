/**
 * The child process that all deliveries go to: raw sockets, so that it costs less than whoever sends. It says its
 * ports, `OPEN_PORTS` of them that answer 200 and as many that never answer. Told a number, it answers when so many
 * requests have come since.
 */
import { createServer, type Server, type Socket } from 'node:net';

const OPEN_PORTS = Number(process.argv[2]);
const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nkeep-alive: timeout=600\r\n\r\nok');
const HEADERS_END = Buffer.from('\r\n\r\n');

let expected = Number.POSITIVE_INFINITY;

function count(): void {
  expected -= 1;
  if (expected === 0) process.send?.({ reached: true });
}

function answering(socket: Socket): void {
  let received = Buffer.alloc(0);
  socket.setNoDelay(true).on('error', () => {});
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    for (let length = requestLength(received); length <= received.length; length = requestLength(received)) {
      received = received.subarray(length);
      socket.write(ANSWER);
      count();
    }
  });
}

/** The bytes of the first request; more than there are while it is not complete. */
function requestLength(received: Buffer): number {
  const end = received.indexOf(HEADERS_END);
  if (end === -1) return Number.POSITIVE_INFINITY;
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(received.toString('latin1', 0, end + 2))?.[1];
  return end + HEADERS_END.length + Number(length ?? 0);
}

async function ports(onConnection: (socket: Socket) => void): Promise<readonly number[]> {
  const servers: readonly Server[] = Array.from({ length: OPEN_PORTS }, () => createServer(onConnection));
  return Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, '127.0.0.1', 4096, () => {
            const address = server.address();
            if (typeof address === 'object' && address !== null) resolve(address.port);
          });
        }),
    ),
  );
}

process.send?.({
  answering: await ports(answering),
  silent: await ports((socket) => socket.on('error', () => {}).resume()),
});
process.on('message', (message) => {
  expected = Number(message);
});
process.on('disconnect', () => process.exit());
