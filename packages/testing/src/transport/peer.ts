import type { Socket } from 'node:net';
import { inTime } from '../scene/in-time.js';

/** A request as it came over the wire. */
export interface ReceivedRequest {
  readonly method: string;
  readonly target: string;
  /** Each header line, its name in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** What a {@link Peer} answers. */
export interface PeerAnswer {
  readonly status?: number;
  /** Beside `content-length`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** The server's end of a connection: takes requests, and sends exactly the bytes it is given. */
export class Peer {
  /** Called with each request that came whole. */
  onRequest: (request: ReceivedRequest) => void = () => {};
  /** Bytes that were taken off this end's hands. */
  written = 0;
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #isClosed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data) => {
      this.#received = Buffer.concat([this.#received, data]);
    });
    // A reset ends a connection as `close` does, and that one always follows.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isClosed = true;
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The address of this end: what the transport has connected to. */
  get address(): string {
    return this.#socket.localAddress ?? '';
  }

  /** The next request, whole; `undefined` where the connection was closed before. */
  async request(): Promise<ReceivedRequest | undefined> {
    for (;;) {
      const request = this.#takeRequest();
      if (request !== undefined) return request;
      if (this.#isClosed) return undefined;
      await this.#next('data');
    }
  }

  write(data: Uint8Array | string): void {
    if (!this.#isClosed) this.#socket.write(data, 'latin1');
  }

  answer({ status = 200, headers = {}, body = '' }: PeerAnswer = {}): void {
    const bytes = Buffer.from(body);
    const lines = Object.entries({ ...headers, 'content-length': String(bytes.length) });
    this.write(
      `HTTP/1.1 ${status} Whatever\r\n${lines.map((line) => `${line.join(': ')}\r\n`).join('')}\r\n`,
    );
    this.write(bytes);
  }

  /** Writes the same again and again, as fast as it is taken, until the connection is closed. */
  async flood(data: string): Promise<void> {
    const bytes = Buffer.from(data.repeat(Math.ceil(65_536 / data.length)));
    while (!this.#isClosed) {
      const hasRoom = this.#socket.write(bytes);
      if (!hasRoom) await this.#next('drain');
      this.written += bytes.length;
    }
  }

  /** Writes a text byte by byte, and from its end on its last part again, until the connection is closed. */
  async drip(start: string, again: string): Promise<void> {
    this.write(start);
    for (let at = 0; !this.#isClosed; at += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      this.write(again.charAt(at % again.length));
      this.written += 1;
    }
  }

  /** Reads nothing. */
  pause(): void {
    this.#socket.pause();
  }

  /** Nothing more will come from here. */
  end(): void {
    this.#socket.end();
  }

  /** Goes away without a word. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  close(): void {
    this.#socket.destroy();
  }

  async closed(): Promise<void> {
    if (!this.#isClosed) await inTime('the end of the connection', this.#next('close'));
  }

  #takeRequest(): ReceivedRequest | undefined {
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd === -1) return undefined;
    const head = this.#received.toString('latin1', 0, headEnd);
    const [requestLine = '', ...lines] = head.split('\r\n');
    const headers = lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    });
    const length = Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0);
    const bodyEnd = headEnd + 4 + length;
    if (this.#received.length < bodyEnd) return undefined;
    const body = this.#received.subarray(headEnd + 4, bodyEnd);
    this.#received = this.#received.subarray(bodyEnd);
    const [method = '', target = ''] = requestLine.split(' ');
    const request = { method, target, headers, body };
    this.onRequest(request);
    return request;
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
