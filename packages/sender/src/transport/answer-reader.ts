import type { Socket } from 'node:net';
import { TransportError } from './failures.js';

/** How much an answer may be on the wire, beside eight bytes for each of its body: chunks have frames. */
const FRAMING_BYTES = 64 * 1024;
const BYTES_PER_BODY_BYTE = 8;

const CONTINUE = /^HTTP\/1\.[01] 100[ \r]/;
const CONTINUE_START = 'HTTP/1.1 100 ';
const LONGEST_CONTINUE = 16 * 1024;

/**
 * Stands between a socket and the client's parser, for what the parser does not do: it takes a `100 Continue` that
 * nobody asked for, which RFC 9110 makes every client ready for, for a fault; and it goes on for as long as an answer
 * of frames, interim answers or trailers does.
 */
export class AnswerReader {
  readonly #socket: Socket;
  readonly #read: () => Buffer | null;
  #left = Number.POSITIVE_INFINITY;
  #isAtStart = false;
  #held: Buffer | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    const read = socket.read.bind(socket);
    this.#read = () => read();
    // The platform itself calls it with a size.
    socket.read = (size) => (size === undefined ? this.#next() : read(size));
  }

  /** An answer comes, whose body is read up to this length. */
  begin(maxBodyBytes: number): void {
    this.#left = FRAMING_BYTES + maxBodyBytes * BYTES_PER_BODY_BYTE;
    this.#isAtStart = true;
  }

  #next(): Buffer | null {
    for (let chunk = this.#read(); chunk !== null; chunk = this.#read()) {
      this.#left -= chunk.length;
      if (this.#left < 0) {
        this.#socket.destroy(new TransportError('protocol', 'the answer is much longer than its body'));
        return null;
      }
      const rest = this.#isAtStart ? this.#withoutContinue(chunk) : chunk;
      if (rest !== undefined) return rest;
    }
    return null;
  }

  /** What of these bytes is for the parser; `undefined` where nothing is, or where more must come to tell. */
  #withoutContinue(chunk: Buffer): Buffer | undefined {
    let bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = undefined;
    while (bytes.length > 0) {
      const start = bytes.toString('latin1', 0, CONTINUE_START.length);
      const end = CONTINUE.test(start) ? bytes.indexOf('\r\n\r\n') : -1;
      if (end === -1) return this.#isUndecided(start, bytes) ? this.#hold(bytes) : this.#pass(bytes);
      bytes = bytes.subarray(end + 4);
    }
    return undefined;
  }

  #isUndecided(start: string, bytes: Buffer): boolean {
    if (CONTINUE.test(start)) return bytes.length < LONGEST_CONTINUE;
    return start.length < CONTINUE_START.length && CONTINUE.test(start + CONTINUE_START.slice(start.length));
  }

  #hold(bytes: Buffer): undefined {
    this.#held = bytes;
  }

  #pass(bytes: Buffer): Buffer {
    this.#isAtStart = false;
    return bytes;
  }
}
