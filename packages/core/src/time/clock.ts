/** Wall-clock epoch milliseconds, as `Date.now`. */
export type Now = () => number;

/**
 * Runs `callback` once after `delayMs`, unless the returned function is called first. The default is the
 * platform's `setTimeout`; tests give a fake clock's.
 */
export type Schedule = (callback: () => void, delayMs: number) => () => void;

/** {@link Schedule} over the platform's timers. */
export const systemSchedule: Schedule = (callback, delayMs) => {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
};
