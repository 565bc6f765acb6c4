import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { inTime } from './in-time.js';
import { parseResponse } from './parse-response.js';
import { linesOf, requestHead, type WireRequest, type WireResponse } from './wire.js';

/**
 * A TCP connection that sends exactly the bytes it is given. HTTP clients refuse or mend most of what an
 * attacker sends: repeated headers, lengths that lie, bodies that never end.
 */
export class RawConnection {
  readonly #socket: Socket;
  readonly #origin: string;
  /** Methods of the requests that wait for their answers: one to HEAD has no body. */
  readonly #methods: string[] = [];
  #received: Buffer = Buffer.alloc(0);
  #isClosed = false;

  private constructor(socket: Socket, origin: string) {
    this.#socket = socket;
    this.#origin = origin;
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
    });
    // A reset ends a connection as `close` does, and that one always follows.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isClosed = true;
    });
  }

  static async open(origin: string): Promise<RawConnection> {
    const { hostname, port } = new URL(origin);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const connection = new RawConnection(socket, origin);
    await once(socket, 'connect');
    return connection;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sends the head of a request, with these header lines more. */
  sendHead(request: WireRequest, ...more: readonly (readonly [name: string, value: string])[]): void {
    const headers = [...linesOf(request.headers), ...more];
    this.#methods.push(request.method ?? 'POST');
    this.#socket.write(requestHead(this.#origin, { ...request, headers }));
  }

  /** Sends a whole request, with the length of its body. */
  send(request: WireRequest): void {
    const { body = new Uint8Array() } = request;
    this.sendHead(request, ['content-length', String(body.length)]);
    this.#socket.write(body);
  }

  write(data: Uint8Array | string): void {
    this.#socket.write(data);
  }

  /** Writes, and waits until the peer has room again, or is gone. */
  async writeAll(data: Uint8Array): Promise<void> {
    if (this.#socket.write(data) || this.#socket.destroyed) return;
    await inTime('room to write', this.#next('drain'));
  }

  /** Says that nothing more will come, and still listens. */
  end(): void {
    this.#socket.end();
  }

  /** Goes away without a word. */
  abort(): void {
    this.#socket.resetAndDestroy();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** What came and belongs to no response that was taken. */
  get received(): string {
    return this.#received.toString();
  }

  /** Whether a whole response is there. */
  get hasResponse(): boolean {
    return this.#parsed() !== undefined;
  }

  /** The next response, or `undefined` where the connection closed before a whole one came. */
  async response(): Promise<WireResponse | undefined> {
    for (;;) {
      const parsed = this.#parsed();
      if (parsed !== undefined) {
        this.#methods.shift();
        this.#received = this.#received.subarray(parsed.length);
        return parsed.response;
      }
      if (this.#isClosed) return undefined;
      await inTime('a response', this.#next('data'));
    }
  }

  /** Until the connection is closed, which this end is ready for. */
  async closed(): Promise<void> {
    this.#socket.end();
    await this.closedByPeer();
  }

  /** Until the peer closes the connection, though this end would go on. */
  async closedByPeer(): Promise<void> {
    if (!this.#isClosed) await inTime('the end of the connection', this.#next('close'));
  }

  #parsed() {
    return parseResponse(this.#received, this.#methods[0] ?? 'POST', this.#isClosed);
  }

  /** The next event of this kind, or the end of the connection; a reset is an end, not a failure. */
  #next(event: 'data' | 'drain' | 'close'): Promise<void> {
    return new Promise((resolve) => {
      const onEvent = (): void => {
        this.#socket.off(event, onEvent).off('close', onEvent);
        resolve();
      };
      this.#socket.on(event, onEvent).on('close', onEvent);
    });
  }
}

/** A request with its `content-length`, over a connection that is closed after the answer. */
export async function exchange(origin: string, request: WireRequest): Promise<WireResponse | undefined> {
  const connection = await RawConnection.open(origin);
  try {
    connection.send(request);
    return await connection.response();
  } finally {
    connection.close();
  }
}
