import { crypto as node } from '../../src/crypto/node.js';
import type { Algorithm, KeyMaterial, PlatformCrypto, PreparedKey } from '../../src/crypto/port.js';
import { crypto as web } from '../../src/crypto/web.js';

/** Both implementations, for `describe.each`: one list of cases, two runs. */
export const implementations: readonly { readonly name: string; readonly crypto: PlatformCrypto }[] = [
  { name: 'node:crypto', crypto: node },
  { name: 'WebCrypto', crypto: web },
];

/** The bytes of hex. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

/** A key as `prepareKey` makes it; a promise, so that what it throws is a rejection in both implementations. */
export async function keyOf(
  crypto: PlatformCrypto,
  algorithm: Algorithm,
  bytes: Uint8Array,
  use: KeyMaterial['use'] = 'both',
): Promise<PreparedKey> {
  return crypto.prepareKey({ algorithm, bytes, use });
}
