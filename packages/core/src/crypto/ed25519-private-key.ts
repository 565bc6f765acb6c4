import { decodeHex } from '../bytes/hex.js';
import { ConfigurationError } from '../errors/webhook-error.js';

/** DER header of a PKCS #8 Ed25519 private key (RFC 8410, section 7); the 32 byte seed follows. */
export const PKCS8_HEADER: Uint8Array = decodeHex('302e020100300506032b657004220420') ?? new Uint8Array();

/** The halves of a private key as Standard Webhooks writes it: seed, then public key. */
export function splitEd25519PrivateKey(bytes: Uint8Array): { seed: Uint8Array; publicKey: Uint8Array } {
  if (bytes.length !== 64) {
    throw new ConfigurationError(
      'invalid_secret',
      `an Ed25519 private key must be 64 bytes (seed, then public key), got ${bytes.length}`,
    );
  }
  return { seed: bytes.slice(0, 32), publicKey: bytes.slice(32) };
}

/** The private key's public half belongs to another seed. */
export function mismatchedHalves(): ConfigurationError {
  return new ConfigurationError(
    'invalid_secret',
    'the second half of the Ed25519 private key is not the public key of its first half',
  );
}
