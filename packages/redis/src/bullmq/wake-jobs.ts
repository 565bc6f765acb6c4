import type { Wake } from '@countersign/sender';
import type { NewBullJob } from './bull.js';

/** Wakes that fall due in the same quarter of a second are one. */
const STEP_MS = 250;
/**
 * For so long a job that waits is the only one of its endpoint. A job may be left behind without being in any list, when
 * keys were evicted or deleted, or be in the hands of a process that died: it stands in the way of others no longer.
 */
const ALONE_FOR_MS = 60_000;

/**
 * The job of a wake. While there is one of its id, no other is added. A wake with a delay has another id than one
 * without, and than any that falls due at another time.
 */
export function jobOf({ kind, id, delayMs }: Wake, nowMs: number): NewBullJob {
  const isLater = delayMs > 0;
  const dueMs = Math.ceil((nowMs + delayMs) / STEP_MS) * STEP_MS;
  const time = isLater ? `at-${dueMs}` : `now-${Math.floor(nowMs / ALONE_FOR_MS)}`;
  return {
    name: kind,
    data: { kind, id },
    opts: {
      jobId: `${kind}-${id}-${time}`,
      delay: isLater ? dueMs - nowMs : 0,
      // First: what is not routed is nobody's work yet.
      lifo: kind === 'route',
      attempts: 1,
      removeOnComplete: true,
      removeOnFail: true,
    },
  };
}

/** What a job wakes. Somebody else may put jobs into the queue. */
export function wakeOf(data: unknown): Wake | undefined {
  if (typeof data !== 'object' || data === null || !('kind' in data) || !('id' in data)) return undefined;
  const { kind, id } = data;
  if ((kind !== 'route' && kind !== 'lane') || typeof id !== 'string') return undefined;
  return { kind, id, delayMs: 0 };
}
