import type { Clock } from './clock.js';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5000;

/** How a call is repeated. */
export interface Repetition {
  readonly clock: Clock;
  /** Ends the repetition. */
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/**
 * Repeats a call that rejects until it resolves, with growing waits: for what must not be given up because a disk is
 * full or a connection is down. `undefined` once the signal has aborted.
 */
export async function untilDone<T>(
  call: () => Promise<T>,
  { clock, signal, onError }: Repetition,
): Promise<T | undefined> {
  for (let waitMs = FIRST_WAIT_MS; !signal.aborted; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    try {
      return await call();
    } catch (error) {
      onError(error);
      await pause(waitMs, clock, signal);
    }
  }
  return undefined;
}

/** Resolves after a time, or when the signal aborts. */
export function pause(waitMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const onEnd = (): void => {
      cancel();
      signal.removeEventListener('abort', onEnd);
      resolve();
    };
    const cancel = clock.schedule(onEnd, waitMs);
    signal.addEventListener('abort', onEnd, { once: true });
  });
}

/** Resolves as a call does, or when the signal aborts: what does not answer keeps nobody from ending. */
export async function orAborted(call: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  let onAbort = (): void => {};
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve;
  });
  signal.addEventListener('abort', onAbort);
  try {
    await Promise.race([call, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
