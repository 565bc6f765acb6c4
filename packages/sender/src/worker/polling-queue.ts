import type { DeliveryQueue, Wake } from '../ports/delivery-queue.js';
import type { Outlook } from '../ports/delivery-store.js';
import type { Clock } from '../time/clock.js';
import { Signal } from '../time/signal.js';

const LONGEST_SLEEP_MS = 5000;
const LONGEST_SHARED_SLEEP_MS = 500;
const AFTER_FAILURE_MS = 1000;
const LOOKED_AT_ONCE = 256;
/** While there is more ready than can be done: what fell due meanwhile takes its place behind it. */
const LOOK_EVERY_MS = 1000;

/** What the default queue looks at. */
export interface PollingQueueOptions {
  readonly outlook: (options: { readonly limit: number }) => Promise<Outlook>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  /** Whether other processes write the record too. Default `false`. */
  readonly shared?: boolean | undefined;
}

/**
 * The default queue: wake-ups of this process at once, all others by looking at what the record says is due, when it
 * says so and every 5 s, or every half second where others write it too. It keeps nothing that the record does not have.
 */
export function pollingQueue({
  outlook,
  clock,
  onError,
  shared = false,
}: PollingQueueOptions): DeliveryQueue<unknown> {
  const longestSleepMs = shared ? LONGEST_SHARED_SLEEP_MS : LONGEST_SLEEP_MS;
  const ready = { route: new Map<string, Wake>(), lane: new Map<string, Wake>() };
  const changed = new Signal();
  let nextLookMs = 0;
  let lastLookMs = 0;

  const enqueue = (work: Wake): void => void ready[work.kind].set(work.id, work);

  const look = async (): Promise<void> => {
    lastLookMs = clock.steadyNow();
    nextLookMs = lastLookMs + longestSleepMs;
    try {
      const { due, nextInMs = longestSleepMs } = await outlook({ limit: LOOKED_AT_ONCE });
      for (const work of due) enqueue(work);
      // Whatever a store says: a look that found nothing is not followed by another at once.
      const waitMs = due.length >= LOOKED_AT_ONCE ? 0 : Math.max(1, nextInMs);
      nextLookMs = Math.min(nextLookMs, clock.steadyNow() + waitMs);
    } catch (error) {
      onError(error);
      nextLookMs = clock.steadyNow() + AFTER_FAILURE_MS;
    }
  };

  return {
    async wake(work) {
      for (const one of work) {
        if (one.delayMs <= 0) enqueue(one);
        else nextLookMs = Math.min(nextLookMs, clock.steadyNow() + one.delayMs);
      }
      changed.set();
    },
    async consume(onWake, { concurrency, signal }) {
      const running = new Set<Promise<void>>();
      const start = (work: Wake): void => {
        const run = onWake(work).finally(() => {
          running.delete(run);
          changed.set();
        });
        running.add(run);
      };
      const startAll = (works: Map<string, Wake>): void => {
        for (const [id, work] of works) {
          if (running.size >= concurrency) return;
          works.delete(id);
          start(work);
        }
      };
      const onAbort = (): void => changed.set();
      signal.addEventListener('abort', onAbort);
      while (!signal.aborted) {
        // First: what is not routed is nobody's work yet.
        startAll(ready.route);
        startAll(ready.lane);
        const isBusy = ready.route.size + ready.lane.size > 0 || running.size >= concurrency;
        const lookMs = isBusy ? Math.max(nextLookMs, lastLookMs + LOOK_EVERY_MS) : nextLookMs;
        const waitMs = lookMs - clock.steadyNow();
        if (waitMs <= 0) {
          await look();
          continue;
        }
        const cancel = clock.schedule(() => changed.set(), waitMs);
        await changed.wait();
        cancel();
      }
      signal.removeEventListener('abort', onAbort);
      await Promise.all(running);
    },
  };
}
