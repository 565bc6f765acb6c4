import { createVerifier } from '@countersign/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { all, bytes, forBytes, ids, json, NOW, secrets, signed } from './deliveries.js';

describe('what is signed is verified', () => {
  it.each(forBytes)('$name: any bytes', async (provider) => {
    await fc.assert(
      fc.asyncProperty(bytes, ids, secrets, async (body, id, secret) => {
        const { headers } = await signed(provider, { secret, id, body, data: null });
        const verifier = createVerifier({ provider, secrets: secret, now: () => NOW.getTime() });
        const verified = await verifier.verify({ headers, body });
        expect(verified.body).toBe(body);
        if (provider.scheme.authenticates.id) expect(verified.id).toBe(id);
      }),
    );
  });

  it.each(all)('$name: any JSON as data', async (provider) => {
    await fc.assert(
      fc.asyncProperty(json, ids, secrets, async (data, id, secret) => {
        const { headers, body } = await signed(provider, { secret, id, data });
        const verifier = createVerifier({ provider, secrets: secret, now: () => NOW.getTime() });
        const verified = await verifier.verify({ headers, body });
        const decoded = provider.envelope.decode(
          JSON.parse(Buffer.from(body).toString()),
          (name) => headers[name],
        );
        expect(verified.keyId).toBe('k0');
        expect(decoded.data).toEqual(JSON.parse(JSON.stringify(data)));
      }),
    );
  });

  it.each(all)('$name: but not with another secret', async (provider) => {
    await fc.assert(
      fc.asyncProperty(json, ids, secrets, secrets, async (data, id, secret, other) => {
        fc.pre(secret !== other);
        const { headers, body } = await signed(provider, { secret, id, data });
        const verifier = createVerifier({ provider, secrets: other, now: () => NOW.getTime() });
        await expect(verifier.verify({ headers, body })).rejects.toMatchObject({
          code: 'signature_mismatch',
        });
      }),
    );
  });
});
