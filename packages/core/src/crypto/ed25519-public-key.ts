import { encodeHex } from '../bytes/hex.js';
import { ConfigurationError } from '../errors/webhook-error.js';

/** The prime of the field that coordinates are in. */
const P = 2n ** 255n - 19n;

/** Refuses what is no Ed25519 public key of full order in its one canonical encoding. */
export function checkEd25519PublicKey(bytes: Uint8Array): void {
  if (bytes.length !== 32) {
    throw new ConfigurationError(
      'invalid_secret',
      `an Ed25519 public key must be 32 bytes, got ${bytes.length}`,
    );
  }
  const bigEndian = Uint8Array.from(bytes).reverse();
  // The topmost bit is the sign of x.
  bigEndian[0] = (bigEndian[0] ?? 0) & 0x7f;
  const y = BigInt(`0x${encodeHex(bigEndian)}`);
  if (y >= P || isOfSmallOrder(y)) {
    throw new ConfigurationError(
      'invalid_secret',
      'the Ed25519 public key is of small order or not canonically encoded: anyone could sign for it',
    );
  }
}

/**
 * Whether a point with this y has the order 1, 2, 4 or 8: one constant signature verifies every message under
 * such a key, and the platforms accept them.
 *
 * y is 1 or -1 for the orders 1 and 2, and 0 for 4. A point of order 8 doubles to one of order 4, so x² is -y²,
 * and the curve -x² + y² = 1 + d x² y² with d = -121665/121666 becomes the last equation.
 */
function isOfSmallOrder(y: bigint): boolean {
  const square = (y * y) % P;
  return y === 0n || square === 1n || (121_665n * square * square - 243_332n * square + 121_666n) % P === 0n;
}
