import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { inTime } from './in-time.js';

/** Header lines as they go over the wire: in this order, in this spelling, as often as they stand here. */
export type HeaderLines = Iterable<readonly [name: string, value: string]>;

/** A request as its bytes. */
export interface WireRequest {
  readonly method?: string;
  readonly target?: string;
  /** Lines, or a record where each name stands once. */
  readonly headers: HeaderLines | Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** What came back. */
export interface WireResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/**
 * A TCP connection that sends exactly the bytes it is given. HTTP clients refuse or mend most of what an
 * attacker sends: repeated headers, lengths that lie, bodies that never end.
 */
export class RawConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
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
    const socket = connect({ host: hostname, port: Number(port) });
    const connection = new RawConnection(socket);
    await once(socket, 'connect');
    return connection;
  }

  get isClosed(): boolean {
    return this.#isClosed;
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

  /** Whether a whole response is there. */
  get hasResponse(): boolean {
    return parseResponse(this.#received, this.#isClosed) !== undefined;
  }

  /** The next response, or `undefined` where the connection closed before a whole one came. */
  async response(): Promise<WireResponse | undefined> {
    for (;;) {
      const parsed = parseResponse(this.#received, this.#isClosed);
      if (parsed !== undefined) {
        this.#received = this.#received.subarray(parsed.length);
        return parsed.response;
      }
      if (this.#isClosed) return undefined;
      await inTime('a response', this.#next('data'));
    }
  }

  /** Until the peer has closed the connection. */
  async closed(): Promise<void> {
    this.#socket.end();
    if (!this.#isClosed) await inTime('the end of the connection', this.#next('close'));
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

/** The head of a request, empty line included. */
export function requestHead(origin: string, { method = 'POST', target, headers }: WireRequest): string {
  const host = ['host', new URL(origin).host] as const;
  const lines = [host, ...linesOf(headers)].map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target ?? '/webhooks'} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** A request with its `content-length`, and its connection closed after the answer. */
export async function exchange(origin: string, request: WireRequest): Promise<WireResponse | undefined> {
  const { body = new Uint8Array(), headers } = request;
  const connection = await RawConnection.open(origin);
  try {
    const lines = [...linesOf(headers), ['content-length', String(body.length)] as const];
    // Header values are written as Latin-1, one byte for each character.
    connection.write(Buffer.from(requestHead(origin, { ...request, headers: lines }), 'latin1'));
    connection.write(body);
    return await connection.response();
  } finally {
    connection.close();
  }
}

/** The header lines of a request. */
export function linesOf(headers: WireRequest['headers']): HeaderLines {
  return Symbol.iterator in headers ? headers : Object.entries(headers);
}

interface Parsed {
  readonly response: WireResponse;
  /** Bytes that it took. */
  readonly length: number;
}

function parseResponse(bytes: Buffer, isClosed: boolean): Parsed | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  assert.ok(status >= 100, `not a response: ${statusLine}`);
  const headers = new Map(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const rest = bytes.subarray(headEnd + 4);
  if (status < 200) return parseResponse(rest, isClosed);
  const body = parseBody(rest, status, headers, isClosed);
  if (body === undefined) return undefined;
  const { text, length } = body;
  return { response: { status, headers, body: text }, length: bytes.length - rest.length + length };
}

function parseBody(
  bytes: Buffer,
  status: number,
  headers: ReadonlyMap<string, string>,
  isClosed: boolean,
): { readonly text: string; readonly length: number } | undefined {
  if (status === 204 || status === 304) return { text: '', length: 0 };
  if (headers.get('transfer-encoding') === 'chunked') return parseChunks(bytes);
  const declared = headers.get('content-length');
  if (declared === undefined) return isClosed ? { text: bytes.toString(), length: bytes.length } : undefined;
  const length = Number(declared);
  return bytes.length < length ? undefined : { text: bytes.toString('utf8', 0, length), length };
}

function parseChunks(bytes: Buffer): { readonly text: string; readonly length: number } | undefined {
  const chunks: Buffer[] = [];
  for (let offset = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', offset);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', offset, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return { text: Buffer.concat(chunks).toString(), length: next };
    chunks.push(bytes.subarray(lineEnd + 2, next - 2));
    offset = next;
  }
}
