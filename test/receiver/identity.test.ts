import { createHash } from 'node:crypto';
import {
  createVerifier,
  type Provider,
  type SecretsOption,
  sign,
  standardWebhooks,
  type VerificationOptions,
  type VerifiedDelivery,
  type WebhookEvent,
} from '@countersign/core';
import { aiPlatform } from '@countersign/core/providers/ai-platform';
import { dcisionai } from '@countersign/core/providers/dcisionai';
import { deliveryFlow } from '@countersign/core/providers/delivery-flow';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { github } from '@countersign/core/providers/github';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import { stripe } from '@countersign/core/providers/stripe';
import { fakeClock } from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import {
  type DeliverySpec,
  delivery,
  otherSecret,
  scriptedStore,
  secret,
  stage,
  textSecret,
} from './harness.js';

const now = Date.parse('2026-01-01T00:00:00Z');
const iso = '2026-01-01T00:00:00.000Z';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A body of each provider with the id `id`, where it has a place for one, and something that differs. */
const bodies: Readonly<Record<string, (id: string, n: number) => string>> = {
  standardWebhooks: (_id, n) => `{"type":"a","timestamp":"${iso}","data":${n}}`,
  deliveryFlow: (_id, n) => `{"id":"evt","event":"a","timestamp":"${iso}","data":${n}}`,
  aiPlatform: (id, n) =>
    `{"event_id":"${id}","event_type":"a","timestamp":"${iso}","data":{},"retry_count":${n}}`,
  empJobQueue: (id, n) => `{"event_id":"${id}","event_type":"a","timestamp":${now},"data":{},"n":${n}}`,
  stripe: (id, n) => `{"id":"${id}","type":"a","created":${now / 1000},"data":{"object":${n}}}`,
};

async function verified(
  provider: Provider,
  spec: DeliverySpec & { readonly path?: string } = {},
  options: Partial<VerificationOptions> & { readonly secrets?: SecretsOption } = {},
): Promise<VerifiedDelivery> {
  const { path: url = '/', ...rest } = spec;
  const request = await delivery(fakeClock(), { provider, ...rest });
  const secrets = provider === standardWebhooks ? [otherSecret, secret] : [`${textSecret}-2`, textSecret];
  const verifier = createVerifier({ provider, secrets, now: () => now, ...options });
  return verifier.verify({ ...request, url });
}

describe("the identity is the provider's own", () => {
  test.each([
    ['standardWebhooks', standardWebhooks, 'webhook-id'],
    ['deliveryFlow', deliveryFlow, 'X-Delivery-Id'],
    ['aiPlatform', aiPlatform, "the signed body's event_id"],
    ['empJobQueue', empJobQueue, "the signed body's event_id"],
    ['stripe', stripe, "the signed body's id"],
  ])('%s: %3$s, whatever else differs', async (name, provider) => {
    const spec = (id: string, n: number): DeliverySpec => ({ id, body: bodies[name]?.(id, n) ?? '' });
    const [first, again, other] = await Promise.all([
      verified(provider, spec('id-1', 1)),
      verified(provider, spec('id-1', 2)),
      verified(provider, spec('id-2', 1)),
    ]);
    expect([first.id, again.id, other.id]).toEqual(['id-1', 'id-1', 'id-2']);
    expect(again.replayKey).toBe(first.replayKey);
    expect(other.replayKey).not.toBe(first.replayKey);
  });

  test.each([
    ['github', github, { 'x-github-event': 'push', 'x-github-delivery': 'fresh-for-each-copy' }],
    ['dcisionai', dcisionai, {}],
  ])("%s has no id: SHA-256 of the body, and it is the event's id", async (_name, provider, headers) => {
    const body = '{"event":"a","data":{}}';
    expect((await verified(provider, { body, headers })).id).toBe(sha256(body));
    const { clock, receiver } = stage({ provider, replay: false });
    const events: WebhookEvent[] = [];
    receiver.onUnhandled((event) => events.push(event));
    await receiver.handle(await delivery(clock, { provider, body, headers }));
    expect(events.map((event) => event.id)).toEqual([sha256(body)]);
  });

  test('ragEngine: SHA-256 of `event`, NUL and canonical `data`', async () => {
    const body = '{"event":"doc.done","timestamp":"2026-01-01T00:00:00","data":{"b":1,"a":"é"}}';
    const delivered = await verified(ragEngine, { body });
    expect(delivered.id).toBe(sha256('doc.done\0{"a": "\\u00e9", "b": 1}'));
  });
});

