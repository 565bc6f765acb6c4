import {
  ConfigurationError,
  createReceiver,
  memoryReplayStore,
  type Provider,
  standardWebhooks,
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
import { delivery, scriptedStore, secret, stage, textSecret } from './harness.js';

const DAY = 24 * 3_600_000;
const startMs = Date.parse('2026-01-01T00:00:00Z');
const aiBody = (id: string, atMs: number): string =>
  JSON.stringify({ event_id: id, event_type: 'a', timestamp: new Date(atMs).toISOString(), data: {} });

describe('what is asked of the store', () => {
  test.each([
    ['a signed time: 2 x tolerance and 7 days', standardWebhooks, {}, 600_000, 7 * DAY],
    ['another tolerance', standardWebhooks, { toleranceSeconds: 60 }, 120_000, 7 * DAY],
    ['another TTL', standardWebhooks, { replayTtlSeconds: 86_400 }, 600_000, DAY],
    ['no signed time: the whole TTL', github, {}, 7 * DAY, 7 * DAY],
    ['an event time alone: the whole TTL', aiPlatform, {}, 7 * DAY, 7 * DAY],
    [
      'a digest under a signed time: 2 x tolerance and the retry span (1 s + 2 s)',
      dcisionai,
      {},
      600_000,
      603_000,
    ],
  ] as const)('%s', async (_name, provider: Provider, options, guardMs, ttlMs) => {
    const clock = fakeClock();
    const store = scriptedStore(clock);
    const secrets = provider === standardWebhooks ? secret : textSecret;
    const { receiver } = stage({ provider, secrets, replay: store, ...options }, clock);
    receiver.onUnhandled(() => {});
    const body = provider === aiPlatform ? aiBody('e1', startMs) : '{"type":"a","event":"a","data":1}';
    const answer = await receiver.handle(
      await delivery(clock, { provider, body, headers: { 'x-github-event': 'a' } }),
    );
    expect(answer.status).toBe(200);
    expect(store.calls.at(-1)).toMatchObject({ call: 'commit', options: { ttlMs, guardMs } });
  });

  test('no absolute time crosses the port', async () => {
    const clock = fakeClock();
    const store = scriptedStore(clock);
    const { receiver } = stage({ replay: store }, clock);
    receiver.onUnhandled(() => {});
    await receiver.handle(await delivery(clock));
    expect(store.calls.map(({ options }) => Object.keys(options).sort())).toEqual([
      ['leaseMs', 'signal'],
      ['guardMs', 'signal', 'ttlMs'],
    ]);
  });
});

describe('against the memory store', () => {
  test('a committed event never runs again within 7 days, however often it is signed anew', async () => {
    const { clock, receiver, codes } = stage({});
    receiver.onUnhandled(() => {});
    await receiver.handle(await delivery(clock));
    for (let day = 0; day < 6; day += 1) {
      await clock.advance(DAY);
      await receiver.handle(await delivery(clock));
    }
    await clock.advance(DAY - 1);
    await receiver.handle(await delivery(clock));
    expect(codes()).toEqual(['processed', ...Array(7).fill('duplicate')]);
    await clock.advance(2);
    await receiver.handle(await delivery(clock));
    expect(codes().at(-1)).toBe('processed');
  });

  test('dcisionai: an equal event is a copy for 603 s, and another event afterwards', async () => {
    const { clock, receiver, codes } = stage({ provider: dcisionai });
    receiver.onUnhandled(() => {});
    const body = '{"event":"a","data":{}}';
    const deliver = async () => receiver.handle(await delivery(clock, { provider: dcisionai, body }));
    await deliver();
    await clock.advance(602_999);
    await deliver();
    await clock.advance(2);
    await deliver();
    expect(codes()).toEqual(['processed', 'duplicate', 'processed']);
  });

  test('github: a copy is refused for the whole TTL', async () => {
    const { clock, receiver, codes } = stage({ provider: github, replayTtlSeconds: 3_600 });
    receiver.onUnhandled(() => {});
    const spec = { provider: github, body: '{}', headers: { 'x-github-event': 'push' } };
    await receiver.handle(await delivery(clock, spec));
    await clock.advance(3_599_999);
    await receiver.handle(await delivery(clock, spec));
    await clock.advance(2);
    await receiver.handle(await delivery(clock, spec));
    expect(codes().slice(1)).toEqual(['processed', 'duplicate', 'processed']);
  });
});

describe('maxEventAgeSeconds', () => {
  async function codeAt(ageMs: number, options: { readonly maxEventAgeSeconds?: number } = {}) {
    const { clock, receiver, codes } = stage({ provider: aiPlatform, ...options });
    receiver.onUnhandled(() => {});
    await receiver.handle(
      await delivery(clock, { provider: aiPlatform, body: aiBody('e1', clock.now() - ageMs) }),
    );
    return codes().at(-1);
  }

  test("by default TTL less tolerance: nothing outlives the store's memory", async () => {
    expect(await codeAt(7 * DAY - 300_000)).toBe('processed');
    expect(await codeAt(7 * DAY - 299_999)).toBe('timestamp_too_old');
  });

  test('as it is given', async () => {
    expect(await codeAt(60_000, { maxEventAgeSeconds: 60 })).toBe('processed');
    expect(await codeAt(60_001, { maxEventAgeSeconds: 60 })).toBe('timestamp_too_old');
  });

  test('an event from further ahead than the tolerance is refused', async () => {
    expect(await codeAt(-300_000)).toBe('processed');
    expect(await codeAt(-300_001)).toBe('timestamp_too_new');
  });

  test('a capture cannot outlive the memory of it', async () => {
    const { clock, receiver, codes } = stage({ provider: aiPlatform });
    receiver.onUnhandled(() => {});
    const captured = await delivery(clock, {
      provider: aiPlatform,
      body: aiBody('e1', clock.now() + 300_000),
    });
    await receiver.handle(captured);
    for (let hours = 0; hours <= 8 * 24; hours += 1) {
      await clock.advance(3_600_000);
      await receiver.handle(captured);
    }
    expect(codes().filter((code) => code === 'processed')).toHaveLength(1);
    expect(new Set(codes())).toContain('timestamp_too_old');
  });

  test('an age that would outlive the store is refused at construction', () => {
    const options = {
      provider: aiPlatform,
      secrets: textSecret,
      replay: memoryReplayStore(),
      maxEventAgeSeconds: 8 * 86_400,
    };
    expect(() => createReceiver(options)).toThrow(ConfigurationError);
  });
});

describe('a store must be named where no time of the attempt is signed', () => {
  const unsigned = { aiPlatform, empJobQueue, github, ragEngine };
  const signed = { deliveryFlow, dcisionai, stripe };

  test.each(Object.entries(unsigned))('%s', (_name, provider) => {
    expect(() => createReceiver({ provider, secrets: textSecret })).toThrow(/`replay` must be given/);
    for (const replay of [memoryReplayStore(), false] as const) {
      expect(() => createReceiver({ provider, secrets: textSecret, replay })).not.toThrow();
    }
  });

  test.each(Object.entries(signed))('not %s', (_name, provider) => {
    expect(() => createReceiver({ provider, secrets: textSecret })).not.toThrow();
  });
});

describe('replay_store_is_local', () => {
  async function notices(provider: Provider, shared: boolean | 'off') {
    const clock = fakeClock();
    const inner = memoryReplayStore({ now: clock.now });
    const replay = shared === 'off' ? false : scriptedStore(clock, {}, { ...inner, shared });
    const set = stage(
      { provider, secrets: provider === standardWebhooks ? secret : textSecret, replay },
      clock,
    );
    set.receiver.onUnhandled(() => {});
    set.receiver.mount('handler');
    for (const id of ['1', '2']) {
      await set.receiver.handle(await delivery(clock, { provider, id, body: aiBody(id, startMs) }));
    }
    return set.outcomes.filter((outcome) => outcome.kind === 'notice');
  }

  test('is told once, to a receiver whose store alone refuses copies', async () => {
    expect(await notices(aiPlatform, false)).toMatchObject([
      {
        code: 'replay_store_is_local',
        receiver: 'aiPlatform',
        message: expect.stringContaining('not shared'),
      },
    ]);
  });

  test('is not told of a shared store, of a signed time, or without a store', async () => {
    expect(await notices(aiPlatform, true)).toEqual([]);
    expect(await notices(standardWebhooks, false)).toEqual([]);
    expect(await notices(aiPlatform, 'off')).toEqual([]);
  });
});
