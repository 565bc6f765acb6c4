/** A value now or later. */
export type MaybePromise<T> = T | Promise<T>;

/** Whether a value comes later; awaiting one that is there costs a turn of the event loop. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
