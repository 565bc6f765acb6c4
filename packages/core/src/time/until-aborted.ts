/**
 * What `work` comes to, or a rejection with the signal's reason as soon as that aborts, whether or not the work can be
 * ended. Work is not begun after the abort.
 */
export function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const ended = (): void => signal.removeEventListener('abort', onAbort);
    work().finally(ended).then(resolve, reject);
  });
}
