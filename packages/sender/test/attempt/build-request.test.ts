import { createVerifier, type Provider, type Scheme, standardWebhooks } from '@countersign/core';
import { aiPlatform } from '@countersign/core/providers/ai-platform';
import { dcisionai } from '@countersign/core/providers/dcisionai';
import { deliveryFlow } from '@countersign/core/providers/delivery-flow';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { github } from '@countersign/core/providers/github';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import { stripe } from '@countersign/core/providers/stripe';
import { describe, expect, it, test } from 'vitest';
import { type AttemptInfo, buildRequest, type OutgoingRequest } from '../../src/attempt/build-request.js';
import { wireFormat } from '../../src/attempt/wire-format.js';
import type { StoredEvent } from '../../src/ports/records.js';
import { providers } from './providers.js';
import { NOW, OLD_SECRET, recordOf, SECRET, targetFor } from './targets.js';

const EVENT_TIME = new Date('2026-01-15T10:29:58.250Z');
const DATA = '{"z":1e0 , "a":"é\\u00e9"}';
const event: StoredEvent = {
  key: '1',
  id: 'evt_1',
  tenant: '',
  type: 'job.done',
  data: DATA,
  digest: '',
  timestampMs: EVENT_TIME.getTime(),
};
const first: AttemptInfo = {
  endpointId: 'wh_1',
  deliveryId: 'dlv_1',
  attempt: 1,
  sentAt: NOW,
  test: false,
};
const target = targetFor(recordOf([{ text: SECRET }]));

interface Told {
  readonly info?: Partial<AttemptInfo>;
  readonly alsoSign?: readonly Provider[];
  readonly data?: string;
}

const written = (provider: Provider, { info = {}, alsoSign = [], data = DATA }: Told = {}) =>
  buildRequest({ ...event, data }, { ...first, ...info }, target, wireFormat(provider, alsoSign));
const textOf = ({ body }: OutgoingRequest): string => Buffer.from(body).toString();
const jsonOf = (request: OutgoingRequest) => JSON.parse(textOf(request));

/** Verified at the time of the attempt, as its receiver does. */
const verified = (request: OutgoingRequest, provider: Provider, receivedAt = NOW, secrets = SECRET) =>
  createVerifier({ provider, secrets }).verify(request, { receivedAt });

const inEnvelope = (provider: Provider, request: OutgoingRequest) =>
  provider.envelope.decode(jsonOf(request), (name) => request.headers[name]);

describe.each(providers)('what is written for $name', (provider) => {
  it('verifies', async () => {
    const request = await written(provider);
    await expect(verified(request, provider)).resolves.toMatchObject({ keyId: 'k0' });
  });

  it('verifies under no other secret', async () => {
    const request = await written(provider);
    await expect(verified(request, provider, NOW, OLD_SECRET)).rejects.toMatchObject({
      code: 'signature_mismatch',
    });
  });

  it('is signed with the time of its attempt: one days later verifies days later', async () => {
    const later = new Date(NOW.getTime() + 3 * 24 * 3_600_000);
    const request = await written(provider, { info: { attempt: 9, sentAt: later } });
    await expect(verified(request, provider, later)).resolves.toBeDefined();
  });

  it('says what the event says', async () => {
    const decoded = inEnvelope(provider, await written(provider));
    expect(decoded).toMatchObject({ type: 'job.done', data: { z: 1, a: 'éé' } });
    if (provider.envelope.fields.id !== undefined && 'body' in provider.envelope.fields.id) {
      expect(decoded.id).toBe('evt_1');
    }
  });

  it('takes what is no object too', async () => {
    for (const data of ['null', '"text"', '[]', '-0.5', 'true']) {
      await expect(verified(await written(provider, { data }), provider)).resolves.toBeDefined();
    }
  });

  it('has its headers in lower case, and says that it is JSON', async () => {
    const { headers } = await written(provider);
    expect(Object.keys(headers)).toEqual(Object.keys(headers).map((name) => name.toLowerCase()));
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'countersign' });
  });
});

test.each(providers.filter((provider) => provider !== ragEngine))(
  '$name has the data as it was stored, byte for byte',
  async (provider) => {
    expect(textOf(await written(provider))).toContain(DATA);
  },
);

test('ragEngine has the data in the form that Python writes', async () => {
  expect(textOf(await written(ragEngine))).toContain('"data":{"a": "\\u00e9\\u00e9", "z": 1.0}');
});

