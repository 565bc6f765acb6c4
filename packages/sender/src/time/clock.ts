import type { Now, Schedule } from '@countersign/core';

/** Where time comes from. Only the digits of new ids, which nobody reads, have the platform's. */
export interface Clock {
  /** Wall-clock epoch milliseconds: what is signed and shown. It may jump. */
  readonly now: Now;
  /** Milliseconds that only ever grow: what waits and durations are measured by. */
  readonly steadyNow: Now;
  readonly schedule: Schedule;
}

/** The platform's clock. One that is given, as tests do, is taken for steady. */
export function clockOf(options: {
  readonly now?: Now | undefined;
  readonly schedule?: Schedule | undefined;
}): Clock {
  return {
    now: options.now ?? Date.now,
    steadyNow: options.now ?? (() => performance.now()),
    schedule: options.schedule ?? systemSchedule,
  };
}

/**
 * Epoch milliseconds that no jump of the wall clock moves: the time at which the process began to ask, and what
 * has passed since. Retries neither come early nor stay away when somebody sets the clock.
 */
export function steadyEpoch(): Now {
  const startedMs = Date.now() - performance.now();
  return () => Math.round(startedMs + performance.now());
}

// A delay that does not fit 31 bits would fire at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const systemSchedule: Schedule = (callback, delayMs) => {
  const timer = setTimeout(callback, Math.min(delayMs, LONGEST_TIMER_MS));
  return () => clearTimeout(timer);
};
