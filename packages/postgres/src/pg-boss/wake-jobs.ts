import type { Wake } from '@countersign/sender';
import type { FetchedJob, JobLife, NewJob } from './boss.js';

/** Wakes that fall due in the same quarter of a second are one. */
const STEP_MS = 250;
const SECOND_MS = 1000;

/**
 * A job that waits is the only one of its key. What is fetched is deleted within moments: one that stays was fetched by
 * a process that died, and is not tried again, since the record says anew what is due.
 */
export const JOB_LIFE: JobLife = {
  policy: 'short',
  retryLimit: 0,
  expireInSeconds: 60,
  retentionSeconds: 3600,
  deleteAfterSeconds: 60,
};

/**
 * The jobs of some wakes, one for each key, in the order of their keys: two processes that insert the same ones wait
 * for each other, and never both. A wake with a delay has another key than one without, and than any that falls due at
 * another time.
 */
export function jobsOf(work: readonly Wake[], nowMs: number): NewJob[] {
  const jobs = work.map((wake) => jobOf(wake, nowMs));
  const byKey = new Map(jobs.map((job) => [job.singletonKey, job]));
  return [...byKey.values()].toSorted((a, b) => (a.singletonKey < b.singletonKey ? -1 : 1));
}

function jobOf({ kind, id, delayMs }: Wake, nowMs: number): NewJob {
  // What is not routed is nobody's work yet.
  const job = { data: { kind, id }, priority: kind === 'route' ? 1 : 0 };
  if (delayMs <= 0) return { ...job, startAfter: 0, singletonKey: `${kind} ${id}` };
  const dueMs = Math.ceil((nowMs + delayMs) / STEP_MS) * STEP_MS;
  return { ...job, startAfter: (dueMs - nowMs) / SECOND_MS, singletonKey: `${kind} ${id} ${dueMs}` };
}

/** Jobs that no other insert waits for, nor they for it: each has a key of its own. */
export function looseJobsOf(work: readonly Wake[], nowMs: number): NewJob[] {
  return work.map((wake) => ({ ...jobOf(wake, nowMs), singletonKey: crypto.randomUUID() }));
}

/** What some jobs wake, each once. */
export function wakesOf(jobs: readonly FetchedJob[]): readonly Wake[] {
  const wakes = jobs.map(({ data }) => wakeOf(data)).filter((wake) => wake !== undefined);
  return [...new Map(wakes.map((wake) => [`${wake.kind} ${wake.id}`, wake])).values()];
}

/** Somebody else may put jobs into the queue. */
function wakeOf(data: unknown): Wake | undefined {
  if (typeof data !== 'object' || data === null || !('kind' in data) || !('id' in data)) return undefined;
  const { kind, id } = data;
  if ((kind !== 'route' && kind !== 'lane') || typeof id !== 'string') return undefined;
  return { kind, id, delayMs: 0 };
}
