import type { Reporter } from '../observe/reporter.js';
import type { DeliveryQueue, Wake } from '../ports/delivery-queue.js';
import type { Outlook } from '../ports/delivery-store.js';
import type { Clock } from '../time/clock.js';
import { Slots } from '../time/slots.js';
import { pause, untilDone } from '../time/until-done.js';
import { WakeGate } from './wake-gate.js';

const LOOK_EVERY_MS = 1000;
const SOONEST_LOOK_MS = 100;
const LONGEST_WAIT_MS = 10_000;
const LOOKED_AT_ONCE = 256;

/** What stands between the sender and its queue. */
export interface RelayTools<Transaction> {
  readonly queue: DeliveryQueue<Transaction>;
  readonly outlook: (options: { readonly limit: number }) => Promise<Outlook>;
  readonly clock: Clock;
  readonly reporter: Pick<Reporter, 'tellFailure'>;
}

/** Whoever is woken. */
interface Consumption {
  readonly onWake: (work: Wake) => Promise<void>;
  readonly slots: Slots;
  readonly signal: AbortSignal;
}

/**
 * A queue and the record behind it. Whoever consumes also looks at the record, every second and when it says that
 * something falls due, and passes that on: events of transactions that the queue could not join, and wake-ups that were
 * lost. What the queue refuses, or what is due still though it was passed on, is worked here: everything is delivered
 * with a queue that is away, or that loses all it is told.
 */
export class Relay<Transaction> implements DeliveryQueue<Transaction> {
  readonly #tools: RelayTools<Transaction>;
  readonly #gate: WakeGate;
  #consumption: Consumption | undefined;

  constructor(tools: RelayTools<Transaction>) {
    this.#tools = tools;
    this.#gate = new WakeGate((work) => tools.queue.wake(work), tools.clock);
  }

  async wake(work: readonly Wake[], transaction?: Transaction): Promise<void> {
    if (transaction !== undefined) return this.#tools.queue.wake(work, transaction);
    try {
      await this.#gate.wake(work);
    } catch (error) {
      for (const one of work) if (one.delayMs <= 0) this.#workHere(one);
      throw error;
    }
  }

  async consume(
    onWake: (work: Wake) => Promise<void>,
    { concurrency, signal }: { readonly concurrency: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const { queue, clock, reporter } = this.#tools;
    const slots = new Slots(concurrency);
    signal.addEventListener('abort', () => slots.letGo(), { once: true });
    this.#consumption = { onWake, slots, signal };
    const consuming = untilDone(
      () => queue.consume((work) => this.#whenFree(work), { concurrency, signal }),
      {
        clock,
        signal,
        onError: (error) => reporter.tellFailure('internal_error', 'no wake-ups come from the queue', error),
      },
    );
    await Promise.all([consuming, this.#lookAgainAndAgain(signal)]);
    await slots.whenIdle();
  }

  async #lookAgainAndAgain(signal: AbortSignal): Promise<void> {
    const { outlook, clock, reporter } = this.#tools;
    let known: ReadonlySet<string> = new Set();
    let afterFailureMs = LOOK_EVERY_MS;
    while (!signal.aborted) {
      let waitMs = LOOK_EVERY_MS;
      try {
        const { due, nextInMs = LOOK_EVERY_MS } = await outlook({ limit: LOOKED_AT_ONCE });
        await this.#passOn(due, known);
        known = new Set(due.map(keyOf));
        waitMs = Math.min(LOOK_EVERY_MS, Math.max(SOONEST_LOOK_MS, nextInMs));
        afterFailureMs = LOOK_EVERY_MS;
      } catch (error) {
        reporter.tellFailure('internal_error', 'the record cannot be reached', error);
        waitMs = afterFailureMs;
        afterFailureMs = Math.min(2 * afterFailureMs, LONGEST_WAIT_MS);
      }
      await pause(waitMs, clock, signal);
    }
  }

  /** What was due at the last look is worked here, as far as there is room: whoever was told of it does not come. */
  async #passOn(due: readonly Wake[], known: ReadonlySet<string>): Promise<void> {
    const others = due.filter((work) => !known.has(keyOf(work)) || !this.#workHere(work));
    try {
      await this.wake(others);
    } catch (error) {
      this.#tools.reporter.tellFailure('wake_failed', 'a wake-up was not passed on', error);
    }
  }

  /** `false`: this process has no room, or consumes nothing. */
  #workHere(work: Wake): boolean {
    if (this.#consumption === undefined) return false;
    const { onWake, slots, signal } = this.#consumption;
    if (signal.aborted || !slots.take()) return false;
    void slots.run(() => onWake(work));
    return true;
  }

  /** The queue's calls share the slots with what is worked besides. */
  async #whenFree(work: Wake): Promise<void> {
    if (this.#consumption === undefined) return;
    const { onWake, slots, signal } = this.#consumption;
    while (!signal.aborted) {
      if (slots.take()) return slots.run(() => onWake(work));
      await slots.whenFree();
    }
  }
}

function keyOf({ kind, id }: Wake): string {
  return `${kind} ${id}`;
}
