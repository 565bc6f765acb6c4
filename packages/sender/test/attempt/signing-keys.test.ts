import { createVerifier, type Provider, sign } from '@countersign/core';
import { describe, expect, it, test } from 'vitest';
import { SigningKeys } from '../../src/attempt/signing-keys.js';
import { providers } from './providers.js';
import { NOW, OLD_SECRET, SECRET } from './targets.js';

const NOW_MS = NOW.getTime();
const OLDER_SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const HOUR_MS = 3_600_000;

const current = { id: 's3', text: SECRET, expiresAtMs: undefined };
const old = { id: 's2', text: OLD_SECRET, expiresAtMs: NOW_MS + HOUR_MS };
const older = { id: 's1', text: OLDER_SECRET, expiresAtMs: NOW_MS + HOUR_MS / 2 };

const BODY = `{"id":"evt_1","type":"a","created":${NOW_MS / 1000},"event":"a","data":{},"event_id":"evt_1","event_type":"a","timestamp":`;
const bodyFor = ({ name }: Provider, atMs: number): string =>
  `${BODY}${name === 'empJobQueue' ? atMs : `"${new Date(atMs).toISOString()}"`}}`;

/** Which secrets a request that is signed at a time verifies with. */
async function validWith(keys: SigningKeys, provider: Provider, atMs: number): Promise<readonly string[]> {
  const at = new Date(atMs);
  const input = { id: 'evt_1', timestamp: at, body: bodyFor(provider, atMs) };
  const request = await sign(input, { provider, secret: keys.forProvider(provider, atMs) });
  const valid: string[] = [];
  for (const { id, text } of [current, old, older]) {
    const verifier = createVerifier({ provider, secrets: text });
    await verifier.verify(request, { receivedAt: at }).then(
      () => valid.push(id),
      () => undefined,
    );
  }
  return valid;
}

const listing = providers.filter(({ scheme }) => scheme.listsSignatures === true);
const single = providers.filter(({ scheme }) => scheme.listsSignatures !== true);

test('standardWebhooks and stripe list signatures, the others have one', () => {
  expect(listing.map(({ name }) => name)).toEqual(['standardWebhooks', 'stripe']);
});

test.each(providers)('$name signs with the only secret', async (provider) => {
  expect(await validWith(new SigningKeys([current]), provider, NOW_MS)).toEqual(['s3']);
});

describe.each(listing)('$name, while secrets rotate', (provider) => {
  const keys = new SigningKeys([current, old, older]);

  it('has a signature of each', async () => {
    expect(await validWith(keys, provider, NOW_MS)).toEqual(['s3', 's2', 's1']);
  });

  it('has none of what has expired', async () => {
    expect(await validWith(keys, provider, NOW_MS + HOUR_MS / 2 - 1)).toEqual(['s3', 's2', 's1']);
    expect(await validWith(keys, provider, NOW_MS + HOUR_MS / 2)).toEqual(['s3', 's2']);
    expect(await validWith(keys, provider, NOW_MS + HOUR_MS)).toEqual(['s3']);
  });
});

describe.each(single)('$name, while secrets rotate', (provider) => {
  const keys = new SigningKeys([current, old, older]);

  it('keeps the oldest that is valid, and the new one from the end of the overlap on', async () => {
    expect(await validWith(keys, provider, NOW_MS)).toEqual(['s1']);
    expect(await validWith(keys, provider, NOW_MS + HOUR_MS / 2 - 1)).toEqual(['s1']);
    expect(await validWith(keys, provider, NOW_MS + HOUR_MS / 2)).toEqual(['s2']);
    expect(await validWith(keys, provider, NOW_MS + HOUR_MS - 1)).toEqual(['s2']);
    expect(await validWith(keys, provider, NOW_MS + HOUR_MS)).toEqual(['s3']);
  });

  it('does so with two of them too', async () => {
    const two = new SigningKeys([current, old]);
    expect(await validWith(two, provider, NOW_MS)).toEqual(['s2']);
    expect(await validWith(two, provider, NOW_MS + HOUR_MS)).toEqual(['s3']);
  });

  it('signs with nothing once all have expired', async () => {
    const gone = new SigningKeys([old, older]);
    await expect(validWith(gone, provider, NOW_MS + HOUR_MS)).rejects.toThrow('no secret is valid');
  });

  it('prepares each ring once', () => {
    const ring = keys.forProvider(provider, NOW_MS);
    expect(keys.forProvider(provider, NOW_MS + 1)).toBe(ring);
    expect(keys.forProvider(provider, NOW_MS + HOUR_MS)).not.toBe(ring);
  });
});
