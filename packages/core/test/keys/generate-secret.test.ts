import { createPrivateKey, createPublicKey, sign as signWith, verify as verifyWith } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generateKeyPair, generateSecret } from '../../src/keys/generate-secret.js';
import { signing, verifying } from '../../src/keys/key-purpose.js';
import { keyRing } from '../../src/keys/key-ring.js';
import { standardWebhooks } from '../../src/provider/standard-webhooks.js';
import { aiPlatform } from '../../src/providers/ai-platform.js';

describe('generateSecret', () => {
  it('makes 32 random bytes as `whsec_` and base64', () => {
    const secret = generateSecret();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
    expect(generateSecret()).not.toBe(secret);
  });

  it.each([standardWebhooks, aiPlatform])('makes what $name takes', ({ name, scheme }) => {
    const [key] = keyRing(generateSecret()).keysFor(scheme, verifying);
    expect({ name, algorithm: key?.key.algorithm }).toEqual({ name, algorithm: 'hmac-sha256' });
  });
});

describe('generateKeyPair', () => {
  it('makes a pair that the platform takes for a pair', async () => {
    const { secret, publicKey } = await generateKeyPair();
    expect(secret).toMatch(/^whsk_[A-Za-z0-9+/]{86}==$/);
    expect(publicKey).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
    const halves = Buffer.from(secret.slice(5), 'base64');
    expect(halves.subarray(32).toString('base64')).toBe(publicKey.slice(5));
    const d = halves.subarray(0, 32).toString('base64url');
    const x = halves.subarray(32).toString('base64url');
    const jwk = { kty: 'OKP', crv: 'Ed25519', x };
    const signature = signWith(
      null,
      Buffer.from('x'),
      createPrivateKey({ key: { ...jwk, d }, format: 'jwk' }),
    );
    expect(verifyWith(null, Buffer.from('x'), createPublicKey({ key: jwk, format: 'jwk' }), signature)).toBe(
      true,
    );
  });

  it('makes a signer of one half and a verifier of the other', async () => {
    const { secret, publicKey } = await generateKeyPair();
    const [signer] = keyRing(secret).keysFor(standardWebhooks.scheme, signing);
    const [verifier] = keyRing(publicKey).keysFor(standardWebhooks.scheme, verifying);
    const value = (await signer?.key.sign(['x'], 'base64')) ?? '';
    const given = [{ algorithm: 'ed25519', encoding: 'base64', value }] as const;
    expect(await verifier?.key.verify(['x'], given)).toBe(true);
  });
});
