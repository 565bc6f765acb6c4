import { NO_TENANT } from '../ports/records.js';
import type { Clock } from '../time/clock.js';
import { Timeouts } from '../time/timeouts.js';
import { Turns } from './turns.js';

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

/** Whose exchanges an endpoint's are: its tenant's; endpoints of none are on their own. */
export function ownerOf({ tenant, id }: { readonly tenant: string; readonly id: string }): string {
  return tenant === NO_TENANT ? `endpoint ${id}` : `tenant ${tenant}`;
}

/** What one owner has in flight. */
interface Share {
  all: number;
  slow: number;
  /** Slow ones, and those that would be if there were room. */
  lasting: number;
}

const NOTHING: Readonly<Share> = { all: 0, slow: 0, lasting: 0 };

/**
 * The bound on all exchanges of a process, for owners that know nothing of each other: tenants, or endpoints of none.
 * No owner has more in flight than is left free: one that hangs has at most half, the next half of what it left, so it
 * takes many to use all up. Who must wait is served in turn, owner by owner; exchanges that hang do not use up what the
 * others need.
 */
export class ExchangeSlots {
  readonly #limits: SlotLimits;
  readonly #timeouts: Timeouts;
  readonly #shares = new Map<string, Share>();
  readonly #turns = new Turns();
  /** Slow ones for which there was no room, the oldest first: each tries to leave, and says whether it has. */
  readonly #overdue = new Set<() => boolean>();
  #isServing = false;
  #quick = 0;
  #slow = 0;

  constructor(limits: SlotLimits, clock: Clock) {
    this.#limits = limits;
    this.#timeouts = new Timeouts(SLOW_AFTER_MS, clock);
  }

  /** Lanes that wait for a slot. */
  get waiting(): number {
    return this.#turns.size;
  }

  /** Exchanges in flight. */
  get inFlight(): number {
    return this.#quick + this.#slow;
  }

  /** A slot, if one is free for this owner. */
  tryTake(owner: string): Slot | undefined {
    return this.#mayTake(owner) ? this.#take(owner) : undefined;
  }

  /** Whether an owner can do nothing but wait for exchanges that last. */
  isStuck(owner: string): boolean {
    const { all, lasting } = this.#shares.get(owner) ?? NOTHING;
    return 2 * lasting >= all && this.hasItsShare(owner);
  }

  /** Whether an owner has as much as it may have, for now. */
  hasItsShare(owner: string): boolean {
    const { concurrency, slowConcurrency } = this.#limits;
    const { all } = this.#shares.get(owner) ?? NOTHING;
    return all > 0 && all >= concurrency + slowConcurrency - this.inFlight;
  }

  /** Calls back when it is this caller's turn to take one; the returned function gives the turn up. */
  wait(owner: string, onTurn: (slot: Slot) => void): () => void {
    const leave = this.#turns.add(owner, () => onTurn(this.#take(owner)));
    this.#serve();
    return () => {
      leave();
      this.#serve();
    };
  }

  #mayTake(owner: string): boolean {
    return this.#quick < this.#limits.concurrency && !this.hasItsShare(owner);
  }

  #take(owner: string): Slot {
    const share = this.#shares.get(owner) ?? { ...NOTHING };
    this.#shares.set(owner, share);
    share.all += 1;
    this.#quick += 1;
    let state: 'quick' | 'slow' | 'released' = 'quick';
    const slowDown = (): boolean => {
      if (share.slow >= this.#limits.slowConcurrency - this.#slow) return false;
      state = 'slow';
      share.slow += 1;
      this.#quick -= 1;
      this.#slow += 1;
      return true;
    };
    let isLasting = false;
    const cancel = this.#timeouts.start(() => {
      isLasting = true;
      share.lasting += 1;
      if (slowDown()) this.#serve();
      else this.#overdue.add(slowDown);
    });
    return {
      release: () => {
        if (state === 'released') return;
        cancel();
        this.#overdue.delete(slowDown);
        if (state === 'slow') {
          share.slow -= 1;
          this.#slow -= 1;
          this.#letOverdueGo();
        } else {
          this.#quick -= 1;
        }
        state = 'released';
        share.all -= 1;
        if (isLasting) share.lasting -= 1;
        if (share.all === 0) this.#shares.delete(owner);
        this.#serve();
      },
    };
  }

  #letOverdueGo(): void {
    for (const slowDown of this.#overdue) if (slowDown()) this.#overdue.delete(slowDown);
  }

  #serve(): void {
    // One who is served may give its slot back at once: the loop goes on, however many do.
    if (this.#isServing) return;
    this.#isServing = true;
    try {
      while (this.#quick < this.#limits.concurrency && this.#turns.serve((owner) => this.#mayTake(owner)));
    } finally {
      this.#isServing = false;
    }
  }
}
