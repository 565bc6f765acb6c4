import type { Clock } from '../time/clock.js';
import { Timeouts } from '../time/timeouts.js';

/** How many exchanges a sender may have in flight. */
export interface SlotLimits {
  readonly concurrency: number;
  /** Of those that last longer than {@link SLOW_AFTER_MS}, which leave `concurrency` to the others. */
  readonly slowConcurrency: number;
}

/** From here on an exchange counts as slow. */
export const SLOW_AFTER_MS = 2000;

/** The right to have one exchange in flight. */
export interface Slot {
  release(): void;
}

/**
 * The bound on all exchanges of a process. Whoever must wait is served in turn, one at a time each, so that a lane with
 * much to send does not go before others; exchanges that hang do not use up what the others need.
 */
export class ExchangeSlots {
  readonly #limits: SlotLimits;
  readonly #timeouts: Timeouts;
  readonly #waiting = new Set<() => void>();
  /** Slow ones that found `slowConcurrency` used up, the oldest first. */
  readonly #overdue = new Set<() => void>();
  #quick = 0;
  #slow = 0;

  constructor(limits: SlotLimits, clock: Clock) {
    this.#limits = limits;
    this.#timeouts = new Timeouts(SLOW_AFTER_MS, clock);
  }

  /** Lanes that wait for a slot. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Exchanges in flight. */
  get inFlight(): number {
    return this.#quick + this.#slow;
  }

  /** A slot, if one is free and nobody waits for it. */
  tryTake(): Slot | undefined {
    return this.#waiting.size === 0 ? this.#take() : undefined;
  }

  /** Calls back when it is this caller's turn to take one; the returned function gives the turn up. */
  wait(onTurn: (slot: Slot) => void): () => void {
    const turn = (): void => {
      const slot = this.#take();
      if (slot === undefined) return;
      this.#waiting.delete(turn);
      onTurn(slot);
    };
    this.#waiting.add(turn);
    this.#serve();
    return () => {
      this.#waiting.delete(turn);
      this.#serve();
    };
  }

  #take(): Slot | undefined {
    if (this.#quick >= this.#limits.concurrency) return undefined;
    this.#quick += 1;
    let state: 'quick' | 'slow' | 'released' = 'quick';
    const slowDown = (): void => {
      this.#overdue.add(slowDown);
      if (this.#slow >= this.#limits.slowConcurrency) return;
      this.#overdue.delete(slowDown);
      state = 'slow';
      this.#quick -= 1;
      this.#slow += 1;
      this.#serve();
    };
    const cancel = this.#timeouts.start(slowDown);
    return {
      release: () => {
        if (state === 'released') return;
        if (state === 'quick') this.#quick -= 1;
        else this.#slow -= 1;
        state = 'released';
        cancel();
        this.#overdue.delete(slowDown);
        const [overdue] = this.#overdue;
        overdue?.();
        this.#serve();
      },
    };
  }

  #serve(): void {
    const [next] = this.#waiting;
    next?.();
  }
}
