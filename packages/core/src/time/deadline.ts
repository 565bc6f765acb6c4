import type { Schedule } from './clock.js';
import { isPromise, type MaybePromise } from './maybe-promise.js';

/**
 * Runs `work` with a signal that aborts after `timeoutMs`, and rejects with `onTimeout()` at that moment,
 * whether or not the work heeds the signal. Work that is done at once needs no timer, and no promise.
 */
export function withDeadline<T>(
  timeoutMs: number,
  schedule: Schedule,
  onTimeout: () => Error,
  work: (signal: AbortSignal) => MaybePromise<T>,
): MaybePromise<T> {
  const controller = new AbortController();
  const result = work(controller.signal);
  if (!isPromise(result)) return result;
  return new Promise<T>((resolve, reject) => {
    const cancel = schedule(() => {
      const error = onTimeout();
      reject(error);
      controller.abort(error);
    }, timeoutMs);
    // A thenable of the application's may return anything, and throw: a promise does neither.
    Promise.resolve(result).then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}
