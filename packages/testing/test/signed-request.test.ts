import { createVerifier, generateSecret, type Provider, standardWebhooks } from '@countersign/core';
import { aiPlatform } from '@countersign/core/providers/ai-platform';
import { dcisionai } from '@countersign/core/providers/dcisionai';
import { deliveryFlow } from '@countersign/core/providers/delivery-flow';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { github } from '@countersign/core/providers/github';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import { stripe } from '@countersign/core/providers/stripe';
import { describe, expect, test } from 'vitest';
import { alteredRequest, type SignedRequest, signedRequest } from '../src/index.js';

const secret = generateSecret();
const now = new Date('2026-03-01T12:00:00Z');
const providers: readonly Provider[] = [
  standardWebhooks,
  stripe,
  github,
  deliveryFlow,
  dcisionai,
  aiPlatform,
  ragEngine,
  empJobQueue,
];

const verify = (provider: Provider, request: SignedRequest) =>
  createVerifier({ provider, secrets: secret, now: () => now.getTime() }).verify(request);

const jsonOf = ({ body }: SignedRequest): unknown => JSON.parse(new TextDecoder().decode(body));

describe.each(providers.map((provider) => [provider.name, provider] as const))('%s', (_name, provider) => {
  // stripe's envelope wants its own shape of the payload.
  const event = { id: 'evt_7', type: 'order.paid', data: { object: { amount: 1 } } };
  const build = () => signedRequest({ provider, secret, event, timestamp: now });

  test('a request as the sender makes it is verified', async () => {
    await expect(verify(provider, await build())).resolves.toMatchObject({ keyId: 'k0' });
  });

  test('a request signed with another secret is refused', async () => {
    const request = await signedRequest({ provider, secret: generateSecret(), event, timestamp: now });
    await expect(verify(provider, request)).rejects.toMatchObject({ code: 'signature_mismatch' });
  });

  test('a tampered body is refused', async () => {
    const tampered = alteredRequest(await build(), {
      body: (text) => text.replace('"amount":', '"amounts":'),
    });
    expect(tampered.body).not.toEqual((await build()).body);
    await expect(verify(provider, tampered)).rejects.toMatchObject({ code: 'signature_mismatch' });
  });
});

test('a stale time is refused as too old', async () => {
  const request = await signedRequest({ secret, timestamp: new Date(now.getTime() - 301_000) });
  await expect(verify(standardWebhooks, request)).rejects.toMatchObject({ code: 'timestamp_too_old' });
});

test('the envelope says the attempt, the endpoint and that it is a test', async () => {
  const happenedAt = new Date('2026-03-01T11:00:00Z');
  const request = await signedRequest({
    provider: empJobQueue,
    secret,
    event: { id: 'evt_7', type: 'job.completed', timestamp: happenedAt, data: { job_id: 'j' } },
    attempt: 3,
    timestamp: now,
    endpointId: 'ep_9',
    test: true,
  });
  expect(jsonOf(request)).toEqual({
    event_type: 'job.completed',
    event_id: 'evt_7',
    timestamp: now.getTime(),
    webhook_id: 'ep_9',
    data: { job_id: 'j' },
    metadata: { retry_attempt: 2, original_timestamp: happenedAt.getTime(), test: true },
  });
  expect(request.headers).toMatchObject({ 'x-event-id': 'evt_7', 'content-type': 'application/json' });
});

test('the id of the delivery is the id of the event, unless it is given', async () => {
  const options = { provider: deliveryFlow, secret, event: { id: 'evt_7' }, timestamp: now };
  expect((await signedRequest(options)).headers).toMatchObject({ 'x-delivery-id': 'evt_7' });
  const own = await signedRequest({ ...options, id: 'dlv_1' });
  expect(own.headers).toMatchObject({ 'x-delivery-id': 'dlv_1' });
  expect(jsonOf(own)).toMatchObject({ id: 'evt_7' });
});

test('a body of its own is signed and sent as it is', async () => {
  const request = await signedRequest({ secret, timestamp: now, body: ' {"type": "x" }\n' });
  expect(new TextDecoder().decode(request.body)).toBe(' {"type": "x" }\n');
  await expect(verify(standardWebhooks, request)).resolves.toMatchObject({ id: 'evt_1' });
});

test('several secrets sign side by side where the provider lists signatures', async () => {
  const request = await signedRequest({ secret: [generateSecret(), secret], timestamp: now });
  expect(request.headers['webhook-signature']?.split(' ')).toHaveLength(2);
  await expect(verify(standardWebhooks, request)).resolves.toBeDefined();
});

test('an altered request is another one: what it was made of stays as it was', async () => {
  const request = await signedRequest({ secret, timestamp: now });
  const before = structuredClone(request);
  const headers = { 'webhook-id': 'other', 'webhook-signature': undefined, 'x-more': '1' };
  const altered = alteredRequest(request, { method: 'PUT', headers, body: new Uint8Array([1]) });
  expect(altered).toEqual({
    method: 'PUT',
    headers: {
      'content-type': 'application/json',
      'webhook-id': 'other',
      'webhook-timestamp': request.headers['webhook-timestamp'],
      'x-more': '1',
    },
    body: new Uint8Array([1]),
  });
  expect(request).toEqual(before);
  expect(alteredRequest(request, {})).toEqual(request);
});

test('what the provider cannot sign is refused where it is built', async () => {
  await expect(signedRequest({ secret, id: 'a.b' })).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(signedRequest({ secret: '' })).rejects.toMatchObject({ code: 'invalid_secret' });
});
