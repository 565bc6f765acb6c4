import { createReceiver, createVerifier, generateKeyPair, keyRing, sign } from '@countersign/core';
import { fakeClock } from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import { verifying } from '../../packages/core/src/keys/key-purpose.js';
import { standardWebhooks } from '../../packages/core/src/provider/standard-webhooks.js';
import { BodyCollector } from '../../packages/core/src/request/read-body.js';
import { diagnose } from '../../packages/core/src/verify/diagnose.js';

const secret = 'whsec_Y291bnRlcnNpZ24tdGVzdC1zZWNyZXQtMzItYnl0ZXM=';

/** `depth` arrays around as many elements as fit: indented, every line is twice as long as the depth. */
function nested(depth: number, bytes: number): Uint8Array {
  const elements = '1,'.repeat((bytes - 2 * depth) / 2 - 1);
  return new TextEncoder().encode(`${'['.repeat(depth)}${elements}1${']'.repeat(depth)}`);
}

describe('a mismatch costs little to look into, whatever the body is', () => {
  test.each([1, 18, 30, 500, 3000])('nesting of %i', async (depth) => {
    const body = nested(depth, 65_000);
    let lookedAt = 0;
    const [ringKey] = keyRing(secret).keysFor(standardWebhooks.scheme, verifying);
    if (ringKey === undefined) throw new Error('the ring is empty');
    const key = {
      ...ringKey.key,
      verify: (content: readonly unknown[]) => {
        for (const part of content) if (part instanceof Uint8Array) lookedAt += part.length;
        return false;
      },
    };
    const signatures = [{ algorithm: 'hmac-sha256', encoding: 'base64', value: 'AAAA' }] as const;
    const message = { id: 'a', timestamp: '1', body };
    const claimed = { message, credentials: { signatures }, keys: [{ ...ringKey, key }], receivedAtMs: 0 };
    expect(await diagnose(standardWebhooks.scheme, claimed)).toMatch(/no secret matches/);
    expect(lookedAt).toBeGreaterThan(0);
    expect(lookedAt).toBeLessThan(40 * body.length);
  });
});

test('a body of one-byte chunks is kept in one buffer, no larger than twice the body', () => {
  const collector = new BodyCollector(1_000_000);
  for (let n = 0; n < 300_000; n += 1) collector.add(Uint8Array.of(n % 251));
  const body = collector.bytes();
  expect(body).toEqual(Uint8Array.from({ length: 300_000 }, (_, n) => n % 251));
  expect(body.buffer.byteLength).toBeLessThanOrEqual(600_000);
});

test('a chunk that was given is not written into', () => {
  const collector = new BodyCollector(100);
  const first = Uint8Array.of(1, 2, 3, 4);
  collector.add(first.subarray(0, 2));
  collector.add(Uint8Array.of(9));
  expect([first, collector.bytes()]).toEqual([Uint8Array.of(1, 2, 3, 4), Uint8Array.of(1, 2, 9)]);
});

describe('public-key signatures times keys', () => {
  const publicKeys = async (count: number): Promise<readonly string[]> =>
    (await Promise.all(Array.from({ length: count }, () => generateKeyPair()))).map(
      ({ publicKey }) => publicKey,
    );

  test('are refused beyond 32, before any is checked', async () => {
    const pair = await generateKeyPair();
    const { headers, body } = await sign({ id: 'm1', body: '{}' }, { secret: pair.secret });
    const signature = headers['webhook-signature'] ?? '';
    const verifier = createVerifier({ secrets: [pair.publicKey, ...(await publicKeys(4))] });
    const withSignatures = (count: number) => ({
      ...headers,
      'webhook-signature': Array.from({ length: count }, () => signature).join(' '),
    });
    await expect(verifier.verify({ headers: withSignatures(6), body })).resolves.toMatchObject({
      keyId: 'k0',
    });
    await expect(verifier.verify({ headers: withSignatures(7), body })).rejects.toMatchObject({
      code: 'malformed_header',
    });
  });
});

test('a handshake that hangs is answered', async () => {
  const clock = fakeClock();
  const provider = { ...standardWebhooks, handshake: () => new Promise<undefined>(() => {}) };
  const receiver = createReceiver({ provider, secrets: secret, schedule: clock.schedule }).onUnhandled(
    () => {},
  );
  const answer = receiver.handle({ method: 'GET', url: '/', headers: {}, body: new Uint8Array() });
  await clock.advance(25_000);
  expect((await answer).status).toBe(503);
});

test('a handshake cannot write a header that the wire does not have', async () => {
  const forged = { status: 200, headers: { 'x-challenge': 'a\nset-cookie: b' }, body: new Uint8Array() };
  const provider = { ...standardWebhooks, handshake: () => forged };
  const receiver = createReceiver({ provider, secrets: secret, onOutcome: () => {} }).onUnhandled(() => {});
  expect((await receiver.fetch(new Request('http://localhost/?c=a'))).status).toBe(500);
});
