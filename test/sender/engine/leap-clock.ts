import { type FakeClock, fakeClock } from '@countersign/testing';

/** A fake clock that can pass over a long time at once, as a machine does that sleeps. */
export interface LeapClock extends FakeClock {
  /** Moves the time on; what fell due on the way runs at its end, in order of time. */
  leap(ms: number): Promise<void>;
}

interface Timer {
  readonly dueMs: number;
  readonly fire: () => void;
  cancel: () => void;
}

export function leapClock(): LeapClock {
  const clock = fakeClock();
  const timers = new Set<Timer>();
  let leaptMs = 0;
  const now = (): number => clock.now() + leaptMs;
  const arm = (timer: Timer): void => {
    timer.cancel = clock.schedule(timer.fire, timer.dueMs - now());
  };
  return {
    now,
    get pending() {
      return clock.pending;
    },
    schedule(callback, delayMs) {
      const timer: Timer = {
        dueMs: now() + Math.max(0, delayMs),
        cancel: () => {},
        fire: () => {
          timers.delete(timer);
          callback();
        },
      };
      timers.add(timer);
      arm(timer);
      return () => {
        timers.delete(timer);
        timer.cancel();
      };
    },
    advance: (ms) => clock.advance(ms),
    async leap(ms) {
      await clock.advance(0);
      leaptMs += ms;
      for (const timer of [...timers].sort((a, b) => a.dueMs - b.dueMs)) {
        timer.cancel();
        arm(timer);
      }
      await clock.advance(0);
    },
  };
}
