import { crypto as nodeCrypto, signingCrypto as nodeSigning } from '../../src/crypto/node.js';
import type {
  Algorithm,
  KeyMaterial,
  PlatformCrypto,
  PreparedKey,
  SigningCrypto,
} from '../../src/crypto/port.js';
import { crypto as webCrypto, signingCrypto as webSigning } from '../../src/crypto/web.js';

/** All that a platform can do: what receivers need and what senders need, with keys of any use. */
export type WholeCrypto = PlatformCrypto & SigningCrypto;

export const node: WholeCrypto = { ...nodeCrypto, ...nodeSigning };
export const web: WholeCrypto = { ...webCrypto, ...webSigning };

/** Both implementations, for `describe.each`: one list of cases, two runs. */
export const implementations: readonly { readonly name: string; readonly crypto: WholeCrypto }[] = [
  { name: 'node:crypto', crypto: node },
  { name: 'WebCrypto', crypto: web },
];

/** The bytes of hex. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

/** A key as `prepareKey` makes it; a promise, so that what it throws is a rejection in both implementations. */
export async function keyOf(
  crypto: WholeCrypto,
  algorithm: Algorithm,
  bytes: Uint8Array,
  use: KeyMaterial['use'] = 'both',
): Promise<PreparedKey> {
  return crypto.prepareKey({ algorithm, bytes, use });
}
