import type { Now } from '@countersign/core';
import { mustBe } from '@countersign/core/strict';
import type { DeliveryQueue, Wake } from '@countersign/sender';
import { orAborted, Slots } from '@countersign/sender/queues';
import type { BullQueue, BullWorker, BullWorkerOptions, TakenBullJob } from './bull.js';
import { jobOf, wakeOf } from './wake-jobs.js';

export type {
  BullJobOptions,
  BullQueue,
  BullWorker,
  BullWorkerOptions,
  NewBullJob,
  TakenBullJob,
} from './bull.js';

/** In one way to Redis and back, where there is more than one. */
const TAKEN_AT_ONCE = 8;
const WORKER_OPTIONS: BullWorkerOptions = {
  autorun: false,
  drainDelay: 1,
  // A job is in hand for as long as it takes to remove it.
  lockDuration: 15_000,
  stalledInterval: 15_000,
};

/** Options of {@link bullmqQueue}. */
export interface BullmqQueueOptions {
  /** A `Queue` of BullMQ 6. It is the caller's: nothing here closes it. */
  readonly queue: BullQueue;
  /**
   * Makes a `Worker` of BullMQ 6 for the same queue, without a processor, with the options that are given and a
   * connection. It is closed when the sender stops.
   */
  readonly worker: (options: BullWorkerOptions) => BullWorker;
  /** Epoch milliseconds; default `Date.now`. */
  readonly now?: Now | undefined;
}

/**
 * The delivery queue of senders on several machines whose wake-ups go through Redis: BullMQ, over the caller's
 * instances. Jobs are small, and live for moments: one is taken when there is room to work it, and removed before it is
 * worked. Nothing is lost with Redis: the record has it all.
 *
 * It cannot join a transaction of a database. What `send(event, { transaction })` has written is found in the record
 * within about a second of its commit.
 *
 * Give the `Queue` a connection that fails soon, so that a Redis that is away holds nothing up:
 * `{ maxRetriesPerRequest: 1, enableOfflineQueue: false }`. That of a `Worker` must wait: `maxRetriesPerRequest: null`.
 *
 * @example
 * const queue = new Queue('countersign', { connection: { url, maxRetriesPerRequest: 1, enableOfflineQueue: false } });
 * const connection = { url, maxRetriesPerRequest: null };
 * const sender = createSender({
 *   store: postgresStore({ client: pool }),
 *   queue: bullmqQueue({ queue, worker: (options) => new Worker('countersign', null, { connection, ...options }) }),
 * });
 */
export function bullmqQueue(options: BullmqQueueOptions): DeliveryQueue<unknown> {
  return new BullmqQueue(options);
}

class BullmqQueue implements DeliveryQueue<unknown> {
  readonly #queue: BullQueue;
  readonly #makeWorker: BullmqQueueOptions['worker'];
  readonly #now: Now;

  constructor(options: BullmqQueueOptions) {
    if (typeof options !== 'object' || options === null)
      throw mustBe('options', 'an object with `queue` and `worker`', options);
    const { queue, worker, now = Date.now } = options;
    if (typeof queue?.addBulk !== 'function') throw mustBe('queue', 'a Queue of BullMQ 6', queue);
    if (typeof worker !== 'function')
      throw mustBe('worker', 'a function that makes a Worker of BullMQ 6', worker);
    if (typeof now !== 'function') throw mustBe('now', 'a function', now);
    this.#queue = queue;
    this.#makeWorker = worker;
    this.#now = now;
  }

  /** Whatever the transaction is of, Redis is no part of it, and before the commit there is nothing to find. */
  async wake(work: readonly Wake[], transaction?: unknown): Promise<void> {
    if (work.length === 0 || transaction !== undefined) return;
    const nowMs = this.#now();
    await this.#queue.addBulk(work.map((wake) => jobOf(wake, nowMs)));
  }

  async consume(
    onWake: (work: Wake) => Promise<void>,
    { concurrency, signal }: { readonly concurrency: number; readonly signal: AbortSignal },
  ): Promise<void> {
    if (signal.aborted) return;
    const worker = this.#worker();
    const slots = new Slots(concurrency);
    try {
      await orAborted(takeAll(worker, onWake, slots, signal), signal);
    } finally {
      await worker.close(true);
    }
    await slots.whenIdle();
  }

  #worker(): BullWorker {
    const worker = this.#makeWorker(WORKER_OPTIONS);
    if (typeof worker?.getNextJob !== 'function')
      throw mustBe('worker', 'a function that makes a Worker of BullMQ 6', worker);
    const { qualifiedName } = this.#queue;
    if (worker.qualifiedName !== qualifiedName) {
      void worker.close(true);
      throw mustBe('worker', `a Worker of the queue ${qualifiedName}`, worker.qualifiedName);
    }
    return worker;
  }
}

/** Whoever has room takes a job. What rejects ends it: whoever consumes begins anew. */
async function takeAll(
  worker: BullWorker,
  onWake: (work: Wake) => Promise<void>,
  slots: Slots,
  signal: AbortSignal,
): Promise<void> {
  const token = crypto.randomUUID();
  const start = async (job: TakenBullJob): Promise<void> => {
    await removed(job, token);
    const work = wakeOf(job.data);
    if (work === undefined || signal.aborted) slots.release();
    else await slots.run(() => onWake(work));
  };
  // What a process that died had in hand waits again.
  await worker.startStalledCheckTimer();
  for (let isMore = false; !signal.aborted; ) {
    await slots.whenFree();
    if (signal.aborted) return;
    const count: number = isMore ? Math.min(slots.free, TAKEN_AT_ONCE) : 1;
    const jobs = await taken(worker, token, count, { block: !isMore });
    // After the abort they are left to the others, as if this process had died.
    if (signal.aborted) return;
    for (const job of jobs) if (slots.take()) void start(job);
    isMore = jobs.length === count;
  }
}

async function taken(
  worker: BullWorker,
  token: string,
  count: number,
  options: { block: boolean },
): Promise<readonly TakenBullJob[]> {
  const jobs = await Promise.all(Array.from({ length: count }, () => worker.getNextJob(token, options)));
  return jobs.filter((job) => job !== undefined);
}

/** Before it is worked: what comes up meanwhile is a new job. Where it cannot be removed, it is worked all the same. */
async function removed(job: TakenBullJob, token: string): Promise<void> {
  await job.moveToCompleted(null, token, false).catch(() => {});
}