describe('a missing or malformed identity is 400, never a fallback, and writes nothing', () => {
  const long = 'x'.repeat(257);
  test.each<[string, Provider, string, Record<string, string | undefined>]>([
    [
      'standardWebhooks without webhook-id',
      standardWebhooks,
      bodies['standardWebhooks']?.('', 1) ?? '',
      { 'webhook-id': undefined },
    ],
    [
      'standardWebhooks with a delimiter in it',
      standardWebhooks,
      bodies['standardWebhooks']?.('', 1) ?? '',
      { 'webhook-id': 'a.b' },
    ],
    [
      'deliveryFlow without X-Delivery-Id',
      deliveryFlow,
      bodies['deliveryFlow']?.('', 1) ?? '',
      { 'x-delivery-id': undefined },
    ],
    ['aiPlatform without event_id', aiPlatform, '{"event_type":"a","data":{}}', { 'x-event-id': 'unsigned' }],
    ['aiPlatform with a number', aiPlatform, '{"event_id":1,"event_type":"a","data":{}}', {}],
    ['aiPlatform with 257 characters', aiPlatform, bodies['aiPlatform']?.(long, 1) ?? '', {}],
    ['empJobQueue with an empty one', empJobQueue, bodies['empJobQueue']?.('', 1) ?? '', {}],
    ['empJobQueue with a space', empJobQueue, bodies['empJobQueue']?.('a b', 1) ?? '', {}],
    ['stripe with null', stripe, `{"id":null,"type":"a","created":${now / 1000},"data":{}}`, {}],
    ['stripe with an object that would be its text', stripe, '{"id":["evt"],"type":"a","data":{}}', {}],
  ])('%s', async (_name, provider, body, headers) => {
    const clock = fakeClock();
    const store = scriptedStore(clock);
    const set = stage(
      { provider, secrets: provider === standardWebhooks ? secret : textSecret, replay: store },
      clock,
    );
    set.receiver.onUnhandled(() => {});
    const answer = await set.receiver.handle(await delivery(clock, { provider, body, headers }));
    expect(answer.status).toBe(400);
    expect(store.calls).toEqual([]);
  });
});

describe('`replayIdentity` overrides', () => {
  const body = bodies['standardWebhooks']?.('', 1) ?? '';

  test('it sees the verified delivery, and its answer alone makes the key', async () => {
    const seen: unknown[] = [];
    const replayIdentity = (delivered: Omit<VerifiedDelivery, 'replayKey'>): string => {
      seen.push([delivered.id, delivered.keyId, delivered.body.length]);
      return 'the-same';
    };
    const one = await verified(standardWebhooks, { id: 'm1', body }, { replayIdentity });
    const two = await verified(standardWebhooks, { id: 'm2', body }, { replayIdentity });
    expect(one.replayKey).toBe(two.replayKey);
    expect([one.id, two.id]).toEqual(['m1', 'm2']);
    expect(seen).toContainEqual(['m1', 'k1', body.length]);
  });

  test.each(['', 'a b', 'x'.repeat(257), 'é'])('%o is no identity: 400', async (identity) => {
    const { clock, receiver, codes } = stage({ replayIdentity: () => identity });
    receiver.onUnhandled(() => {});
    expect((await receiver.handle(await delivery(clock))).status).toBe(400);
    expect(codes()).toEqual(['malformed_identity']);
  });

  test('a verifier rejects for it, before anybody reads the key', async () => {
    const verifying = verified(standardWebhooks, { body }, { replayIdentity: () => '' });
    await expect(verifying).rejects.toMatchObject({ code: 'malformed_identity' });
  });

  test('one that throws is a fault of ours: 500', async () => {
    const replayIdentity = (): never => {
      throw new Error('text');
    };
    const { clock, receiver, codes } = stage({ replayIdentity });
    receiver.onUnhandled(() => {});
    expect((await receiver.handle(await delivery(clock))).status).toBe(500);
    expect(codes()).toEqual(['internal_error']);
  });
});

