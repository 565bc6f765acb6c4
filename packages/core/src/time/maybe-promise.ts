/** A value now or later. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Whether a value comes later, as `await` decides it: functions can have a `then` too, and the promises of
 * Workers' remote calls are such. Awaiting a value that is there costs a turn of the event loop.
 */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  const canHaveThen = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return canHaveThen && 'then' in value && typeof value.then === 'function';
}
