import { createVerifier, generateSecret, isWebhookError, sign } from '@countersign/core';
import { stripe } from '@countersign/core/providers/stripe';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

const secret = generateSecret();
const seconds = Math.floor(Date.now() / 1000);
const timestamp = new Date(seconds * 1000);
const payload = JSON.stringify(
  {
    id: 'evt_1',
    object: 'event',
    created: seconds,
    data: { object: { id: 'in_1', text: 'é😀$&' } },
    type: 'invoice.paid',
  },
  null,
  2,
);
const body = Buffer.from(payload);
const { webhooks } = new Stripe('sk_test_not_a_key');

const verify = (header: string) =>
  createVerifier({ provider: stripe, secrets: secret }).verify({
    headers: { 'stripe-signature': header },
    body,
  });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error: unknown) => (isWebhookError(error) ? error.code : error),
  );

describe('stripe', () => {
  it('verifies what we sign', async () => {
    const { headers } = await sign({ timestamp, body: payload }, { provider: stripe, secret });
    const header = headers['stripe-signature'] ?? '';
    expect(webhooks.constructEvent(payload, header, secret)).toEqual(JSON.parse(payload));
    expect(() => webhooks.constructEvent(`${payload} `, header, secret)).toThrow('No signatures found');
    expect(() => webhooks.constructEvent(payload, header, generateSecret())).toThrow('No signatures found');
  });

  it('signs what we verify', async () => {
    const header = webhooks.generateTestHeaderString({ payload, secret, timestamp: seconds });
    const verified = await verify(header);
    expect([verified.id, verified.timestamp]).toEqual(['evt_1', timestamp]);
    const { headers } = await sign({ timestamp, body: payload }, { provider: stripe, secret });
    expect(headers['stripe-signature']).toBe(header);
  });

  it('accepts both signatures of a rotation, and so do we', async () => {
    const { headers } = await sign(
      { timestamp, body: payload },
      { provider: stripe, secret: [generateSecret(), secret] },
    );
    const header = headers['stripe-signature'] ?? '';
    expect(webhooks.constructEvent(payload, header, secret)).toMatchObject({ id: 'evt_1' });
    expect((await verify(header)).keyId).toBe('k0');
  });

  it('and we refuse the same: another scheme, another time, another secret, a stale one', async () => {
    const make = (options: object) =>
      webhooks.generateTestHeaderString({ payload, secret, timestamp: seconds, ...options });
    const right = make({});
    const wrong = [
      make({ scheme: 'v0' }),
      right.replace(String(seconds), String(seconds + 1)),
      make({ secret: generateSecret() }),
      make({ timestamp: seconds - 301 }),
    ];
    for (const header of wrong) {
      expect(() => webhooks.constructEvent(payload, header, secret)).toThrow();
      expect(await codeOf(verify(header))).toMatch(/^(signature_mismatch|timestamp_too_old)$/);
    }
    expect(await codeOf(verify(right))).toBe('accepted');
  });
});
