import type { Now, Schedule } from '@countersign/core';

/** A clock that stands still until it is told to go on. */
export interface FakeClock {
  /** Epoch milliseconds, for `now`. */
  readonly now: Now;
  /** For `schedule`: callbacks run when {@link FakeClock.advance} passes their time. */
  readonly schedule: Schedule;
  /** Timers that wait. */
  readonly pending: number;
  /**
   * Moves the time on, and runs what falls due in order of time, letting promises settle in between.
   */
  advance(ms: number): Promise<void>;
}

/** Options of {@link fakeClock}. */
export interface FakeClockOptions {
  /** Where it starts. Default 2026-01-01T00:00:00Z. */
  readonly startAt?: Date | undefined;
}

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/**
 * A clock for tests: give its `now` and `schedule` to a receiver, verifier or replay store, or to a sender, whose
 * delivery store needs the same `now`.
 *
 * @example
 * const clock = fakeClock();
 * const receiver = createReceiver({ secrets, now: clock.now, schedule: clock.schedule });
 * await clock.advance(25_000);
 */
export function fakeClock(options: FakeClockOptions = {}): FakeClock {
  let nowMs = (options.startAt ?? new Date('2026-01-01T00:00:00Z')).getTime();
  const timers = new Set<Timer>();

  const nextDue = (untilMs: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.dueMs <= untilMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  };

  return {
    now: () => nowMs,
    schedule(callback, delayMs) {
      const timer: Timer = { dueMs: nowMs + Math.max(0, delayMs), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    get pending() {
      return timers.size;
    },
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settled();
      for (let due = nextDue(untilMs); due !== undefined; due = nextDue(untilMs)) {
        timers.delete(due);
        nowMs = Math.max(nowMs, due.dueMs);
        due.callback();
        await settled();
      }
      // Another `advance` may have gone further meanwhile: time never goes back.
      nowMs = Math.max(nowMs, untilMs);
    },
  };
}

/** Lets every promise that is ready settle: a macrotask runs after all of them. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
