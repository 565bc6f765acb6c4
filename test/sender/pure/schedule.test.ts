import type { RetryPolicy } from '@countersign/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../packages/sender/src/attempt/classify.js';
import { nextStep } from '../../../packages/sender/src/attempt/next-step.js';
import {
  delayBeforeMs,
  type RetryPlan,
  retryPlan,
} from '../../../packages/sender/src/attempt/retry-schedule.js';
import { checkedRetryPolicy } from '../../../packages/sender/src/endpoint/retry-policy.js';

const DAY_MS = 24 * 3_600_000;
const MOST_POSTPONEMENTS = 10;

const delayMs = fc.oneof(fc.nat(10_000), fc.double({ min: 0, max: 30 * DAY_MS, noNaN: true }));
const jitter = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined });
const listed = fc.record({ delaysMs: fc.array(delayMs, { minLength: 1, maxLength: 30 }), jitter });
const series = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 100 }),
  initialDelayMs: delayMs,
  multiplier: fc.double({ min: 1, max: 100, noNaN: true }),
  maxDelayMs: delayMs,
  jitter,
});
const policies: fc.Arbitrary<RetryPolicy> = fc.oneof(listed, series);
const chance = fc.double({ min: 0, max: 1, noNaN: true });
const afterMs = fc.option(fc.integer({ min: 0, max: DAY_MS }), { nil: undefined });

/** The shortest and the longest that a plan may wait before an attempt. */
function boundsOf(plan: RetryPlan, index: number): readonly [number, number] {
  const plannedMs = plan.delaysMs[index] ?? 0;
  return [plannedMs * (1 - plan.jitter) - 1, plannedMs * (1 + plan.jitter) + 1];
}

describe('every schedule', () => {
  it('passes its own check as it is', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        expect(checkedRetryPolicy(policy)).toEqual(policy);
      }),
    );
  });

  it('has an end: `maxAttempts` attempts, or as many as delays', () => {
    fc.assert(
      fc.property(policies, chance, (policy, random) => {
        const plan = retryPlan(policy);
        const attempts = 'delaysMs' in policy ? policy.delaysMs.length : policy.maxAttempts;
        expect(delayBeforeMs(plan, attempts - 1, () => random)).toBeDefined();
        expect(delayBeforeMs(plan, attempts, () => random)).toBeUndefined();
      }),
    );
  });

  it('of a series starts at once, never shrinks and never passes its cap', () => {
    fc.assert(
      fc.property(series, (policy) => {
        const [first, ...delays] = retryPlan(policy).delaysMs;
        expect(first).toBe(0);
        expect(delays).toEqual(delays.toSorted((a, b) => a - b));
        for (const delay of delays) expect(delay).toBeLessThanOrEqual(policy.maxDelayMs);
        if (delays.length > 0) expect(delays[0]).toBe(Math.min(policy.initialDelayMs, policy.maxDelayMs));
      }),
    );
  });

  it('waits no less and no longer than its jitter allows, and longer for a greater chance', () => {
    fc.assert(
      fc.property(policies, fc.nat(99), chance, chance, (policy, index, one, other) => {
        const plan = retryPlan(policy);
        fc.pre(index < plan.delaysMs.length);
        const [least, most] = boundsOf(plan, index);
        const [shorter = 0, longer = 0] = [one, other]
          .toSorted((a, b) => a - b)
          .map((random) => delayBeforeMs(plan, index, () => random));
        expect(shorter).toBeGreaterThanOrEqual(Math.max(0, least));
        expect(longer).toBeLessThanOrEqual(most);
        expect(shorter).toBeLessThanOrEqual(longer);
      }),
    );
  });
});

/** A delivery that only fails, from its first attempt to its end: the wait before each further attempt. */
function lifeOf(plan: RetryPlan, wishes: readonly (number | undefined)[], random: number) {
  const waits: { readonly delayMs: number; readonly spent: number; readonly afterMs: number | undefined }[] =
    [];
  let state: Parameters<typeof nextStep>[1] = {
    spent: 0,
    postponements: 0,
    successesAtFirstFailure: undefined,
  };
  for (;;) {
    const wish = wishes[waits.length % wishes.length];
    const verdict: Verdict = { kind: 'retry', afterMs: wish };
    const next = nextStep(verdict, state, plan, { successes: 3, random: () => random });
    if (next.status !== 'pending') return { waits, end: next.status };
    waits.push({ delayMs: next.delayMs, spent: next.spent, afterMs: wish });
    state = next;
  }
}

describe('a delivery that only fails', () => {
  it('is attempted as often as the schedule says, and has failed then', () => {
    fc.assert(
      fc.property(policies, chance, (policy, random) => {
        const plan = retryPlan(policy);
        const { waits, end } = lifeOf(plan, [undefined], random);
        expect(end).toBe('failed');
        expect(waits.map(({ spent }) => spent)).toEqual(plan.delaysMs.slice(1).map((_, index) => index + 1));
        expect(waits.map(({ delayMs }) => delayMs)).toEqual(
          plan.delaysMs.slice(1).map((_, index) => delayBeforeMs(plan, index + 1, () => random)),
        );
      }),
    );
  });

  const wishes = fc.array(afterMs, { minLength: 1, maxLength: 25 });

  it('and asks for other times is attempted ten times more at most', () => {
    fc.assert(
      fc.property(policies, wishes, chance, (policy, asked, random) => {
        const plan = retryPlan(policy);
        const { waits, end } = lifeOf(plan, asked, random);
        expect(end).toBe('failed');
        expect(waits.length).toBeGreaterThanOrEqual(plan.delaysMs.length - 1);
        expect(waits.length).toBeLessThanOrEqual(plan.delaysMs.length - 1 + MOST_POSTPONEMENTS);
      }),
    );
  });

  it('never comes earlier than the schedule, nor than it was asked to', () => {
    fc.assert(
      fc.property(policies, wishes, chance, (policy, asked, random) => {
        const plan = retryPlan(policy);
        let spentBefore = 0;
        for (const { delayMs: waited, spent, afterMs: wished } of lifeOf(plan, asked, random).waits) {
          const isPostponed = spent === spentBefore;
          // The next attempt of the schedule; behind its end, the last one again.
          const index = Math.min(isPostponed ? spent + 1 : spent, plan.delaysMs.length - 1);
          const [least, most] = boundsOf(plan, index);
          expect(waited).toBeGreaterThanOrEqual(Math.max(least, wished ?? 0));
          expect(waited).toBeLessThanOrEqual(Math.max(most, wished ?? 0));
          if (isPostponed) expect(wished).toBeDefined();
          spentBefore = spent;
        }
      }),
    );
  });
});
