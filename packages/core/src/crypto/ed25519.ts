import { decodeHex, encodeHex } from '../bytes/hex.js';
import { ConfigurationError } from '../errors/webhook-error.js';

/** DER header of a PKCS #8 Ed25519 private key (RFC 8410, section 7); the 32 byte seed follows. */
export const PKCS8_HEADER: Uint8Array = decodeHex('302e020100300506032b657004220420') ?? new Uint8Array();

// The y coordinates of the points of order 1, 2, 4 and 8 (RFC 7748 curve, little endian, sign bit cleared).
// One constant signature verifies every message under such a key, and the platforms accept them.
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);

/** Refuses what is no Ed25519 public key of full order in its one canonical encoding. */
export function checkEd25519PublicKey(bytes: Uint8Array): void {
  if (bytes.length !== 32) {
    throw new ConfigurationError(
      'invalid_secret',
      `an Ed25519 public key must be 32 bytes, got ${bytes.length}`,
    );
  }
  const y = Uint8Array.from(bytes);
  y[31] = (y[31] ?? 0) & 0x7f;
  if (SMALL_ORDER.has(encodeHex(y)) || !isBelowFieldPrime(y)) {
    throw new ConfigurationError(
      'invalid_secret',
      'the Ed25519 public key is of small order or not canonically encoded: anyone could sign for it',
    );
  }
}

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

// 2^255 - 19, little endian: ed, 30 times ff, 7f.
function isBelowFieldPrime(y: Uint8Array): boolean {
  if (y[31] !== 0x7f) return true;
  for (let i = 30; i >= 1; i -= 1) if (y[i] !== 0xff) return true;
  return (y[0] ?? 0) < 0xed;
}
