import { signingCrypto } from '#crypto';
import { encodeBase64 } from '../bytes/base64.js';
import { concatBytes } from '../bytes/utf8.js';

const SECRET_BYTES = 32;

/**
 * A new HMAC secret: 32 random bytes as `whsec_` and base64. Providers that use secrets verbatim take
 * the same text.
 *
 * @example
 * const secret = generateSecret(); // 'whsec_…'
 */
export function generateSecret(): string {
  return `whsec_${encodeBase64(signingCrypto.randomBytes(SECRET_BYTES))}`;
}

/** An Ed25519 pair as Standard Webhooks writes it. */
export interface SigningKeyPair {
  /** For the sender: `whsk_` and base64 of seed and public key. */
  readonly secret: string;
  /** For receivers: `whpk_` and base64. */
  readonly publicKey: string;
}

/**
 * A new Ed25519 key pair for `v1a` signatures (Standard Webhooks, "Signature scheme").
 *
 * @example
 * const { secret, publicKey } = await generateKeyPair();
 */
export async function generateKeyPair(): Promise<SigningKeyPair> {
  const seed = signingCrypto.randomBytes(SECRET_BYTES);
  const publicKey = await signingCrypto.ed25519PublicKey(seed);
  return {
    secret: `whsk_${encodeBase64(concatBytes([seed, publicKey]))}`,
    publicKey: `whpk_${encodeBase64(publicKey)}`,
  };
}
