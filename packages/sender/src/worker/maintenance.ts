import type { Reporter } from '../observe/reporter.js';
import type { DeliveryStore } from '../ports/delivery-store.js';
import type { Clock } from '../time/clock.js';
import { pause } from '../time/until-done.js';

const PRUNE_EVERY_MS = 60_000;
const SKIP_EVERY_MS = 10_000;
/** Small, so that what else is written waits no longer than a moment. */
const ROWS_AT_ONCE = 500;

/** What is tidied up. */
export interface MaintenanceTools {
  readonly store: Pick<DeliveryStore<unknown>, 'work' | 'records'>;
  /** `undefined`: nothing is ever forgotten. */
  readonly retentionMs: number | undefined;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

/** Forgets what is older than the retention, and skips what disabled endpoints leave behind, in small steps. */
export class Maintenance {
  readonly #tools: MaintenanceTools;
  readonly #stopping = new AbortController();
  #running: readonly Promise<void>[] = [];
  #skipSoon: () => void = () => {};

  constructor(tools: MaintenanceTools) {
    this.#tools = tools;
  }

  start(): void {
    const { store, retentionMs } = this.#tools;
    const skip = (): Promise<number> => store.work.skip({ limit: ROWS_AT_ONCE });
    this.#running = [this.#repeat(skip, SKIP_EVERY_MS, (wake) => (this.#skipSoon = wake))];
    if (retentionMs === undefined) return;
    const prune = (): Promise<number> =>
      store.records.prune({ olderThanMs: retentionMs, limit: ROWS_AT_ONCE });
    this.#running = [...this.#running, this.#repeat(prune, PRUNE_EVERY_MS)];
  }

  /** An endpoint was disabled or deleted. */
  skipSoon(): void {
    this.#skipSoon();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
  }

  /** A step again and again while it finds a full batch, then after a rest that can be cut short. */
  async #repeat(
    step: () => Promise<number>,
    everyMs: number,
    onRest?: (wake: () => void) => void,
  ): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const rest = new AbortController();
      onRest?.(() => rest.abort());
      const isMore = (await this.#attempt(step)) >= ROWS_AT_ONCE;
      await pause(isMore ? 0 : everyMs, this.#tools.clock, AbortSignal.any([signal, rest.signal]));
    }
  }

  async #attempt(step: () => Promise<number>): Promise<number> {
    try {
      return await step();
    } catch (error) {
      this.#tools.reporter.tellFailure('internal_error', 'the record cannot be tidied up', error);
      return 0;
    }
  }
}
