import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * Keep-alive connections that send ready-made requests, one at a time each.
 *
 * Not autocannon: it gives every connection the same list of requests, where a replay store needs each id
 * once; and on two cores the client must cost less than the server, so that it is the server that is
 * measured. Here a request is one `write` of bytes made before the run, and a response is looked at no
 * further than its status and length.
 */
export class Load {
  readonly #sockets: readonly Socket[];

  private constructor(sockets: readonly Socket[]) {
    this.#sockets = sockets;
  }

  static async open(port: number, connections: number): Promise<Load> {
    const sockets = Array.from({ length: connections }, () =>
      connect({ port, host: '127.0.0.1', noDelay: true }),
    );
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    return new Load(sockets);
  }

  /** Sends all requests; resolves to the milliseconds until the last 200, rejects for any other status. */
  async send(requests: readonly Buffer[]): Promise<number> {
    let next = 0;
    const take = (): Buffer | undefined => {
      const request = requests[next];
      next += 1;
      return request;
    };
    const startMs = performance.now();
    await Promise.all(this.#sockets.map((socket) => exchangeAll(socket, take)));
    return performance.now() - startMs;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

function exchangeAll(socket: Socket, take: () => Buffer | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = '';
    const finish = (error?: Error): void => {
      socket.off('data', onData).off('error', finish).off('close', onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const sendNext = (): void => {
      const request = take();
      if (request === undefined) finish();
      else socket.write(request);
    };
    const onData = (chunk: Buffer): void => {
      received += chunk.toString('latin1');
      if (!isComplete(received)) return;
      if (!received.startsWith('HTTP/1.1 200 ')) {
        finish(new Error(`expected 200, got ${received.slice(0, 300)}`));
        return;
      }
      received = '';
      sendNext();
    };
    const onClose = (): void => finish(new Error('the server closed the connection'));
    socket.on('data', onData).on('error', finish).on('close', onClose);
    sendNext();
  });
}

/** By its length, or its last chunk: frameworks that stream send no `content-length`. */
function isComplete(response: string): boolean {
  const end = response.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(response)?.[1];
  if (length === undefined) return response.endsWith('\r\n0\r\n\r\n');
  return response.length >= end + 4 + Number(length);
}
