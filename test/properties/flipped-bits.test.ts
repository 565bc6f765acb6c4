import { createVerifier, isWebhookError, type Provider, type SignedDelivery } from '@countersign/core';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { all, bytes, forBytes, forJson, ids, json, NOW, secrets, signed } from './deliveries.js';

/** Where a change is made, as a fraction, and which bit it turns. */
const places = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  bit: fc.nat(7),
});
type Place = typeof places extends fc.Arbitrary<infer Value> ? Value : never;

function flipped(whole: Uint8Array, { at, bit }: Place): Uint8Array {
  const changed = Uint8Array.from(whole);
  const index = Math.floor(at * changed.length);
  changed[index] = (changed[index] ?? 0) ^ (1 << bit);
  return changed;
}

/** Flips a bit of a header's text: what no HTTP parser lets through is refused all the same. */
function withFlippedHeader({ headers, body }: SignedDelivery, name: string, place: Place): SignedDelivery {
  const value = Buffer.from(flipped(Buffer.from(headers[name] ?? '', 'latin1'), place)).toString('latin1');
  return { headers: { ...headers, [name]: value }, body };
}

async function expectRefused(provider: Provider, secret: string, changed: SignedDelivery): Promise<void> {
  const verifier = createVerifier({ provider, secrets: secret, now: () => NOW.getTime() });
  const result: unknown = await verifier.verify(changed).catch((error: unknown) => error);
  expect(isWebhookError(result), 'a changed delivery was accepted').toBe(true);
}

describe('any flipped bit fails', () => {
  it.each(
    all.flatMap((provider) => provider.scheme.headers.map((name) => ({ provider, by: provider.name, name }))),
  )('$by: of $name', async ({ provider, name }) => {
    await fc.assert(
      fc.asyncProperty(json, ids, secrets, places, async (data, id, secret, place) => {
        const delivery = await signed(provider, { secret, id, data });
        await expectRefused(provider, secret, withFlippedHeader(delivery, name, place));
      }),
    );
  });

  it.each(forBytes)('$name: of a body of any bytes', async (provider) => {
    await fc.assert(
      fc.asyncProperty(bytes, ids, secrets, places, async (body, id, secret, place) => {
        fc.pre(body.length > 0);
        const { headers } = await signed(provider, { secret, id, body, data: null });
        await expectRefused(provider, secret, { headers, body: flipped(body, place) });
      }),
    );
  });

  // ragEngine signs the value of `data`, not its spelling: its own tests tell which changes those are.
  it.each(forJson.filter((provider) => provider !== ragEngine))('$name: of a JSON body', async (provider) => {
    await fc.assert(
      fc.asyncProperty(json, ids, secrets, places, async (data, id, secret, place) => {
        const { headers, body } = await signed(provider, { secret, id, data });
        await expectRefused(provider, secret, { headers, body: flipped(body, place) });
      }),
    );
  });

  it.each(forBytes)('$name: any byte more or less', async (provider) => {
    await fc.assert(
      fc.asyncProperty(bytes, fc.nat(255), ids, secrets, async (body, byte, id, secret) => {
        const { headers } = await signed(provider, { secret, id, body, data: null });
        const longer = Uint8Array.from([...body, byte]);
        await expectRefused(provider, secret, { headers, body: longer });
        if (body.length > 0) await expectRefused(provider, secret, { headers, body: body.subarray(0, -1) });
      }),
    );
  });

  it('ragEngine: another value of `data`', async () => {
    await fc.assert(
      fc.asyncProperty(json, json, secrets, async (data, other, secret) => {
        fc.pre(JSON.stringify(sorted(data)) !== JSON.stringify(sorted(other)));
        const { headers } = await signed(ragEngine, { secret, id: 'x', data });
        const { body } = await signed(ragEngine, { secret, id: 'x', data: other });
        await expectRefused(ragEngine, secret, { headers, body });
      }),
    );
  });
});

/** The value with its members in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, sorted(member)]);
}