describe('the store key', () => {
  const byTenant = (tenant: string) => ({ secrets: (_request: unknown) => ({ tenant, secrets: secret }) });
  const keyOf = async (id: string, name: string, tenant?: string): Promise<string> =>
    (await verified(standardWebhooks, { id }, { name, ...(tenant !== undefined && byTenant(tenant)) }))
      .replayKey;

  test('is SHA-256 in hex, equal on all processes of one endpoint', async () => {
    expect(await keyOf('m1', 'orders')).toMatch(/^[0-9a-f]{64}$/);
    expect(await keyOf('m1', 'orders')).toBe(await keyOf('m1', 'orders'));
  });

  test("has the provider's name for the receiver's by default", async () => {
    expect((await verified(standardWebhooks, { id: 'm1' })).replayKey).toBe(
      await keyOf('m1', 'standardWebhooks'),
    );
  });

  test('differs by name, tenant and identity, and no shifted border makes two of them equal', async () => {
    const triples = [
      ['m1', 'orders', undefined],
      ['m2', 'orders', undefined],
      ['m1', 'invoices', undefined],
      ['m1', 'orders', 'acme'],
      ['m1', 'orders', 'globex'],
      ['m1', 'ordersa', 'cme'],
      ['1', 'orders', 'acmem'],
      ['m1', 'orders', '-'],
      ['m1', 'orders-', undefined],
      ['-m1', 'orders', undefined],
      ['2:m1', 'orders', undefined],
      ['m1', '6:orders', undefined],
      ['m1', 'orders4:acme', undefined],
      // Equal texts, were the name's length, or the tenant's, left out.
      ['-1:x', 'a', undefined],
      ['x', 'a-4:', undefined],
      ['1:x', 'a', 'b'],
      ['x', 'a', 'b3:'],
    ] as const;
    const keys = await Promise.all(triples.map(([id, name, tenant]) => keyOf(id, name, tenant)));
    expect(new Set(keys).size).toBe(triples.length);
  });

  test("does not depend on which secret signed, on the signature's text, or on the case of header names", async () => {
    const { replayKey } = await verified(standardWebhooks, { id: 'm1' });
    const rotated = await verified(standardWebhooks, { id: 'm1', secret: otherSecret });
    const twice = await sign(
      { id: 'm1', timestamp: new Date(now), body: '{}' },
      { secret: [secret, otherSecret] },
    );
    const headers = Object.fromEntries(
      Object.entries(twice.headers).map(([name, value]) => [name.toUpperCase(), value]),
    );
    const verifier = createVerifier({ secrets: secret, now: () => now });
    const shouted = await verifier.verify({ headers, body: twice.body });
    expect([rotated.keyId, rotated.replayKey, shouted.replayKey]).toEqual(['k0', replayKey, replayKey]);
  });
});

test('two tenants with the same id are two deliveries', async () => {
  const secrets = (request: { readonly url: string }) => ({ tenant: request.url, secrets: secret });
  const { clock, receiver, outcomes } = stage({ secrets });
  receiver.onUnhandled(() => {});
  const request = await delivery(clock);
  for (const url of ['acme', 'globex', 'acme']) await receiver.handle({ ...request, url });
  expect(outcomes).toMatchObject([
    { code: 'processed', tenant: 'acme' },
    { code: 'processed', tenant: 'globex' },
    { code: 'duplicate', tenant: 'acme' },
  ]);
});

test('a rotation between two copies changes nothing: the second is a duplicate', async () => {
  const { clock, receiver, codes } = stage({ secrets: [secret, otherSecret] });
  receiver.onUnhandled(() => {});
  await receiver.handle(await delivery(clock, { secret }));
  await receiver.handle(await delivery(clock, { secret: otherSecret }));
  expect(codes()).toEqual(['processed', 'duplicate']);
});

test('github: a copy relabelled by its unsigned headers is a duplicate, and the type is marked', async () => {
  const { clock, receiver, codes } = stage({ provider: github });
  const events: WebhookEvent[] = [];
  receiver.onUnhandled((event) => events.push(event));
  for (const [type, id] of [
    ['push', '1'],
    ['deployment', '2'],
  ] as const) {
    const headers = { 'x-github-event': type, 'x-github-delivery': id };
    await receiver.handle(await delivery(clock, { provider: github, body: '{"ref":"main"}', headers }));
  }
  expect(codes()).toEqual(['replay_store_is_local', 'processed', 'duplicate']);
  expect(events).toMatchObject([{ type: 'push', unauthenticated: ['type'] }]);
});
