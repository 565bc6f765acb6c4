import type { Schedule } from './clock.js';
import { isPromise, type MaybePromise } from './maybe-promise.js';

/**
 * Runs `work` with a signal that aborts after `timeoutMs`, and rejects with `onTimeout()` at that moment,
 * whether or not the work heeds the signal. Work that is done at once needs no timer.
 */
export async function withDeadline<T>(
  timeoutMs: number,
  schedule: Schedule,
  onTimeout: () => Error,
  work: (signal: AbortSignal) => MaybePromise<T>,
): Promise<T> {
  const controller = new AbortController();
  const result = work(controller.signal);
  if (!isPromise(result)) return result;
  let cancel = (): void => {};
  const timeout = new Promise<never>((_resolve, reject) => {
    cancel = schedule(() => {
      const error = onTimeout();
      reject(error);
      controller.abort(error);
    }, timeoutMs);
  });
  try {
    return await Promise.race([result, timeout]);
  } finally {
    cancel();
  }
}
