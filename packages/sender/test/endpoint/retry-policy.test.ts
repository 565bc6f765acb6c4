import { describe, expect, it, test } from 'vitest';
import { checkedRetryPolicy } from '../../src/endpoint/retry-policy.js';
import { providers } from '../attempt/providers.js';
import { refusal } from '../refusal.js';

const DAYS_30_MS = 30 * 24 * 3_600_000;
const series = { maxAttempts: 5, initialDelayMs: 1000, multiplier: 2, maxDelayMs: 30_000 };
const fieldOf = (policy: unknown): string | undefined => {
  const error = refusal(() => checkedRetryPolicy(policy));
  expect(error.code).toBe('invalid_input');
  return error.field;
};

describe('taken as it is', () => {
  it.each([
    [series],
    [{ ...series, jitter: 0.1, clientErrors: 'fail', disable: { when: 'exhausted' } }],
    [{ ...series, maxAttempts: 1, initialDelayMs: 0, multiplier: 1, maxDelayMs: 0 }],
    [{ ...series, maxAttempts: 100, initialDelayMs: DAYS_30_MS, multiplier: 100, maxDelayMs: DAYS_30_MS }],
    [{ ...series, multiplier: 1.5, jitter: 1 }],
    [{ delaysMs: [0] }],
    [{ delaysMs: [0, 0.5, DAYS_30_MS], jitter: 0, clientErrors: 'retry' }],
    [{ delaysMs: Array(100).fill(0), disable: { when: 'failing-for', ms: 1 } }],
  ])('%j', (policy) => {
    expect(checkedRetryPolicy(policy)).toEqual(policy);
  });

  it.each(providers.flatMap(({ name, retry }) => (retry === undefined ? [] : [{ name, retry }])))(
    'the preset of $name',
    ({ retry }) => {
      expect(checkedRetryPolicy(retry)).toEqual(retry);
    },
  );
});

test('what is left open stays open', () => {
  expect(checkedRetryPolicy({ ...series, jitter: undefined, disable: undefined })).toEqual(series);
});

test.each([
  ['an unknown member', { ...series, more: 1 }, 'retry.more'],
  ['both forms at once', { ...series, delaysMs: [0, 1] }, 'retry.maxAttempts'],
])('%s is refused, not ignored', (_what, policy, field) => {
  expect(fieldOf(policy)).toBe(field);
});

test('what was given is not what is kept', () => {
  const policy = { delaysMs: [0, 1] };
  const kept = checkedRetryPolicy(policy);
  policy.delaysMs.push(2);
  expect(kept).toEqual({ delaysMs: [0, 1] });
});

test.each([[undefined], [null], [5], ['fast'], [true]])('%j is no policy', (policy) => {
  expect(fieldOf(policy)).toBe('retry');
});

describe('each refusal names its part', () => {
  it.each<readonly [string, unknown]>([
    ['retry.maxAttempts', {}],
    ['retry.maxAttempts', []],
    ['retry.maxAttempts', { ...series, maxAttempts: 0 }],
    ['retry.maxAttempts', { ...series, maxAttempts: 101 }],
    ['retry.maxAttempts', { ...series, maxAttempts: 2.5 }],
    ['retry.maxAttempts', { ...series, maxAttempts: '3' }],
    ['retry.initialDelayMs', { ...series, initialDelayMs: -1 }],
    ['retry.initialDelayMs', { ...series, initialDelayMs: DAYS_30_MS + 1 }],
    ['retry.initialDelayMs', { ...series, initialDelayMs: Number.NaN }],
    ['retry.initialDelayMs', { ...series, initialDelayMs: undefined }],
    ['retry.multiplier', { ...series, multiplier: 0.9 }],
    ['retry.multiplier', { ...series, multiplier: 100.1 }],
    ['retry.multiplier', { ...series, multiplier: null }],
    ['retry.maxDelayMs', { ...series, maxDelayMs: -1 }],
    ['retry.maxDelayMs', { ...series, maxDelayMs: Number.POSITIVE_INFINITY }],
    ['retry.jitter', { ...series, jitter: -0.1 }],
    ['retry.jitter', { ...series, jitter: 1.1 }],
    ['retry.jitter', { ...series, jitter: '10%' }],
    ['retry.jitter', { delaysMs: [0], jitter: null }],
    ['retry.clientErrors', { ...series, clientErrors: 'ignore' }],
    ['retry.clientErrors', { delaysMs: [0], clientErrors: null }],
    ['retry.delaysMs', { delaysMs: [] }],
    ['retry.delaysMs', { delaysMs: 5 }],
    ['retry.delaysMs', { delaysMs: null }],
    ['retry.delaysMs', { delaysMs: Array(101).fill(0) }],
    ['retry.delaysMs[1]', { delaysMs: [0, -1] }],
    ['retry.delaysMs[0]', { delaysMs: ['5s'] }],
    ['retry.delaysMs[2]', { delaysMs: [0, 0, DAYS_30_MS + 1] }],
    ['retry.delaysMs[0]', { delaysMs: [Number.NaN] }],
    ['retry.disable', { ...series, disable: null }],
    ['retry.disable', { ...series, disable: 'exhausted' }],
    ['retry.disable', { ...series, disable: { when: 'never' } }],
    ['retry.disable', { ...series, disable: { when: 'failing-for' } }],
    ['retry.disable', { ...series, disable: { when: 'failing-for', ms: 0 } }],
    ['retry.disable', { ...series, disable: { when: 'failing-for', ms: Number.POSITIVE_INFINITY } }],
    ['retry.disable', { ...series, disable: { when: 'failing-for', ms: '5d' } }],
  ])('%s: %j', (field, policy) => {
    expect(fieldOf(policy)).toBe(field);
  });
});
