import { describe, expect, it } from 'vitest';
import vectors from '../../../../test/vectors/ed25519-rfc8032.json' with { type: 'json' };
import weak from '../../../../test/vectors/ed25519-weak-keys.json' with { type: 'json' };
import { ConfigurationError } from '../../src/errors/webhook-error.js';
import { fromHex, implementations, keyOf } from './implementations.js';

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const [first] = vectors.vectors;
const { seed, publicKey, signature } = first ?? { seed: '', publicKey: '', signature: '' };

/** `R` with another `S` that has the same remainder: verifies wherever `S` is not checked to be below the order. */
function withLargerS(hex: string): string {
  const s = BigInt(`0x${Buffer.from(hex.slice(64), 'hex').reverse().toString('hex')}`) + ORDER;
  return hex.slice(0, 64) + Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse().toString('hex');
}

describe.each(implementations)('Ed25519 by $name', ({ crypto }) => {
  it.each(vectors.vectors)('RFC 8032, $name', async (vector) => {
    const signer = await keyOf(crypto, 'ed25519', fromHex(vector.seed + vector.publicKey), 'sign');
    const verifier = await keyOf(crypto, 'ed25519', fromHex(vector.publicKey), 'verify');
    const content = [fromHex(vector.message)];
    expect(await signer.sign(content, 'hex')).toBe(vector.signature);
    const given = { algorithm: 'ed25519', encoding: 'hex', value: vector.signature } as const;
    expect(await verifier.verify(content, [given])).toBe(true);
    expect(await verifier.verify([...content, ' '], [given])).toBe(false);
    expect(Buffer.from(await crypto.ed25519PublicKey(fromHex(vector.seed))).toString('hex')).toBe(
      vector.publicKey,
    );
  });

  it.each(weak.smallOrder)('refuses the public key $publicKey, of order $order', async (key) => {
    const refused = keyOf(crypto, 'ed25519', fromHex(key.publicKey), 'verify');
    await expect(refused).rejects.toThrow('is of small order or not canonically encoded');
    await expect(refused).rejects.toBeInstanceOf(ConfigurationError);
  });

  it.each(weak.notCanonical)('refuses the public key %s, whose y is not below p', async (key) => {
    await expect(keyOf(crypto, 'ed25519', fromHex(key), 'verify')).rejects.toThrow('not canonically encoded');
  });

  it('refuses all five small-order points with both sign bits, and all 38 encodings from p on', () => {
    expect(weak.smallOrder).toHaveLength(10);
    expect(weak.notCanonical).toHaveLength(38);
  });

  it.each(['ff'.repeat(30), 'ee'.repeat(30)])(
    'takes the largest y below p and keys near it (%s)',
    async (middle) => {
      const y = `eb${middle}7f`;
      const key = await keyOf(crypto, 'ed25519', fromHex(y), 'verify');
      expect(await key.verify(['x'], [{ algorithm: 'ed25519', encoding: 'hex', value: signature }])).toBe(
        false,
      );
    },
  );

  it('refuses a signature whose S is not below the order of the base point', async () => {
    const key = await keyOf(crypto, 'ed25519', fromHex(publicKey), 'verify');
    const malleable = withLargerS(signature);
    expect(malleable).toHaveLength(128);
    expect(await key.verify([], [{ algorithm: 'ed25519', encoding: 'hex', value: malleable }])).toBe(false);
  });

  it.each([0, 31, 33, 64])('refuses a public key of %i bytes', async (length) => {
    const bytes = new Uint8Array(length).fill(9);
    const refused = keyOf(crypto, 'ed25519', bytes, 'verify');
    await expect(refused).rejects.toThrow(`must be 32 bytes, got ${length}`);
  });

  it.each([0, 32, 63, 65])('refuses a private key of %i bytes', async (length) => {
    const refused = keyOf(crypto, 'ed25519', new Uint8Array(length), 'sign');
    await expect(refused).rejects.toThrow(`must be 64 bytes (seed, then public key), got ${length}`);
  });

  it('refuses a private key whose second half is not the public key of the first', async () => {
    const other = vectors.vectors[1]?.publicKey ?? '';
    const signed = keyOf(crypto, 'ed25519', fromHex(seed + other), 'sign').then((key) =>
      key.sign(['x'], 'hex'),
    );
    await expect(signed).rejects.toThrow('is not the public key of its first half');
    await expect(signed).rejects.toBeInstanceOf(ConfigurationError);
  });

  it('verifies nothing with a private key and signs nothing with a public one', async () => {
    const signer = await keyOf(crypto, 'ed25519', fromHex(seed + publicKey), 'sign');
    expect(await signer.verify([], [{ algorithm: 'ed25519', encoding: 'hex', value: signature }])).toBe(
      false,
    );
    const verifier = await keyOf(crypto, 'ed25519', fromHex(publicKey), 'verify');
    expect(() => verifier.sign([], 'hex')).toThrow('a public key cannot sign: give the private key');
  });
});
