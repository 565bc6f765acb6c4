import { encodeUtf8, isWellFormed } from '../bytes/utf8.js';
import { ConfigurationError } from '../errors/webhook-error.js';
import type { Secret } from './port.js';

/** Secrets shorter than this are guessed. */
export const MIN_SECRET_BYTES = 16;

/**
 * Refuses a secret's text that is empty, too short, or was pasted with something around it. The message
 * says what is wrong with its form and never quotes it.
 */
export function checkSecretText(text: string): void {
  if (text.trim() === '') throw invalidSecret('must not be empty');
  if (text.trim() !== text) throw invalidSecret('has white space around it (a trailing newline?): remove it');
  if (/^(["'`]).*\1$/s.test(text)) throw invalidSecret('stands in quotes: remove them');
  if (/^v\d{1,2}a?,/.test(text)) {
    throw invalidSecret(
      `starts with \`${text.slice(0, text.indexOf(',') + 1)}\`: remove this version prefix`,
    );
  }
  if (!isWellFormed(text)) throw invalidSecret('has an unpaired surrogate, so its bytes are not defined');
}

/** The key bytes of a secret that is used verbatim, prefix included: its UTF-8 text, or the bytes given. */
export function verbatimSecret(secret: Secret): Uint8Array {
  if (typeof secret === 'string') {
    checkSecretText(secret);
    if (/^wh[ps]k_/.test(secret)) {
      throw invalidSecret('is an Ed25519 key (`whpk_`, `whsk_`), which is never an HMAC secret');
    }
    return longEnough(encodeUtf8(secret));
  }
  if (!(secret instanceof Uint8Array)) throw invalidSecret(`must be a string or bytes, got ${typeof secret}`);
  return longEnough(Uint8Array.from(secret));
}

/** The bytes, if there are enough of them. */
export function longEnough(bytes: Uint8Array): Uint8Array {
  if (bytes.length < MIN_SECRET_BYTES) {
    throw invalidSecret(`must have at least ${MIN_SECRET_BYTES} bytes, got ${bytes.length}`);
  }
  return bytes;
}

/** A `ConfigurationError` about a secret's form. */
export function invalidSecret(problem: string): ConfigurationError {
  return new ConfigurationError('invalid_secret', `the secret ${problem}`);
}
