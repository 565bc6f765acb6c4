import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ExchangeSlots,
  SLOW_AFTER_MS,
  type Slot,
} from '../../../packages/sender/src/lane/exchange-slots.js';
import { newOwner, slotsOf, takeAll } from './slots.js';

type Step =
  | { readonly kind: 'take' | 'wait' | 'stay' }
  | { readonly kind: 'release' | 'leave'; readonly of: number };
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom('take', 'wait', 'stay') }),
    fc.record({ kind: fc.constantFrom('release', 'leave'), of: fc.nat(30) }),
  ),
  { maxLength: 80 },
);

/** Slots, and beside them what should hold of them. */
class Play {
  readonly #limits: { readonly concurrency: number; readonly slowConcurrency: number };
  readonly #fake;
  readonly #slots: ExchangeSlots;
  readonly #taken: { readonly slot: Slot; readonly sinceMs: number }[] = [];
  readonly #released = new Set<Slot>();
  readonly #leaves: (() => void)[] = [];
  readonly #left = new Set<number>();
  readonly #served: number[] = [];

  constructor(concurrency: number, slowConcurrency: number) {
    this.#limits = { concurrency, slowConcurrency };
    const { fake, slots } = slotsOf(concurrency, slowConcurrency);
    this.#fake = fake;
    this.#slots = slots;
  }

  async step(step: Step): Promise<void> {
    if (step.kind === 'take') this.#hold(this.#slots.tryTake(newOwner()));
    else if (step.kind === 'wait') this.#wait();
    else if (step.kind === 'release') this.#release(step.of);
    else if (step.kind === 'leave') this.#leave(step.of);
    else await this.#fake.advance(SLOW_AFTER_MS / 3);
  }

  check(): void {
    const { concurrency } = this.#limits;
    const { held, quick } = this.#counts();
    const waiting = this.#leaves.filter(
      (_, number) => !this.#left.has(number) && !this.#served.includes(number),
    );
    expect(this.#slots.inFlight).toBe(held);
    expect(this.#slots.waiting).toBe(waiting.length);
    expect(quick).toBeLessThanOrEqual(concurrency);
    if (waiting.length > 0) expect(quick).toBe(concurrency);
    expect(this.#served).toEqual(this.#served.toSorted((a, b) => a - b));
    expect(this.#fake.pending).toBeLessThanOrEqual(1);
  }

  /** What is free can be taken, and not more. */
  checkFree(): void {
    const free = this.#slots.waiting > 0 ? 0 : this.#limits.concurrency - this.#counts().quick;
    expect(takeAll(this.#slots)).toHaveLength(free);
  }

  /** What should be in flight, and of that in quick slots. */
  #counts(): { readonly held: number; readonly quick: number } {
    const held = this.#taken.filter(({ slot }) => !this.#released.has(slot));
    const old = held.filter(({ sinceMs }) => this.#fake.now() - sinceMs >= SLOW_AFTER_MS);
    return { held: held.length, quick: held.length - Math.min(old.length, this.#limits.slowConcurrency) };
  }

  #hold(slot: Slot | undefined): void {
    if (slot !== undefined) this.#taken.push({ slot, sinceMs: this.#fake.now() });
  }

  #wait(): void {
    const number = this.#leaves.length;
    const leave = this.#slots.wait(newOwner(), (slot) => {
      this.#served.push(number);
      this.#hold(slot);
    });
    this.#leaves.push(leave);
  }

  #release(index: number): void {
    const slot = this.#taken[index]?.slot;
    if (slot === undefined) return;
    this.#released.add(slot);
    slot.release();
  }

  #leave(number: number): void {
    if (number >= this.#leaves.length) return;
    if (!this.#served.includes(number)) this.#left.add(number);
    this.#leaves[number]?.();
  }
}

describe('whatever happens', () => {
  it('no limit is exceeded, nobody waits for a slot that is free, and who waited is served in turn', async () => {
    const limit = fc.integer({ min: 1, max: 4 });
    await fc.assert(
      fc.asyncProperty(limit, limit, steps, async (concurrency, slowConcurrency, played) => {
        const play = new Play(concurrency, slowConcurrency);
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
