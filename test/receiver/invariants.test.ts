import { inspect } from 'node:util';
import {
  createReceiver,
  createVerifier,
  generateKeyPair,
  keyRing,
  type Provider,
  standardWebhooks,
  type WebhookEvent,
  type WebhookRequest,
} from '@countersign/core';
import { aiPlatform } from '@countersign/core/providers/ai-platform';
import { deliveryFlow } from '@countersign/core/providers/delivery-flow';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { github } from '@countersign/core/providers/github';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import { fakeClock } from '@countersign/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { delivery, scriptedStore, secret, stage, textOf, textSecret } from './harness.js';

const iso = '2026-01-01T00:00:00.000Z';
const ms = Date.parse(iso);

describe('No unauthenticated input decides freshness or identity, nor dispatch where the provider signs the type; where it does not, the event says so.', () => {
  const lies = {
    'x-timestamp': '1',
    'x-webhook-timestamp': '1',
    'webhook-timestamp-2': '1',
    date: 'Thu, 01 Jan 1970 00:00:00 GMT',
    'x-webhook-id': 'lie',
    'x-request-id': 'lie',
    'x-github-delivery': 'lie',
    'idempotency-key': 'lie',
    'x-event-type': 'lie',
    'x-forwarded-host': 'attacker.example',
  };
  test.each<[string, Provider, string, Record<string, string>, readonly string[]]>([
    ['standardWebhooks', standardWebhooks, `{"type":"a","data":1}`, { 'x-event-id': 'lie' }, []],
    [
      'deliveryFlow',
      deliveryFlow,
      `{"id":"e","event":"a","timestamp":"${iso}","data":1}`,
      { 'x-event-id': 'lie', 'x-timestamp': String(ms / 1000) },
      [],
    ],
    [
      'aiPlatform',
      aiPlatform,
      `{"event_id":"e","event_type":"a","timestamp":"${iso}","data":1}`,
      { 'x-event-id': 'lie' },
      [],
    ],
    ['empJobQueue', empJobQueue, `{"event_id":"e","event_type":"a","timestamp":${ms},"data":1}`, {}, []],
    ['github', github, '{"data":1}', { 'x-github-event': 'a' }, ['type']],
    [
      'ragEngine',
      ragEngine,
      `{"event":"a","timestamp":"2026-01-01T00:00:00","data":1}`,
      {},
      ['type', 'timestamp'],
    ],
  ])('%s', async (_name, provider, body, headers, unauthenticated) => {
    const secrets = provider === standardWebhooks ? secret : textSecret;
    const { clock, receiver, codes } = stage({ provider, secrets });
    const events: WebhookEvent[] = [];
    receiver.onUnhandled((event) => events.push(event));
    const honest = await delivery(clock, { provider, body, headers: provider === github ? headers : {} });
    const lying = {
      ...honest,
      url: 'http://attacker.example/?tenant=lie',
      headers: { ...lies, ...headers, ...honest.headers },
    };
    await receiver.handle(lying);
    await receiver.handle(honest);
    expect(codes().filter((code) => code !== 'replay_store_is_local')).toEqual(['processed', 'duplicate']);
    expect(events).toMatchObject([{ type: 'a', unauthenticated }]);
  });
});

test('Signature before everything that costs or remembers; nothing is written to the replay store before it holds; schemas run only on verified bytes.', async () => {
  const clock = fakeClock();
  const store = scriptedStore(clock);
  const reached: string[] = [];
  const note = (what: string) => (value: unknown) => {
    reached.push(what);
    return { value };
  };
  const events = { a: { '~standard': { version: 1 as const, vendor: 'test', validate: note('schema') } } };
  const replayIdentity = (): string => {
    reached.push('identity');
    return 'x';
  };
  const { receiver, outcomes } = stage({ events, replay: store, replayIdentity }, clock);
  receiver.on('a', note('handler')).onUnhandled(note('handler'));
  const honest = await delivery(clock, { body: '{"type":"a"}' });
  const forgeries: WebhookRequest[] = [
    { ...honest, body: new TextEncoder().encode('{"type":"a" }') },
    { ...honest, body: new Uint8Array() },
    { ...honest, body: new Uint8Array(1_048_576).fill(0x5b) },
    ...['v1,', 'v1,AAAA', 'v1a,AAAA', 'v2,AAAA'].map((value) => ({
      ...honest,
      headers: { ...honest.headers, 'webhook-signature': value },
    })),
    { ...honest, headers: { ...honest.headers, 'webhook-id': 'msg_2' } },
    { ...honest, headers: { ...honest.headers, 'webhook-timestamp': String(ms / 1000 + 1) } },
    { ...honest, headers: {} },
  ];
  for (const forgery of forgeries)
    expect((await receiver.handle(forgery)).status).toBeGreaterThanOrEqual(400);
  await clock.advance(0);
  expect(reached).toEqual([]);
  expect(store.calls).toEqual([]);
  expect(outcomes).toHaveLength(forgeries.length);
  expect((await receiver.handle(honest)).status).toBe(200);
  expect(reached).toEqual(['identity', 'schema', 'handler']);
});

