import { concatBytes } from '../bytes/utf8.js';
import { WebhookError } from '../errors/webhook-error.js';
import type { HeaderReader } from './header-reader.js';
import { malformedHeader } from './header-reader.js';

/** Collects the chunks of a body up to a limit, without keeping what lies beyond it. */
export class BodyCollector {
  readonly #chunks: Uint8Array[] = [];
  readonly #maxBytes: number;
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes a chunk; throws `body_too_large` with the first byte over the limit. */
  add(chunk: Uint8Array): void {
    this.#length += chunk.length;
    if (this.#length > this.#maxBytes) {
      this.#chunks.length = 0;
      throw bodyTooLarge(this.#maxBytes);
    }
    this.#chunks.push(chunk);
  }

  /** The whole body. */
  bytes(): Uint8Array {
    return concatBytes(this.#chunks);
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
