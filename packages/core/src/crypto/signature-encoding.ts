import { decodeBase64, decodeBase64Url } from '../bytes/base64.js';
import { decodeHex } from '../bytes/hex.js';
import { ConfigurationError } from '../errors/webhook-error.js';
import type { SignatureEncoding } from './port.js';

/** The bytes of a signature; strict, one text for each value, so that what is compared is what the wire said. */
export function decodeSignature(value: string, encoding: SignatureEncoding): Uint8Array | undefined {
  if (encoding === 'hex') return decodeHex(value);
  if (encoding === 'base64url') return decodeBase64Url(value);
  return encoding === 'text' ? undefined : decodeBase64(value);
}

/** The encoding, if bytes are written in it; another one is the scheme's mistake, on every platform. */
export function byteEncoding(encoding: SignatureEncoding): 'hex' | 'base64' | 'base64url' {
  if (encoding === 'hex' || encoding === 'base64' || encoding === 'base64url') return encoding;
  throw new ConfigurationError('unsupported_algorithm', `a MAC cannot be written as \`${encoding}\``);
}

/** The `sign` of keys that only verify. */
export function noPublicKeySigns(): never {
  throw new ConfigurationError('invalid_secret', 'a public key cannot sign: give the private key');
}
