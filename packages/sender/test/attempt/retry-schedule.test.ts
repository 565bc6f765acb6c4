import { type DisableRule, type Provider, type RetryPolicy, standardWebhooks } from '@countersign/core';
import { aiPlatform } from '@countersign/core/providers/ai-platform';
import { dcisionai } from '@countersign/core/providers/dcisionai';
import { deliveryFlow } from '@countersign/core/providers/delivery-flow';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { github } from '@countersign/core/providers/github';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import { stripe } from '@countersign/core/providers/stripe';
import { describe, expect, it, test } from 'vitest';
import { delayBeforeMs, retryPlan } from '../../src/attempt/retry-schedule.js';

const S = 1000;
const MIN = 60 * S;
const H = 60 * MIN;
const STANDARD = [0, 5 * S, 5 * MIN, 30 * MIN, 2 * H, 5 * H, 10 * H, 14 * H, 20 * H, 24 * H];
const failingFor5Days: DisableRule = { when: 'failing-for', ms: 5 * 24 * H };

interface Preset {
  readonly provider: Provider;
  readonly delaysMs: readonly number[];
  /** The shortest and the longest time from the first attempt to the last. */
  readonly spanMs: readonly [number, number];
  readonly clientErrors: 'retry' | 'fail';
  readonly disable: DisableRule | undefined;
}

/** The table of the presets, written out. */
const PRESETS: readonly Preset[] = [
  ...[standardWebhooks, deliveryFlow].map(
    (provider): Preset => ({
      provider,
      delaysMs: STANDARD,
      // 75 h, 35 min and 5 s, with 10 % less or more.
      spanMs: [272_105_000 * 0.9, 272_105_000 * 1.1],
      clientErrors: 'retry',
      disable: failingFor5Days,
    }),
  ),
  {
    provider: dcisionai,
    delaysMs: [0, S, 2 * S],
    spanMs: [3 * S, 3 * S],
    clientErrors: 'retry',
    disable: undefined,
  },
  {
    provider: aiPlatform,
    delaysMs: [0, 5 * MIN, 30 * MIN, 2 * H, 8 * H, 24 * H],
    spanMs: [34 * H + 35 * MIN, 34 * H + 35 * MIN],
    clientErrors: 'retry',
    disable: { when: 'exhausted' },
  },
  {
    provider: ragEngine,
    delaysMs: [0, S, 2 * S, 4 * S],
    spanMs: [6300, 7700],
    clientErrors: 'fail',
    disable: undefined,
  },
  {
    provider: empJobQueue,
    delaysMs: [0, S, 2 * S],
    spanMs: [3 * S, 3 * S],
    clientErrors: 'retry',
    disable: undefined,
  },
];

const policyOf = ({ retry }: Provider): RetryPolicy => {
  if (retry === undefined) throw new Error('no preset');
  return retry;
};

/** All delays, with one answer of `random`. */
function delaysOf(policy: RetryPolicy, random: number): readonly number[] {
  const plan = retryPlan(policy);
  const delaysMs: number[] = [];
  for (let index = 0; ; index += 1) {
    const delayMs = delayBeforeMs(plan, index, () => random);
    if (delayMs === undefined) return delaysMs;
    delaysMs.push(delayMs);
  }
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

describe.each(PRESETS.map((preset) => ({ ...preset, name: preset.provider.name })))(
  'the schedule of $name',
  ({ provider, delaysMs, spanMs, clientErrors, disable }) => {
    const policy = policyOf(provider);

    it('has the attempts and delays of the table', () => {
      expect(delaysOf(policy, 0.5)).toEqual(delaysMs);
    });

    it('spans what the table says, with the least and the most jitter', () => {
      expect(sumOf(delaysOf(policy, 0))).toBeCloseTo(spanMs[0], -1);
      expect(sumOf(delaysOf(policy, 1))).toBeCloseTo(spanMs[1], -1);
    });

    it('makes the first attempt at once, whatever the jitter', () => {
      expect([0, 0.5, 1].map((random) => delaysOf(policy, random)[0])).toEqual([0, 0, 0]);
    });

    it('has its answer to client errors and its rule for dead endpoints', () => {
      expect(retryPlan(policy)).toMatchObject({ clientErrors, disable });
    });
  },
);

test.each([stripe, github])('$name has no schedule of its own', ({ retry }) => {
  expect(retry).toBeUndefined();
});

describe('a schedule', () => {
  const doubling = { maxAttempts: 6, initialDelayMs: 100, multiplier: 2, maxDelayMs: 500 };

  it('doubles its delays up to the cap', () => {
    expect(delaysOf(doubling, 0.5)).toEqual([0, 100, 200, 400, 500, 500]);
  });

  it('of one attempt has no retry', () => {
    expect(delaysOf({ ...doubling, maxAttempts: 1 }, 0.5)).toEqual([0]);
  });

  it('has no attempt before the first or behind the last', () => {
    const plan = retryPlan({ delaysMs: [0, 1] });
    expect([-1, 2, 3].map((index) => delayBeforeMs(plan, index, () => 0.5))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('without jitter asks for no random number', () => {
    const plan = retryPlan({ delaysMs: [7] });
    const random = () => {
      throw new Error('asked');
    };
    expect(delayBeforeMs(plan, 0, random)).toBe(7);
  });

  it.each([
    [0, 900],
    [0.25, 950],
    [0.5, 1000],
    [0.75, 1050],
    [1, 1100],
  ])('with jitter 0.1 and random %s waits %s of 1000 ms', (random, delayMs) => {
    expect(delayBeforeMs(retryPlan({ delaysMs: [1000], jitter: 0.1 }), 0, () => random)).toBe(delayMs);
  });

  it('with jitter is in whole milliseconds', () => {
    expect(delayBeforeMs(retryPlan({ delaysMs: [1001], jitter: 0.1 }), 0, () => 0.123)).toBe(926);
  });
});

describe("an endpoint's own delays", () => {
  const sender: RetryPolicy = { delaysMs: [0], clientErrors: 'fail', disable: failingFor5Days };

  it("keep the sender's answer to client errors and its rule for dead endpoints", () => {
    expect(retryPlan({ delaysMs: [0, 1] }, sender)).toMatchObject({
      delaysMs: [0, 1],
      clientErrors: 'fail',
      disable: failingFor5Days,
    });
  });

  it('come with their own where they say so', () => {
    const own: RetryPolicy = { delaysMs: [0], clientErrors: 'retry', disable: { when: 'exhausted' } };
    expect(retryPlan(own, sender)).toMatchObject({ clientErrors: 'retry', disable: { when: 'exhausted' } });
  });

  it('retry client errors where nobody says anything', () => {
    expect(retryPlan({ delaysMs: [0] })).toEqual({
      delaysMs: [0],
      jitter: 0,
      clientErrors: 'retry',
      disable: undefined,
    });
  });
});
