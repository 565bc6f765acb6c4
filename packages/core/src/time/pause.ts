import type { Schedule } from './clock.js';

/** Resolves after a time, or when the signal aborts. */
export function pause(waitMs: number, schedule: Schedule, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const onEnd = (): void => {
      cancel();
      signal.removeEventListener('abort', onEnd);
      resolve();
    };
    const cancel = schedule(onEnd, waitMs);
    signal.addEventListener('abort', onEnd, { once: true });
  });
}
