import { describe, expect, it, test } from 'vitest';
import type { Verdict } from '../../src/attempt/classify.js';
import { nextStep } from '../../src/attempt/next-step.js';
import { retryPlan } from '../../src/attempt/retry-schedule.js';

const plan = retryPlan({ delaysMs: [0, 1000, 5000] });
const first = { spent: 0, postponements: 0, successesAtFirstFailure: undefined };
const now = { successes: 7, random: () => 0.5 };
const failed: Verdict = { kind: 'retry' };
const asks = (afterMs: number): Verdict => ({ kind: 'retry', afterMs, busy: true });

describe('what is at its end', () => {
  test('delivered is delivered, at whatever attempt', () => {
    expect(nextStep({ kind: 'delivered' }, first, plan, now)).toEqual({ status: 'delivered' });
    expect(nextStep({ kind: 'delivered' }, { ...first, spent: 2 }, plan, now)).toEqual({
      status: 'delivered',
    });
  });

  test.each(['gone', 'fail'] as const)('%s has failed at once', (kind) => {
    expect(nextStep({ kind }, first, plan, now)).toEqual({ status: 'failed' });
  });

  test('the last attempt of the schedule is the last', () => {
    expect(nextStep(failed, { ...first, spent: 2 }, plan, now)).toEqual({ status: 'failed' });
  });

  test('a schedule that was cut short meanwhile is over', () => {
    expect(nextStep(failed, { ...first, spent: 9 }, plan, now)).toEqual({ status: 'failed' });
  });
});

describe('a failure', () => {
  it.each([
    [0, 1000],
    [1, 5000],
  ])('with %i attempts spent is repeated after %i ms', (spent, delayMs) => {
    expect(nextStep(failed, { ...first, spent }, plan, now)).toMatchObject({
      status: 'pending',
      delayMs,
      spent: spent + 1,
      postponements: 0,
    });
  });

  it('has the jitter of the schedule', () => {
    const jittered = retryPlan({ delaysMs: [0, 1000], jitter: 0.1 });
    expect(nextStep(failed, first, jittered, { ...now, random: () => 0 })).toMatchObject({ delayMs: 900 });
    expect(nextStep(failed, first, jittered, { ...now, random: () => 1 })).toMatchObject({ delayMs: 1100 });
  });

  it('remembers how often the endpoint had succeeded when the first one happened', () => {
    expect(nextStep(failed, first, plan, now)).toMatchObject({ successesAtFirstFailure: 7 });
    const second = { ...first, spent: 1, successesAtFirstFailure: 3 };
    expect(nextStep(failed, second, plan, now)).toMatchObject({ successesAtFirstFailure: 3 });
    const none = { ...first, spent: 1, successesAtFirstFailure: 0 };
    expect(nextStep(failed, none, plan, now)).toMatchObject({ successesAtFirstFailure: 0 });
  });
});

describe('an answer that asks for another time', () => {
  it('postpones, and costs no attempt', () => {
    expect(nextStep(asks(90_000), { ...first, spent: 1, postponements: 4 }, plan, now)).toEqual({
      status: 'pending',
      delayMs: 90_000,
      spent: 1,
      postponements: 5,
      successesAtFirstFailure: 7,
    });
  });

  it('never brings the next attempt forward', () => {
    expect(nextStep(asks(0), first, plan, now)).toMatchObject({ delayMs: 1000, spent: 0 });
    expect(nextStep(asks(4999), { ...first, spent: 1 }, plan, now)).toMatchObject({ delayMs: 5000 });
    expect(nextStep(asks(5001), { ...first, spent: 1 }, plan, now)).toMatchObject({ delayMs: 5001 });
  });

  it('at the last attempt makes one more, no earlier than the last one came', () => {
    const last = { ...first, spent: 2 };
    expect(nextStep(asks(0), last, plan, now)).toMatchObject({
      status: 'pending',
      delayMs: 5000,
      spent: 2,
      postponements: 1,
    });
    expect(nextStep(asks(6000), last, plan, now)).toMatchObject({ delayMs: 6000 });
  });

  it('behind the end of a schedule that was cut short is still honoured', () => {
    expect(nextStep(asks(0), { ...first, spent: 9 }, plan, now)).toMatchObject({
      status: 'pending',
      delayMs: 0,
    });
  });

  it('does so ten times; the eleventh costs an attempt, and is still waited for', () => {
    const tenth = { ...first, postponements: 9 };
    expect(nextStep(asks(90_000), tenth, plan, now)).toMatchObject({ spent: 0, postponements: 10 });
    const eleventh = { ...first, postponements: 10 };
    expect(nextStep(asks(90_000), eleventh, plan, now)).toMatchObject({
      delayMs: 90_000,
      spent: 1,
      postponements: 10,
    });
    expect(nextStep(asks(1), eleventh, plan, now)).toMatchObject({ delayMs: 1000, spent: 1 });
  });

  it('has no say any more once both are used up', () => {
    const end = { ...first, spent: 2, postponements: 10 };
    expect(nextStep(asks(90_000), end, plan, now)).toEqual({ status: 'failed' });
  });
});
