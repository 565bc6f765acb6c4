import { describe, expect, it, test } from 'vitest';
import { afterFailure, afterSuccess, type Gate, openGate, parkAfterFailureMs } from '../../src/lane/gate.js';

const times = (count: number, step: (gate: Gate) => Gate, gate: Gate): Gate =>
  count === 0 ? gate : times(count - 1, step, step(gate));
const succeed = (count: number, gate: Gate, cap = 8) => times(count, (one) => afterSuccess(one, cap), gate);
const fail = (count: number, gate: Gate) => times(count, afterFailure, gate);

test('a lane starts with one exchange, whatever its cap and its past', () => {
  expect(openGate(0)).toEqual({ window: 1, failures: 0 });
  expect(openGate(9)).toEqual({ window: 1, failures: 9 });
});

describe('success', () => {
  it('doubles the window up to the cap', () => {
    expect([0, 1, 2, 3, 4].map((count) => succeed(count, openGate(0)).window)).toEqual([1, 2, 4, 8, 8]);
    expect([0, 1, 2, 3, 4].map((count) => succeed(count, openGate(0), 5).window)).toEqual([1, 2, 4, 5, 5]);
    expect(succeed(3, openGate(0), 1).window).toBe(1);
  });

  it('ends a row of failures', () => {
    expect(succeed(1, openGate(7))).toEqual({ window: 2, failures: 0 });
  });

  it('at the cap forgets a failure too', () => {
    expect(afterSuccess({ window: 8, failures: 1 }, 8)).toEqual({ window: 8, failures: 0 });
  });

  it('brings a window down to a cap that was lowered', () => {
    expect(succeed(1, { window: 8, failures: 0 }, 2).window).toBe(2);
  });
});

describe('failure', () => {
  it('halves the window, down to one', () => {
    const windows = [1, 2, 3, 4].map((count) => fail(count, { window: 100, failures: 0 }).window);
    expect(windows).toEqual([50, 25, 12, 6]);
    expect(fail(1, { window: 1, failures: 0 }).window).toBe(1);
  });

  it('five in a row leave one probe at a time', () => {
    expect(fail(4, { window: 1000, failures: 0 })).toEqual({ window: 62, failures: 4 });
    expect(fail(5, { window: 1000, failures: 0 })).toEqual({ window: 1, failures: 5 });
    expect(fail(6, { window: 1000, failures: 0 })).toEqual({ window: 1, failures: 6 });
  });
});

test.each([
  [0, 0],
  [1, 0],
  [4, 0],
  [5, 1000],
  [6, 2000],
  [7, 4000],
  [8, 8000],
  [9, 16_000],
  [10, 30_000],
  [11, 30_000],
  [5000, 30_000],
])('after %i failures in a row the lane rests %i ms', (failures, ms) => {
  expect(parkAfterFailureMs({ window: 1, failures })).toBe(ms);
});
