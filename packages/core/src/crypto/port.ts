import type { MaybePromise } from '../time/maybe-promise.js';

/** How a signature is made. `token` is a shared secret sent as it is. */
export type Algorithm =
  | 'hmac-sha1'
  | 'hmac-sha256'
  | 'hmac-sha512'
  | 'ed25519'
  | 'ecdsa-p256-sha256'
  | 'token';

/**
 * A key as bytes: HMAC and token secrets verbatim; Ed25519 public keys 32 bytes, private ones 64 (seed,
 * then public key); ECDSA P-256 public keys as SPKI.
 */
export interface KeyMaterial {
  readonly algorithm: Algorithm;
  readonly bytes: Uint8Array;
  readonly use: 'verify' | 'sign' | 'both';
}

/** How a signature is written. `der-base64` is ASN.1 in base64 (ECDSA); `text` is verbatim (tokens). */
export type SignatureEncoding = 'hex' | 'base64' | 'base64url' | 'der-base64' | 'text';

/** One signature. `value` stays as the wire encodes it: MACs are compared in that form. */
export interface Signature {
  readonly algorithm: Algorithm;
  readonly encoding: SignatureEncoding;
  readonly value: string;
}

/** SHA-256 of `sha256Hex`, written in lower-case hex, as a part of the signed content. */
export interface DigestPart {
  readonly sha256Hex: Uint8Array;
}

/** Signed content is a list of parts: it is never put together as a text template. */
export type ContentPart = string | Uint8Array | DigestPart;

/** A key ready for use. Its bytes are out of reach of `util.inspect` and JSON. */
export interface PreparedKey {
  readonly algorithm: Algorithm;
  readonly use: KeyMaterial['use'];
  /** The signature of the content in the given encoding. */
  sign(content: readonly ContentPart[], encoding: SignatureEncoding): MaybePromise<string>;
  /** Whether one of the signatures, of those made with this key's algorithm, is the content's. */
  verify(content: readonly ContentPart[], signatures: readonly Signature[]): MaybePromise<boolean>;
}

/**
 * The cryptography of a receiver: one module with two implementations, chosen by the package's `#crypto`
 * import. Comparison is the platform's own, in constant time.
 */
export interface PlatformCrypto {
  /** A key that verifies, or does both; throws a `ConfigurationError` for bytes that are none of the algorithm. */
  prepareKey(material: KeyMaterial): PreparedKey;
  /** SHA-256 in lower-case hex; computed when first asked for where the platform can do that. */
  digestHex(content: () => readonly ContentPart[]): MaybePromise<() => string>;
  /** A text that nobody guesses, and that never comes twice. */
  randomToken(): string;
}

/** What only senders and makers of keys need: apart from the rest, so that no receiver's bundle carries it. */
export interface SigningCrypto {
  /** A key of any use, private keys included. */
  prepareKey(material: KeyMaterial): PreparedKey;
  /** The public key of a 32 byte Ed25519 seed. */
  ed25519PublicKey(seed: Uint8Array): MaybePromise<Uint8Array>;
  randomBytes(length: number): Uint8Array;
}
