import { decodeBase64Url, encodeBase64, toBase64Url } from '../bytes/base64.js';
import { encodeHex } from '../bytes/hex.js';
import { concatBytes, encodeUtf8 } from '../bytes/utf8.js';
import { derToRaw, notP256 } from './ecdsa.js';
import { mismatchedHalves, PKCS8_HEADER, splitEd25519PrivateKey } from './ed25519-private-key.js';
import { checkEd25519PublicKey } from './ed25519-public-key.js';
import type {
  Algorithm,
  ContentPart,
  KeyMaterial,
  PlatformCrypto,
  PreparedKey,
  Signature,
  SignatureEncoding,
  SigningCrypto,
} from './port.js';
import { byteEncoding, decodeSignature, noPublicKeySigns } from './signature-encoding.js';

const { subtle } = globalThis.crypto;
const HASHES = { 'hmac-sha1': 'SHA-1', 'hmac-sha256': 'SHA-256', 'hmac-sha512': 'SHA-512' } as const;

/** {@link PlatformCrypto} over WebCrypto: asynchronous, on every runtime. */
export const crypto: PlatformCrypto = {
  prepareKey(material) {
    switch (material.algorithm) {
      case 'ed25519':
        return ed25519Verifier(material.bytes);
      case 'ecdsa-p256-sha256':
        return ecdsaVerifier(material.bytes);
      case 'token':
        return tokenKey(material);
      default:
        return hmacKey(material, HASHES[material.algorithm]);
    }
  },
  async digestHex(content) {
    const hex = encodeHex(await sha256(await join(content())));
    return () => hex;
  },
  randomToken: () => globalThis.crypto.randomUUID(),
};

/** {@link SigningCrypto} over WebCrypto. */
export const signingCrypto: SigningCrypto = {
  prepareKey: (material) =>
    material.algorithm === 'ed25519' && material.use === 'sign'
      ? ed25519Signer(material.bytes)
      : crypto.prepareKey(material),
  ed25519PublicKey: async (seed) => publicHalf(await importSeed(seed)),
  randomBytes,
};

function hmacKey({ algorithm, bytes, use }: KeyMaterial, hash: string): PreparedKey {
  const secret = copyOf(bytes);
  const key = lazily(() => importHmac(secret, hash));
  return {
    algorithm,
    use,
    sign: async (content, encoding) =>
      encode(await subtle.sign('HMAC', await key(), await join(content)), encoding),
    verify: verifier(
      algorithm,
      ({ value, encoding }) => decodeSignature(value, byteEncoding(encoding)),
      async (content, value) => subtle.verify('HMAC', await key(), value, content),
    ),
  };
}

function tokenKey({ bytes, use }: KeyMaterial): PreparedKey {
  // WebCrypto compares MACs only: tokens are equal when their MACs under a random key are.
  const key = lazily(() => importHmac(randomBytes(32), 'SHA-256'));
  const token = copyOf(bytes);
  return {
    algorithm: 'token',
    use,
    sign: () => new TextDecoder().decode(token),
    async verify(_content, signatures) {
      const expected = await subtle.sign('HMAC', await key(), token);
      for (const { algorithm, value } of signatures) {
        if (algorithm !== 'token') continue;
        if (await subtle.verify('HMAC', await key(), expected, copyOf(encodeUtf8(value)))) return true;
      }
      return false;
    },
  };
}

function ed25519Signer(bytes: Uint8Array): PreparedKey {
  const { seed, publicKey } = splitEd25519PrivateKey(bytes);
  const key = lazily(async () => {
    const imported = await importSeed(seed);
    if (encodeHex(await publicHalf(imported)) !== encodeHex(publicKey)) throw mismatchedHalves();
    return imported;
  });
  return {
    algorithm: 'ed25519',
    use: 'sign',
    sign: async (content, encoding) =>
      encode(await subtle.sign('Ed25519', await key(), await join(content)), encoding),
    verify: () => false,
  };
}

function ed25519Verifier(bytes: Uint8Array): PreparedKey {
  checkEd25519PublicKey(bytes);
  const publicKey = copyOf(bytes);
  const key = lazily(() => subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']));
  return publicKeyVerifier('ed25519', async (content, value) =>
    subtle.verify('Ed25519', await key(), value, content),
  );
}

function ecdsaVerifier(bytes: Uint8Array): PreparedKey {
  const spki = copyOf(bytes);
  const key = lazily(() =>
    subtle
      .importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
      .catch((cause: unknown) => Promise.reject(notP256(cause))),
  );
  return publicKeyVerifier('ecdsa-p256-sha256', async (content, value) => {
    const raw = derToRaw(value);
    return raw !== undefined && subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, await key(), raw, content);
  });
}

type Bytes = Uint8Array<ArrayBuffer>;
type WebKey = Parameters<typeof subtle.sign>[1];
type Check = (content: Bytes, signature: Bytes) => Promise<boolean>;

function publicKeyVerifier(algorithm: Algorithm, check: Check): PreparedKey {
  const decode = ({ value, encoding }: Signature) => decodeSignature(value, encoding);
  return { algorithm, use: 'verify', sign: noPublicKeySigns, verify: verifier(algorithm, decode, check) };
}

function verifier(
  algorithm: Algorithm,
  decode: (signature: Signature) => Uint8Array | undefined,
  check: Check,
): PreparedKey['verify'] {
  return async (content, signatures) => {
    const bytes = await join(content);
    for (const signature of signatures) {
      const value = signature.algorithm === algorithm ? decode(signature) : undefined;
      if (value !== undefined && (await check(bytes, copyOf(value)))) return true;
    }
    return false;
  };
}

function importHmac(bytes: Bytes, hash: string): Promise<WebKey> {
  return subtle.importKey('raw', bytes, { name: 'HMAC', hash }, false, ['sign', 'verify']);
}

function importSeed(seed: Uint8Array): Promise<WebKey> {
  const pkcs8 = copyOf(concatBytes([PKCS8_HEADER, seed]));
  return subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']);
}

async function publicHalf(key: WebKey): Promise<Uint8Array> {
  const { x } = await subtle.exportKey('jwk', key);
  return decodeBase64Url(x ?? '') ?? new Uint8Array();
}

async function sha256(bytes: Bytes): Promise<Uint8Array> {
  return new Uint8Array(await subtle.digest('SHA-256', bytes));
}

async function join(content: readonly ContentPart[]): Promise<Bytes> {
  const parts: Uint8Array[] = [];
  for (const part of content) {
    if (part instanceof Uint8Array) parts.push(part);
    else
      parts.push(
        encodeUtf8(typeof part === 'string' ? part : encodeHex(await sha256(copyOf(part.sha256Hex)))),
      );
  }
  return copyOf(concatBytes(parts));
}

function encode(signature: ArrayBuffer, encoding: SignatureEncoding): string {
  const bytes = new Uint8Array(signature);
  const form = byteEncoding(encoding);
  if (form === 'hex') return encodeHex(bytes);
  return form === 'base64' ? encodeBase64(bytes) : toBase64Url(encodeBase64(bytes));
}

function randomBytes(length: number): Bytes {
  return globalThis.crypto.getRandomValues(new Uint8Array(length));
}

/** WebCrypto refuses views of shared memory, and a copy cannot change while it works. */
function copyOf(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}

function lazily(create: () => Promise<WebKey>): () => Promise<WebKey> {
  let key: Promise<WebKey> | undefined;
  return () => {
    key ??= create();
    return key;
  };
}