describe('the identity of a delivery', () => {
  it.each([
    [standardWebhooks, 'evt_1'],
    [stripe, 'evt_1'],
    [aiPlatform, 'evt_1'],
    [empJobQueue, 'evt_1'],
    [deliveryFlow, 'dlv_1'],
  ] as const)('of $name is %s', async (provider, id) => {
    await expect(verified(await written(provider), provider)).resolves.toMatchObject({ id });
  });

  it.each([standardWebhooks, stripe, github, deliveryFlow, dcisionai, ragEngine])(
    'of $name is the same at every attempt',
    async (provider) => {
      const again = await written(provider, {
        info: { attempt: 4, sentAt: new Date(NOW.getTime() + 60_000) },
      });
      const [one, other] = [await written(provider), again].map((request) =>
        verified(request, provider, new Date(NOW.getTime() + 30_000)),
      );
      expect((await other)?.replayKey).toBe((await one)?.replayKey);
    },
  );

  it('of aiPlatform and empJobQueue too, although their body tells the attempt', async () => {
    for (const provider of [aiPlatform, empJobQueue]) {
      const again = await verified(await written(provider, { info: { attempt: 3 } }), provider);
      expect(again.replayKey).toBe((await verified(await written(provider), provider)).replayKey);
    }
  });
});

describe('what an attempt is told by', () => {
  it.each([
    [1, 0],
    [2, 1],
    [6, 5],
  ])('aiPlatform: attempt %i has `retry_count` %i', async (attempt, count) => {
    const body = jsonOf(await written(aiPlatform, { info: { attempt } }));
    expect(body).toMatchObject({ retry_count: count, timestamp: EVENT_TIME.toISOString() });
  });

  it('empJobQueue: a first attempt has no metadata and the time of the event', async () => {
    const body = jsonOf(await written(empJobQueue));
    expect(body).toMatchObject({ timestamp: EVENT_TIME.getTime(), webhook_id: 'wh_1' });
    expect(body).not.toHaveProperty('metadata');
  });

  it('empJobQueue: a retry has its own time, its number, and the time of the event', async () => {
    const sentAt = new Date(NOW.getTime() + 2000);
    const body = jsonOf(await written(empJobQueue, { info: { attempt: 3, sentAt } }));
    expect(body.timestamp).toBe(sentAt.getTime());
    expect(body.metadata).toEqual({ retry_attempt: 2, original_timestamp: EVENT_TIME.getTime() });
  });

  it('empJobQueue: a test is marked', async () => {
    const body = jsonOf(await written(empJobQueue, { info: { test: true } }));
    expect(body.metadata).toEqual({ test: true });
  });

  it('standardWebhooks: the header has the time of the attempt, the body that of the event', async () => {
    const sentAt = new Date(NOW.getTime() + 2000);
    const request = await written(standardWebhooks, { info: { attempt: 2, sentAt } });
    expect(request.headers['webhook-timestamp']).toBe(String(Math.floor(sentAt.getTime() / 1000)));
    expect(jsonOf(request).timestamp).toBe(EVENT_TIME.toISOString());
  });
});

describe('headers beside the signature', () => {
  it.each([
    [github, { 'x-github-event': 'job.done', 'x-github-delivery': 'dlv_1' }],
    [deliveryFlow, { 'x-webhook-id': 'wh_1', 'x-delivery-id': 'dlv_1' }],
    [aiPlatform, { 'x-webhook-id': 'wh_1', 'x-event-id': 'evt_1', 'x-timestamp': EVENT_TIME.toISOString() }],
    [empJobQueue, { 'x-webhook-event': 'job.done', 'x-webhook-id': 'wh_1', 'x-event-id': 'evt_1' }],
    [standardWebhooks, { 'webhook-id': 'evt_1' }],
  ] as const)('of $name', async (provider, headers) => {
    expect((await written(provider)).headers).toMatchObject(headers);
  });
});

