import { WebhookError } from '../errors/webhook-error.js';
import type { HeaderReader } from './header-reader.js';
import { malformedHeader } from './header-reader.js';

/**
 * Collects the chunks of a body up to a limit, in one buffer: a body of many small chunks takes no more
 * memory than one of few.
 */
export class BodyCollector {
  readonly #maxBytes: number;
  #bytes: Uint8Array = new Uint8Array();
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes a chunk; throws `body_too_large` with the first byte over the limit. */
  add(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#maxBytes) {
      this.#bytes = new Uint8Array();
      throw bodyTooLarge(this.#maxBytes);
    }
    if (this.#length === 0) {
      // Most bodies come in one piece, which is kept as it is.
      this.#bytes = chunk;
    } else {
      if (length > this.#bytes.length) this.#grow(length);
      this.#bytes.set(chunk, this.#length);
    }
    this.#length = length;
  }

  /** The whole body. */
  bytes(): Uint8Array {
    return this.#length === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, this.#length);
  }

  #grow(length: number): void {
    const larger = new Uint8Array(Math.min(this.#maxBytes, Math.max(length, 2 * this.#bytes.length)));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** A `body_too_large` that names the limit. */
export function bodyTooLarge(maxBytes: number): WebhookError {
  return new WebhookError('body_too_large', `the body is larger than \`maxBodyBytes\` (${maxBytes} bytes)`);
}

/** Refuses by header alone: compressed bodies, and a declared length that is malformed or too large. */
export function checkBodyHeaders(headers: HeaderReader, maxBytes: number): void {
  const encoding = headers.optionalHeader('content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new WebhookError(
      'unsupported_content_encoding',
      'the body has a `content-encoding`; the signature is over the bytes as sent, so it must not be compressed',
    );
  }
  const length = headers.optionalHeader('content-length');
  if (length === undefined) return;
  if (!/^\d{1,15}$/.test(length)) throw malformedHeader('content-length', 'must be a whole number');
  if (Number(length) > maxBytes) throw bodyTooLarge(maxBytes);
}
