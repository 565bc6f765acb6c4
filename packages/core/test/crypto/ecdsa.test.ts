import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors/webhook-error.js';
import { implementations, keyOf } from './implementations.js';

const CONTENT = Buffer.from('{"event":"delivered"}');
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const spki = publicKey.export({ format: 'der', type: 'spki' });

const integer = (bytes: Uint8Array) => Buffer.from([0x02, bytes.length, ...bytes]);
const sequence = (...parts: Uint8Array[]) => {
  const body = Buffer.concat(parts);
  return Buffer.from([0x30, body.length, ...body]);
};

interface Parts {
  readonly der: Buffer;
  /** The integers as DER writes them: shortest, with a zero before a high bit. */
  readonly r: Buffer;
  readonly s: Buffer;
}

/** A signature whose integers have what the case needs; each is one of a few hundred. */
function signatureWith(has: (parts: Parts) => boolean): Parts {
  for (let tries = 0; tries < 20_000; tries += 1) {
    const der = sign('sha256', CONTENT, privateKey);
    const rEnd = 4 + (der[3] ?? 0);
    const parts = { der, r: der.subarray(4, rEnd), s: der.subarray(rEnd + 2) };
    if (has(parts)) return parts;
  }
  throw new Error('no such signature');
}

const padded = signatureWith(({ r, s }) => r.length === 33 && s.length === 32);
const { der, r, s } = padded;
const order = Buffer.from('00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
const plusOrder = (value: Buffer) =>
  Buffer.from(
    (BigInt(`0x${value.toString('hex')}`) + BigInt(`0x${order.toString('hex')}`))
      .toString(16)
      .padStart(66, '0'),
    'hex',
  );

const MALFORMED: Record<string, Uint8Array> = {
  empty: Buffer.alloc(0),
  'a byte behind it': Buffer.concat([der, Buffer.of(0)]),
  'a byte behind the integers': sequence(integer(r), integer(s), Buffer.of(0)),
  'its last byte missing': der.subarray(0, -1),
  'one integer': sequence(integer(r)),
  'three integers': sequence(integer(r), integer(s), integer(s)),
  'a SET': Buffer.concat([Buffer.of(0x31), der.subarray(1)]),
  'an OCTET STRING within': sequence(integer(r), Buffer.from([0x04, s.length, ...s])),
  'the long form of the length': Buffer.concat([Buffer.of(0x30, 0x81), der.subarray(1)]),
  'the indefinite length': Buffer.concat([Buffer.of(0x30, 0x80), der.subarray(2), Buffer.of(0, 0)]),
  'a length that is too large': Buffer.concat([Buffer.of(0x30, (der[1] ?? 0) + 1), der.subarray(2)]),
  'an integer with a needless zero': sequence(integer(r), integer(Buffer.concat([Buffer.of(0), s]))),
  'an integer with two zeros': sequence(integer(Buffer.concat([Buffer.of(0), r])), integer(s)),
  'a negative integer': sequence(integer(r.subarray(1)), integer(s)),
  'an empty integer': sequence(integer(r), integer(Buffer.alloc(0))),
  'r and s without ASN.1': Buffer.concat([r.subarray(1), s]),
  'r and s exchanged': sequence(integer(s), integer(r)),
  'zeros for r and s': sequence(integer(Buffer.of(0)), integer(Buffer.of(0))),
  'the order of the curve for r': sequence(integer(order), integer(s)),
  's plus the order of the curve': sequence(integer(r), integer(plusOrder(s))),
};

const spkiOf = (type: 'ec' | 'ed25519', namedCurve: string) =>
  type === 'ec'
    ? generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'der', type: 'spki' })
    : generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' });

const NO_KEYS: Record<string, Uint8Array> = {
  nothing: Buffer.alloc(0),
  text: Buffer.from('-----BEGIN PUBLIC KEY-----'),
  'the point without SPKI': spki.subarray(-65),
  'a key that is cut off': spki.subarray(0, -1),
  'a P-384 key': spkiOf('ec', 'secp384r1'),
  'a secp256k1 key': spkiOf('ec', 'secp256k1'),
  'an Ed25519 key': spkiOf('ed25519', ''),
  'a point that is not on the curve': Buffer.concat([
    spki.subarray(0, -1),
    Buffer.of((spki.at(-1) ?? 0) ^ 1),
  ]),
};

describe.each(implementations)('ECDSA P-256 by $name', ({ crypto }) => {
  const verify = async (signature: Uint8Array, content: Uint8Array = CONTENT, key: Uint8Array = spki) => {
    const prepared = await keyOf(crypto, 'ecdsa-p256-sha256', key, 'verify');
    const value = Buffer.from(signature).toString('base64');
    return prepared.verify([content], [{ algorithm: 'ecdsa-p256-sha256', encoding: 'der-base64', value }]);
  };

  it('accepts a DER signature and refuses it for other content', async () => {
    expect(await verify(der)).toBe(true);
    expect(await verify(sequence(integer(r), integer(s)))).toBe(true);
    expect(await verify(der, Buffer.from('{"event":"Delivered"}'))).toBe(false);
  });

  it.each<{ name: string; has: (parts: Parts) => boolean }>([
    {
      name: 'both integers with a leading zero',
      has: (parts) => parts.r.length === 33 && parts.s.length === 33,
    },
    { name: 'an r of 31 bytes', has: (parts) => parts.r.length === 31 },
    { name: 'an s of 31 bytes', has: (parts) => parts.s.length === 31 },
  ])('accepts $name', async ({ has }) => {
    expect(await verify(signatureWith(has).der)).toBe(true);
  });

  it.each(Object.entries(MALFORMED))('refuses %s', async (_name, signature) => {
    expect(await verify(signature)).toBe(false);
  });

  it.each(Object.entries(NO_KEYS))('says that %s is no key', async (_name, key) => {
    // WebCrypto tells only when the key is first used.
    await expect(verify(der, CONTENT, key)).rejects.toBeInstanceOf(ConfigurationError);
  });
});