describe('with `alsoSign`', () => {
  const signedOnly = [standardWebhooks, deliveryFlow, dcisionai, github];
  const pairs = providers.flatMap((provider) =>
    signedOnly
      .filter((signer) => signer !== provider && !(provider === aiPlatform && signer === deliveryFlow))
      .map((signer) => ({ provider, signer })),
  );

  it.each(pairs)('$provider.name and $signer.name both verify', async ({ provider, signer }) => {
    const request = await written(provider, { alsoSign: [signer] });
    await expect(verified(request, provider)).resolves.toBeDefined();
    await expect(verified(request, signer)).resolves.toBeDefined();
  });

  it('the envelope is the first provider’s', async () => {
    const request = await written(standardWebhooks, { alsoSign: [stripe, github, deliveryFlow, aiPlatform] });
    expect(textOf(request)).toBe(textOf(await written(standardWebhooks)));
    expect(request.headers).not.toHaveProperty('x-github-event');
    expect(request.headers).not.toHaveProperty('x-event-id');
  });

  it('all of a row verify', async () => {
    const signers = [deliveryFlow, dcisionai, github];
    const request = await written(standardWebhooks, { alsoSign: signers });
    for (const provider of [standardWebhooks, ...signers]) {
      await expect(verified(request, provider)).resolves.toBeDefined();
    }
  });

  it('the others sign what ragEngine has written, its signature included', async () => {
    const request = await written(ragEngine, { alsoSign: [standardWebhooks] });
    expect(jsonOf(request)).toHaveProperty('signature', request.headers['x-webhook-signature']);
    await expect(verified(request, standardWebhooks)).resolves.toBeDefined();
  });

  it('each has the id of its own kind', async () => {
    const { headers } = await written(deliveryFlow, { alsoSign: [standardWebhooks] });
    expect(headers).toMatchObject({ 'x-delivery-id': 'dlv_1', 'webhook-id': 'evt_1' });
  });
});

describe('custom headers', () => {
  const headers = { authorization: 'clear:Bearer abc', 'x-mine': 'clear:', 'user-agent': 'clear:mine' };

  it('are sent, opened', async () => {
    const own = targetFor(recordOf([{ text: SECRET }], { headers }));
    const request = await buildRequest(event, first, own, wireFormat(standardWebhooks, []));
    expect(request.headers).toMatchObject({
      authorization: 'Bearer abc',
      'x-mine': '',
      'user-agent': 'mine',
    });
    await expect(verified(request, standardWebhooks)).resolves.toBeDefined();
  });

  it('never replace what schemes and envelope write, also where a provider came later', async () => {
    const names = ['webhook-id', 'webhook-signature', 'x-hub-signature-256', 'content-type'];
    const own = targetFor(
      recordOf([{ text: SECRET }], {
        headers: Object.fromEntries(names.map((name) => [name, 'clear:forged'])),
      }),
    );
    const request = await buildRequest(event, first, own, wireFormat(standardWebhooks, [github]));
    expect(Object.values(request.headers)).not.toContain('forged');
  });
});

describe('while a secret rotates', () => {
  const rotating = targetFor(recordOf([{ text: SECRET }, { text: OLD_SECRET, expiresInMs: 3_600_000 }]));

  it('lists get both signatures and single values the old one, in one request', async () => {
    const wire = wireFormat(standardWebhooks, [github]);
    const request = await buildRequest(event, first, rotating, wire);
    await expect(verified(request, standardWebhooks, NOW, SECRET)).resolves.toBeDefined();
    await expect(verified(request, standardWebhooks, NOW, OLD_SECRET)).resolves.toBeDefined();
    await expect(verified(request, github, NOW, OLD_SECRET)).resolves.toBeDefined();
    await expect(verified(request, github, NOW, SECRET)).rejects.toThrow();
  });

  it('the overlap ends by the time of the attempt', async () => {
    const sentAt = new Date(NOW.getTime() + 3_600_000);
    const wire = wireFormat(standardWebhooks, [github]);
    const request = await buildRequest(event, { ...first, sentAt }, rotating, wire);
    await expect(verified(request, standardWebhooks, sentAt, OLD_SECRET)).rejects.toThrow();
    await expect(verified(request, github, sentAt, SECRET)).resolves.toBeDefined();
  });
});

test('a scheme that signs the URL gets that of the endpoint', async () => {
  const scheme: Scheme = {
    ...github.scheme,
    content: ({ url, body }) => [url ?? '', body],
  };
  const provider: Provider = { name: 'own', scheme, envelope: github.envelope };
  const request = await written(provider);
  const verifier = createVerifier({ provider, secrets: SECRET });
  await expect(verifier.verify({ ...request, url: 'https://example.com/hooks' })).resolves.toBeDefined();
  await expect(verifier.verify({ ...request, url: 'https://example.com/other' })).rejects.toThrow();
});
