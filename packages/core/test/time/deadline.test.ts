import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Schedule, systemSchedule } from '../../src/time/clock.js';
import { withDeadline } from '../../src/time/deadline.js';
import { isPromise } from '../../src/time/maybe-promise.js';

afterEach(() => {
  vi.useRealTimers();
});

const late = (): Error => new Error('late');

/** A schedule that runs when it is told to, and knows what was cancelled. */
function manual() {
  const timers = new Map<() => void, number>();
  const schedule: Schedule = (callback, delayMs) => {
    timers.set(callback, delayMs);
    return () => void timers.delete(callback);
  };
  return {
    timers,
    schedule,
    fire: () => {
      for (const callback of timers.keys()) callback();
    },
  };
}

describe('withDeadline', () => {
  test('work that is done at once is answered without a timer', async () => {
    const { timers, schedule } = manual();
    expect(await withDeadline(100, schedule, late, () => 'now')).toBe('now');
    expect(timers.size).toBe(0);
  });

  test('work in time: its value, and no timer stays', async () => {
    const { timers, schedule } = manual();
    const work = withDeadline(100, schedule, late, async () => 'soon');
    expect([...timers.values()]).toEqual([100]);
    expect(await work).toBe('soon');
    expect(timers.size).toBe(0);
  });

  test('work that fails in time: its own reason, and no timer stays', async () => {
    const { timers, schedule } = manual();
    const reason = new Error('mine');
    await expect(withDeadline(100, schedule, late, () => Promise.reject(reason))).rejects.toBe(reason);
    expect(timers.size).toBe(0);
  });

  test('work that throws at once throws', () => {
    const { timers, schedule } = manual();
    const thrower = (): never => {
      throw new Error('at once');
    };
    expect(() => withDeadline(100, schedule, late, thrower)).toThrow('at once');
    expect(timers.size).toBe(0);
  });

  test("late work: the deadline's reason, for the caller and for the signal", async () => {
    const { schedule, fire } = manual();
    const signals: AbortSignal[] = [];
    const work = withDeadline(100, schedule, late, (signal) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    expect(signals.map((signal) => signal.aborted)).toEqual([false]);
    fire();
    await expect(work).rejects.toThrow('late');
    expect(signals.map((signal) => signal.reason)).toEqual([expect.objectContaining({ message: 'late' })]);
  });

  test('work that rejects because of the signal still ends as late', async () => {
    const { schedule, fire } = manual();
    const work = withDeadline(
      100,
      schedule,
      late,
      (signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        ),
    );
    fire();
    await expect(work).rejects.toThrow('late');
  });

  test("what late work does afterwards is nobody's unhandled rejection", async () => {
    const { schedule, fire } = manual();
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    let fail = (_reason: Error): void => {};
    const work = withDeadline(
      100,
      schedule,
      late,
      () =>
        new Promise((_resolve, reject) => {
          fail = reject;
        }),
    );
    fire();
    await expect(work).rejects.toThrow('late');
    fail(new Error('long after'));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

test("the platform's schedule runs once after its time, unless it is cancelled", () => {
  vi.useFakeTimers();
  const [kept, cancelled] = [vi.fn(), vi.fn()];
  systemSchedule(kept, 100);
  const cancel = systemSchedule(cancelled, 100);
  vi.advanceTimersByTime(99);
  expect(kept).not.toHaveBeenCalled();
  cancel();
  vi.advanceTimersByTime(1_000);
  expect(kept).toHaveBeenCalledTimes(1);
  expect(cancelled).not.toHaveBeenCalled();
});

test.each([
  [Promise.resolve(), true],
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is asked about.
  [{ then: () => {} }, true],
  // biome-ignore lint/suspicious/noThenProperty: and this is none.
  [{ then: 1 }, false],
  [null, false],
  [undefined, false],
  ['then', false],
  [{}, false],
])('%o comes later: %s', (value, isLate) => {
  expect(Reflect.apply(isPromise, undefined, [value])).toBe(isLate);
});
