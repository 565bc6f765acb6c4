import type { DisableRule } from '@countersign/core';
import { describe, expect, it, test } from 'vitest';
import { disabledBy, type FailedAttempt } from '../../src/lane/disable-policy.js';

const DAY_MS = 24 * 3_600_000;
const failingFor: DisableRule = { when: 'failing-for', ms: 5 * DAY_MS };
const exhausted: DisableRule = { when: 'exhausted' };
const failed: FailedAttempt = {
  verdict: { kind: 'retry' },
  failingForMs: 0,
  isExhausted: false,
  hasSucceededSince: false,
};

describe.each([undefined, failingFor, exhausted])('by the rule %j', (rule) => {
  it('an endpoint that says it is gone is disabled', () => {
    expect(disabledBy(rule, { ...failed, verdict: { kind: 'gone' } })).toBe('gone');
  });

  it('a success disables nothing', () => {
    const delivered: FailedAttempt = {
      verdict: { kind: 'delivered' },
      failingForMs: 9 * DAY_MS,
      isExhausted: true,
      hasSucceededSince: false,
    };
    expect(disabledBy(rule, delivered)).toBeUndefined();
  });

  it('what was never sent disables nothing', () => {
    const verdict = { kind: 'fail', isUnsent: true } as const;
    expect(
      disabledBy(rule, { ...failed, verdict, failingForMs: 9 * DAY_MS, isExhausted: true }),
    ).toBeUndefined();
  });

  it('one failure of many disables nothing', () => {
    expect(disabledBy(rule, failed)).toBeUndefined();
  });
});

test('without a rule no failure disables', () => {
  expect(disabledBy(undefined, { ...failed, failingForMs: 99 * DAY_MS, isExhausted: true })).toBeUndefined();
});

describe('`failing-for`', () => {
  it.each([
    [5 * DAY_MS - 1, undefined],
    [5 * DAY_MS, 'failing'],
    [6 * DAY_MS, 'failing'],
  ])('after %i ms of nothing but failures: %s', (failingForMs, disable) => {
    expect(disabledBy(failingFor, { ...failed, failingForMs })).toBe(disable);
    expect(disabledBy(failingFor, { ...failed, failingForMs, verdict: { kind: 'fail' } })).toBe(disable);
  });

  it('takes no account of what is exhausted', () => {
    expect(disabledBy(failingFor, { ...failed, isExhausted: true })).toBeUndefined();
  });
});

describe('`exhausted`', () => {
  it.each([
    [true, false, 'failing'],
    [true, true, undefined],
    [false, false, undefined],
    [false, true, undefined],
  ] as const)('last attempt %s, a success since %s: %s', (isExhausted, hasSucceededSince, disable) => {
    expect(disabledBy(exhausted, { ...failed, isExhausted, hasSucceededSince })).toBe(disable);
  });

  it('takes no account of time', () => {
    expect(disabledBy(exhausted, { ...failed, failingForMs: 99 * DAY_MS })).toBeUndefined();
  });
});
