import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ExchangeSlots,
  SLOW_AFTER_MS,
  type Slot,
  type SlotLimits,
} from '../../../packages/sender/src/lane/exchange-slots.js';
import { slotsOf, takeAll } from './slots.js';

const OWNERS = ['a', 'b', 'c'];

type Step =
  | { readonly kind: 'take' | 'wait'; readonly owner: string }
  | { readonly kind: 'stay' }
  | { readonly kind: 'release' | 'leave'; readonly of: number };
const owner = fc.constantFrom(...OWNERS);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('take', 'wait'), owner }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('stay') }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('release', 'leave'), of: fc.nat(15) }) },
  ),
  { maxLength: 80, size: 'max' },
);

interface Held {
  readonly owner: string;
  readonly slot: Slot;
  readonly sinceMs: number;
  isSlow: boolean;
}

interface Waiting {
  readonly owner: string;
  readonly leave: () => void;
  state: 'waits' | 'served' | 'left';
}

/** Slots, and beside them what should hold of them. */
class Play {
  readonly #limits: SlotLimits;
  readonly #fake;
  readonly #slots: ExchangeSlots;
  /** All that were taken, the oldest first. */
  readonly #taken: Held[] = [];
  readonly #released = new Set<Held>();
  readonly #waits: Waiting[] = [];

  constructor(limits: SlotLimits) {
    this.#limits = limits;
    const { fake, slots } = slotsOf(limits.concurrency, limits.slowConcurrency);
    this.#fake = fake;
    this.#slots = slots;
  }

  async step(step: Step): Promise<void> {
    if (step.kind === 'take') this.#take(step.owner);
    else if (step.kind === 'wait') this.#wait(step.owner);
    else if (step.kind === 'release') this.#release(step.of);
    else if (step.kind === 'leave') this.#leave(step.of);
    else await this.#fake.advance(SLOW_AFTER_MS / 2);
    this.#letSlowOnesGo();
  }

  check(): void {
    const { concurrency, slowConcurrency } = this.#limits;
    expect(this.#slots.inFlight).toBe(this.#held().length);
    expect(this.#slots.waiting).toBe(this.#waiting().length);
    expect(this.#quick()).toBeLessThanOrEqual(concurrency);
    expect(this.#held().length - this.#quick()).toBeLessThanOrEqual(slowConcurrency);
    for (const one of OWNERS) expect(this.#slots.hasItsShare(one)).toBe(this.#hasItsShare(one));
    for (const { owner: one } of this.#waiting()) expect(this.#mayTake(one)).toBe(false);
    expect(this.#fake.pending).toBeLessThanOrEqual(1);
  }

  /** What is free can be taken by those who have nothing, and not more. */
  checkFree(): void {
    expect(takeAll(this.#slots)).toHaveLength(this.#limits.concurrency - this.#quick());
  }

  #held(): readonly Held[] {
    return this.#taken.filter((held) => !this.#released.has(held));
  }

  #of(one: string): readonly Held[] {
    return this.#held().filter((held) => held.owner === one);
  }

  #waiting(): readonly Waiting[] {
    return this.#waits.filter(({ state }) => state === 'waits');
  }

  #quick(): number {
    return this.#held().filter(({ isSlow }) => !isSlow).length;
  }

  #hasItsShare(one: string): boolean {
    const { concurrency, slowConcurrency } = this.#limits;
    const own = this.#of(one).length;
    return own > 0 && own >= concurrency + slowConcurrency - this.#held().length;
  }

  #mayTake(one: string): boolean {
    return this.#quick() < this.#limits.concurrency && !this.#hasItsShare(one);
  }

  /** The oldest first, those that may: of an owner no more than there is still room for. */
  #letSlowOnesGo(): void {
    for (const held of this.#held()) {
      if (held.isSlow || this.#fake.now() - held.sinceMs < SLOW_AFTER_MS) continue;
      const slow = this.#held().filter(({ isSlow }) => isSlow);
      const own = slow.filter((other) => other.owner === held.owner).length;
      held.isSlow = own < this.#limits.slowConcurrency - slow.length;
    }
  }

  #hold(one: string, slot: Slot): void {
    this.#taken.push({ owner: one, slot, sinceMs: this.#fake.now(), isSlow: false });
  }

  #take(one: string): void {
    const mayTake = this.#mayTake(one);
    const slot = this.#slots.tryTake(one);
    expect(slot !== undefined).toBe(mayTake);
    if (slot !== undefined) this.#hold(one, slot);
  }

  #wait(one: string): void {
    let isServed = false;
    let entry: Waiting | undefined;
    const leave = this.#slots.wait(one, (slot) => {
      this.#hold(one, slot);
      isServed = true;
      if (entry === undefined) return;
      // Of one owner, whoever has waited longest.
      expect(this.#waiting().find((other) => other.owner === one)).toBe(entry);
      entry.state = 'served';
    });
    entry = { owner: one, leave, state: isServed ? 'served' : 'waits' };
    this.#waits.push(entry);
  }

  #release(index: number): void {
    const held = this.#taken[index];
    if (held === undefined) return;
    this.#released.add(held);
    held.slot.release();
  }

  #leave(index: number): void {
    const entry = this.#waits[index];
    if (entry === undefined) return;
    if (entry.state === 'waits') entry.state = 'left';
    entry.leave();
  }
}

describe('whatever happens', () => {
  it('no limit is exceeded, nobody who may take one waits, and one who has nothing takes what is free', async () => {
    const limits = fc.record({
      concurrency: fc.integer({ min: 1, max: 6 }),
      slowConcurrency: fc.integer({ min: 1, max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(limits, steps, async (given, played) => {
        const play = new Play(given);
        for (const step of played) {
          await play.step(step);
          play.check();
        }
        play.checkFree();
      }),
      { numRuns: 300 },
    );
  });
});
