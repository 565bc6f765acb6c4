import type { Now, Schedule } from '@countersign/core';
import { mustBe } from '@countersign/core/strict';
import type { DeliveryQueue, Wake } from '@countersign/sender';
import { type Clock, clockOf, orAborted, Slots } from '@countersign/sender/queues';
import type { SqlClient } from '../client/sql-client.js';
import { Bell, notify } from './bell.js';
import { type Boss, isBoss } from './boss.js';
import { JOB_LIFE, jobsOf, looseJobsOf, wakesOf } from './wake-jobs.js';

export type { Boss, BossDatabase, FetchedJob, JobDatabase, JobLife, Listening, NewJob } from './boss.js';

/** How long a job waits at most for a process that hears no bell: those with a delay ring none. */
const POLL_MS = 500;
/** Few, so that processes share what there is. */
const FETCHED_AT_ONCE = 32;
const NAME = /^[A-Za-z0-9_.-]{1,50}$/;

/** Options of {@link pgBossQueue}. */
export interface PgBossQueueOptions {
  /** A `PgBoss` of pg-boss 12 that is started. It is the caller's: nothing here stops it. */
  readonly boss: Boss;
  /** The name of its queue, which is made where there is none. Default `countersign`. */
  readonly name?: string | undefined;
  /**
   * Whether a wake-up is also a NOTIFY. Default `true`: it comes within milliseconds. PostgreSQL commits transactions
   * that notify one after the other; `false`, where too many do, and a wake-up comes within half a second.
   */
  readonly notify?: boolean | undefined;
  /** Epoch milliseconds; default `Date.now`. */
  readonly now?: Now | undefined;
  /** Runs a function later; default `setTimeout`. */
  readonly schedule?: Schedule | undefined;
}

/**
 * The delivery queue of senders on several machines whose record is in PostgreSQL: pg-boss, over the caller's instance,
 * wakes them. Jobs are small, and live for moments: one is fetched when there is room to work it, and deleted before it
 * is worked.
 *
 * `send(event, { transaction })` inserts its job in the same transaction. No two transactions wait for each other: there
 * a job has no key that others have.
 *
 * A process that consumes looks for jobs twice a second, and with `notify` has one more connection that listens, which
 * pg-boss makes and mends. Behind PgBouncer in transaction mode it hears nothing, and looks twice a second.
 *
 * @example
 * const boss = new PgBoss(process.env.DATABASE_URL);
 * boss.on('error', (error) => log(error));
 * await boss.start();
 * const sender = createSender({ store: postgresStore({ client: pool }), queue: pgBossQueue({ boss }) });
 */
export function pgBossQueue(options: PgBossQueueOptions): DeliveryQueue<SqlClient> {
  return new PgBossQueue(options);
}

class PgBossQueue implements DeliveryQueue<SqlClient> {
  readonly #boss: Boss;
  readonly #name: string;
  readonly #notifies: boolean;
  readonly #clock: Clock;
  /** Of those who consume in this process, by the signals that end it. */
  readonly #bells = new Map<AbortSignal, Bell>();
  #making: Promise<unknown> | undefined;

  constructor(options: PgBossQueueOptions) {
    if (typeof options !== 'object' || options === null)
      throw mustBe('options', 'an object with `boss`', options);
    const { boss, name = 'countersign', notify: notifies = true } = options;
    if (!isBoss(boss)) throw mustBe('boss', 'a PgBoss of pg-boss 12', boss);
    if (typeof name !== 'string' || !NAME.test(name))
      throw mustBe('name', '1 to 50 letters, digits, `_`, `.` or `-`', name);
    if (typeof notifies !== 'boolean') throw mustBe('notify', 'true or false', notifies);
    for (const field of ['now', 'schedule'] as const) {
      const value = options[field];
      if (value !== undefined && typeof value !== 'function') throw mustBe(field, 'a function', value);
    }
    this.#boss = boss;
    this.#name = name;
    this.#notifies = notifies;
    this.#clock = clockOf(options);
  }

  async wake(work: readonly Wake[], transaction?: SqlClient): Promise<void> {
    if (work.length === 0) return;
    await this.#made();
    if (transaction === undefined) await this.#insert(work);
    else await this.#insertWithin(work, transaction);
  }

  async consume(
    onWake: (work: Wake) => Promise<void>,
    { concurrency, signal }: { readonly concurrency: number; readonly signal: AbortSignal },
  ): Promise<void> {
    if (signal.aborted) return;
    const slots = new Slots(concurrency);
    const bell = this.#bellOf(signal);
    await orAborted(this.#workAll(onWake, slots, bell, signal), signal);
    await bell.close();
    await slots.whenIdle();
  }

  /**
   * It goes on listening while consuming fails and is begun anew: the connection would end the process if it were closed
   * just when the server ends it.
   */
  #bellOf(signal: AbortSignal): Bell {
    const known = this.#bells.get(signal);
    if (known !== undefined) return known;
    const bell = new Bell(this.#clock);
    this.#bells.set(signal, bell);
    signal.addEventListener('abort', () => this.#silence(signal, bell), { once: true });
    return bell;
  }

  #silence(signal: AbortSignal, bell: Bell): void {
    this.#bells.delete(signal);
    bell.ring();
    bell.close().catch(() => {});
  }

  /** Whoever has room fetches. What rejects ends it: whoever consumes begins anew. */
  async #workAll(
    onWake: (work: Wake) => Promise<void>,
    slots: Slots,
    bell: Bell,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#made();
    if (this.#notifies) await bell.listen(this.#boss.getDb(), this.#name);
    while (!signal.aborted) {
      await slots.whenFree();
      if (signal.aborted) return;
      const batchSize = Math.min(slots.free, FETCHED_AT_ONCE);
      const jobs = await this.#boss.fetch(this.#name, { batchSize });
      if (jobs.length === 0) {
        await bell.wait(POLL_MS);
        continue;
      }
      const works = wakesOf(jobs);
      // Before it is worked: what comes up meanwhile is a new job.
      await this.#boss.deleteJob(
        this.#name,
        jobs.map(({ id }) => id),
      );
      if (signal.aborted) return this.#insert(works);
      for (const work of works) if (slots.take()) void slots.run(() => onWake(work));
    }
  }

  async #insert(work: readonly Wake[]): Promise<void> {
    const boss = this.#boss;
    await boss.insert(this.#name, jobsOf(work, this.#clock.now()));
    if (!hasImmediate(work)) return;
    for (const bell of this.#bells.values()) bell.ring();
    if (this.#notifies) await notify((text, values) => boss.getDb().executeSql(text, values), this.#name);
  }

  async #insertWithin(work: readonly Wake[], transaction: SqlClient): Promise<void> {
    const db = {
      async executeSql(text: string, values: unknown[] = []) {
        const { rows } = await transaction.query(text, values);
        return { rows: [...rows] };
      },
    };
    await this.#boss.insert(this.#name, looseJobsOf(work, this.#clock.now()), { db });
    if (this.#notifies && hasImmediate(work))
      await notify((text, values) => transaction.query(text, values), this.#name);
  }

  /** The queue is there; what failed is tried again with the next call. */
  async #made(): Promise<void> {
    this.#making ??= this.#boss.createQueue(this.#name, JOB_LIFE);
    try {
      await this.#making;
    } catch (error) {
      this.#making = undefined;
      throw error;
    }
  }
}

function hasImmediate(work: readonly Wake[]): boolean {
  return work.some(({ delayMs }) => delayMs <= 0);
}