test('A failed handler never costs the event; a committed one never runs again within the TTL.', async () => {
  const ends = fc.constantFrom('throws', 'times out', 'claim refused', 'commit retried', 'succeeds');
  await fc.assert(
    fc.asyncProperty(fc.array(ends, { maxLength: 8 }), async (story) => {
      const clock = fakeClock();
      const store = scriptedStore(clock);
      const { receiver } = stage({ replay: store }, clock);
      const runs: string[] = [];
      let end = '';
      receiver.onUnhandled((_event, { signal }) => {
        runs.push(end);
        if (end === 'throws') throw new Error('no');
        if (end !== 'times out') return;
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        );
      });
      let isDone = false;
      for (end of [...story, 'succeeds', 'succeeds']) {
        const before = runs.length;
        store.script = scripts[end] ?? {};
        const answer = receiver.handle(await delivery(clock));
        await clock.advance(1_000);
        store.script = {};
        await clock.advance(60_000);
        const { status } = await answer;
        const mayRun = !isDone && end !== 'claim refused';
        expect(runs.length - before, `${end} after ${story}`).toBe(mayRun ? 1 : 0);
        isDone ||= status === 200;
      }
      expect(isDone).toBe(true);
    }),
    { numRuns: 60 },
  );
});

const down = (): never => {
  throw new Error('down');
};
const scripts: Readonly<Record<string, Parameters<typeof scriptedStore>[1]>> = {
  'claim refused': { claim: down },
  'commit retried': { commit: down },
};

describe('Nothing that helps an attacker leaves in a response; secrets never appear in logs, errors, `util.inspect` or JSON.', () => {
  const bare = secret.slice('whsec_'.length);
  const show = (value: unknown): string =>
    `${inspect(value, { depth: null, showHidden: true, getters: true })}${JSON.stringify(value)}${String(value)}`;

  test('nothing that holds a secret shows it', async () => {
    const { secret: signing } = await generateKeyPair();
    const bytes = Uint8Array.from(atob(bare), (char) => char.charCodeAt(0));
    const named = [
      { id: 'current', secret },
      { id: 'bytes', secret: bytes },
    ];
    const receiver = createReceiver({ secrets: named });
    const verifier = createVerifier({ secrets: named });
    const delivered = await verifier.verify(await delivery(fakeClock({ startAt: new Date() })));
    const shown = [receiver, verifier, keyRing(named), keyRing(signing), delivered, receiver.fetch]
      .map(show)
      .join();
    for (const word of [bare, atob(bare), signing.slice(5), inspect(bytes).slice(20, 80)])
      expect(shown).not.toContain(word);
  });

  test.each([
    `"${secret}"`,
    `${secret}\n`,
    `v1,${secret}`,
    `whsec_${bare}=`,
    ` ${secret}`,
    `whsk_${bare}`,
    `whpk_${bare}x`,
  ])('the error for a secret of the wrong form does not quote it: %#', (text) => {
    const thrown: unknown[] = [];
    for (const make of [createReceiver, createVerifier]) {
      try {
        make({ secrets: text });
      } catch (error) {
        thrown.push(error);
      }
    }
    expect(thrown).toHaveLength(2);
    expect(thrown.map(show).join()).not.toContain(bare.slice(0, 20));
  });

  test('an answer never holds what the request said', async () => {
    const { clock, receiver } = stage({});
    receiver.onUnhandled(() => Promise.reject(new Error('echo-4711')));
    const honest = await delivery(clock, { id: 'echo-4711', type: 'echo-4711', data: 'echo-4711' });
    const forged = {
      ...honest,
      url: '/echo-4711',
      headers: { ...honest.headers, 'webhook-id': 'echo-4711-2', 'x-a': 'echo-4711' },
    };
    for (const request of [honest, forged, { ...honest, method: 'ECHO-4711' }]) {
      const answer = await receiver.handle(request);
      expect(textOf(answer) + JSON.stringify(answer.headers)).not.toMatch(/echo-4711/i);
    }
  });
});
