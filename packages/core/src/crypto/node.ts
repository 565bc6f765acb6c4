import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type Hash,
  type Hmac,
  type KeyObject,
  randomBytes,
  randomFillSync,
  sign as signWith,
  timingSafeEqual,
  verify as verifyWith,
} from 'node:crypto';
import { notP256 } from './ecdsa.js';
import { mismatchedHalves, PKCS8_HEADER, splitEd25519PrivateKey } from './ed25519-private-key.js';
import { checkEd25519PublicKey } from './ed25519-public-key.js';
import type {
  ContentPart,
  KeyMaterial,
  PlatformCrypto,
  PreparedKey,
  SignatureEncoding,
  SigningCrypto,
} from './port.js';
import { byteEncoding, decodeSignature, noPublicKeySigns } from './signature-encoding.js';

const HASHES = { 'hmac-sha1': 'sha1', 'hmac-sha256': 'sha256', 'hmac-sha512': 'sha512' } as const;

/** {@link PlatformCrypto} over node:crypto: prepared `KeyObject`s, synchronous. */
export const crypto: PlatformCrypto = {
  prepareKey(material) {
    switch (material.algorithm) {
      case 'ed25519':
        return ed25519Verifier(material.bytes);
      case 'ecdsa-p256-sha256':
        return ecdsaKey(material);
      case 'token':
        return tokenKey(material);
      default:
        return hmacKey(material, HASHES[material.algorithm]);
    }
  },
  digestHex(content) {
    let hex: string | undefined;
    return () => {
      hex ??= update(createHash('sha256'), content()).digest('hex');
      return hex;
    };
  },
  randomToken,
};

/** {@link SigningCrypto} over node:crypto. */
export const signingCrypto: SigningCrypto = {
  prepareKey: (material) =>
    material.algorithm === 'ed25519' && material.use === 'sign'
      ? ed25519Signer(material.bytes)
      : crypto.prepareKey(material),
  ed25519PublicKey: (seed) => publicHalf(privateKey(seed)),
  randomBytes: (length) => new Uint8Array(randomBytes(length)),
};

const TOKEN_BYTES = 16;
const tokens = Buffer.alloc(256 * TOKEN_BYTES);
let nextToken = tokens.length;

// From a pool, and as one flat string: a UUID of node:crypto is a chain of small ones, ten times as large,
// and replay stores keep tokens for days.
function randomToken(): string {
  if (nextToken === tokens.length) {
    randomFillSync(tokens);
    nextToken = 0;
  }
  nextToken += TOKEN_BYTES;
  return tokens.toString('base64url', nextToken - TOKEN_BYTES, nextToken);
}

function hmacKey({ algorithm, bytes, use }: KeyMaterial, hash: string): PreparedKey {
  const key = createSecretKey(bytes);
  const equalText = textComparer();
  const sign = (content: readonly ContentPart[], encoding: SignatureEncoding): string =>
    update(createHmac(hash, key), content).digest(byteEncoding(encoding));
  return {
    algorithm,
    use,
    sign,
    verify(content, signatures) {
      let mac = '';
      let macEncoding: SignatureEncoding | undefined;
      for (const { algorithm: madeWith, encoding, value } of signatures) {
        if (madeWith !== algorithm) continue;
        if (encoding !== macEncoding) {
          mac = sign(content, encoding);
          macEncoding = encoding;
        }
        if (equalText(mac, value)) return true;
      }
      return false;
    },
  };
}

function tokenKey({ bytes, use }: KeyMaterial): PreparedKey {
  const token = Buffer.from(bytes);
  return {
    algorithm: 'token',
    use,
    sign: () => token.toString('utf8'),
    verify: (_content, signatures) =>
      signatures.some((signature) => {
        const given = Buffer.from(signature.value);
        return (
          signature.algorithm === 'token' && given.length === token.length && timingSafeEqual(given, token)
        );
      }),
  };
}

function ed25519Signer(bytes: Uint8Array): PreparedKey {
  const { seed, publicKey } = splitEd25519PrivateKey(bytes);
  const key = privateKey(seed);
  if (!timingSafeEqual(publicHalf(key), publicKey)) throw mismatchedHalves();
  return {
    algorithm: 'ed25519',
    use: 'sign',
    sign: (content, encoding) => signWith(null, join(content), key).toString(byteEncoding(encoding)),
    verify: () => false,
  };
}

function ed25519Verifier(bytes: Uint8Array): PreparedKey {
  checkEd25519PublicKey(bytes);
  const x = Buffer.from(bytes).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return publicKeyVerifier('ed25519', (content, value) => verifyWith(null, content, key, value));
}

function ecdsaKey({ algorithm, bytes }: KeyMaterial): PreparedKey {
  const key = spkiKey(bytes);
  if (key?.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw notP256();
  }
  return publicKeyVerifier(algorithm, (content, value) =>
    verifyWith('sha256', content, { key, dsaEncoding: 'der' }, value),
  );
}

function publicKeyVerifier(
  algorithm: KeyMaterial['algorithm'],
  check: (content: Uint8Array, signature: Uint8Array) => boolean,
): PreparedKey {
  return {
    algorithm,
    use: 'verify',
    sign: noPublicKeySigns,
    verify(content, signatures) {
      const bytes = join(content);
      return signatures.some((signature) => {
        if (signature.algorithm !== algorithm) return false;
        const value = decodeSignature(signature.value, signature.encoding);
        return value !== undefined && check(bytes, value);
      });
    },
  };
}

function privateKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEADER, seed]), format: 'der', type: 'pkcs8' });
}

function publicHalf(key: KeyObject): Uint8Array {
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return new Uint8Array(spki.subarray(-32));
}

function spkiKey(bytes: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(bytes), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

function update<Sink extends Hash | Hmac>(sink: Sink, content: readonly ContentPart[]): Sink {
  for (const part of content) {
    sink.update(typeof part === 'string' || part instanceof Uint8Array ? part : hexOf(part.sha256Hex));
  }
  return sink;
}

function hexOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function join(content: readonly ContentPart[]): Uint8Array {
  return Buffer.concat(
    content.map((part) => {
      if (part instanceof Uint8Array) return part;
      return Buffer.from(typeof part === 'string' ? part : hexOf(part.sha256Hex));
    }),
  );
}

/**
 * Compares texts of one length in constant time, in buffers that are kept: allocating two for each
 * comparison costs twice what comparing does. A character outside ASCII takes more bytes than one, so it
 * either does not fit, or differs.
 */
function textComparer(): (expected: string, given: string) => boolean {
  let expectedBytes = Buffer.alloc(0);
  let givenBytes = Buffer.alloc(0);
  return (expected, given) => {
    const { length } = expected;
    if (given.length !== length) return false;
    if (expectedBytes.length !== length) {
      expectedBytes = Buffer.alloc(length);
      givenBytes = Buffer.alloc(length);
    }
    expectedBytes.write(expected);
    return givenBytes.write(given) === length && timingSafeEqual(expectedBytes, givenBytes);
  };
}
