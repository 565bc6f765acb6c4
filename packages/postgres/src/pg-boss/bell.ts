import { type Clock, Signal } from '@countersign/sender/queues';
import type { BossDatabase, Listening } from './boss.js';

/** Not every client can read what `pg_notify` returns. */
const NOTIFY = 'SELECT 1 AS told FROM pg_notify($1, $2)';

/** Channels are one name space for the whole database. A strange notification costs one look. */
export function channelOf(queueName: string): string {
  return `countersign_${queueName}`;
}

/** Tells other processes that there are jobs: at the commit, where it is part of a transaction. */
export async function notify(
  query: (text: string, values: unknown[]) => Promise<unknown>,
  queueName: string,
): Promise<void> {
  await query(NOTIFY, [channelOf(queueName), '']);
}

/** What ends the wait of a process for jobs before its time. */
export class Bell {
  readonly #clock: Clock;
  readonly #rung = new Signal();
  #listening: Listening | undefined;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Listens, where the database can, once and for all: pg-boss mends a connection that is cut. */
  async listen(database: BossDatabase, queueName: string): Promise<void> {
    if (this.#listening !== undefined) return;
    const ring = (): void => this.ring();
    const listening = await database.listen?.(channelOf(queueName), ring, ring);
    if (this.#isClosed) await listening?.close();
    else this.#listening = listening;
  }

  ring(): void {
    this.#rung.set();
  }

  /** Resolves when it rings, or after a time. */
  async wait(atMostMs: number): Promise<void> {
    const cancel = this.#clock.schedule(() => this.ring(), atMostMs);
    await this.#rung.wait();
    cancel();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing ??= this.#listening?.close();
    await this.#closing;
  }
}
