import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExchangeSlots, SLOW_AFTER_MS, type Slot } from '../../../packages/sender/src/lane/exchange-slots.js';
import { testClock } from './clocks.js';

function slotsOf(concurrency: number, slowConcurrency: number) {
  const { fake, clock } = testClock();
  return { fake, slots: new ExchangeSlots({ concurrency, slowConcurrency }, clock) };
}

/** All that are free now. */
function takeAll(slots: ExchangeSlots): Slot[] {
  const taken: Slot[] = [];
  for (let slot = slots.tryTake(); slot !== undefined; slot = slots.tryTake()) taken.push(slot);
  return taken;
}

describe('slots', () => {
  it('are as many as the limit says', () => {
    const { slots } = slotsOf(3, 10);
    expect(takeAll(slots)).toHaveLength(3);
    expect(slots.inFlight).toBe(3);
  });

  it('are free again once they are released', () => {
    const { slots, fake } = slotsOf(2, 10);
    const [first] = takeAll(slots);
    first?.release();
    expect(slots.inFlight).toBe(1);
    expect(takeAll(slots)).toHaveLength(1);
    expect(fake.pending).toBe(1);
  });

  it('released twice are released once', async () => {
    const { slots, fake } = slotsOf(2, 1);
    const [first, second] = takeAll(slots);
    first?.release();
    first?.release();
    expect(slots.inFlight).toBe(1);
    await fake.advance(SLOW_AFTER_MS);
    second?.release();
    second?.release();
    expect(slots.inFlight).toBe(0);
    expect(takeAll(slots)).toHaveLength(2);
  });

  it('that are released leave no timer', () => {
    const { slots, fake } = slotsOf(2, 1);
    for (const slot of takeAll(slots)) slot.release();
    expect(fake.pending).toBe(0);
  });
});

describe('whoever waits', () => {
  it('is served in turn', () => {
    const { slots } = slotsOf(1, 1);
    const [held] = takeAll(slots);
    const turns: string[] = [];
    let current = held;
    for (const name of ['a', 'b', 'c']) {
      slots.wait((slot) => {
        turns.push(name);
        current = slot;
      });
    }
    expect([turns, slots.waiting]).toEqual([[], 3]);
    current?.release();
    expect([turns, slots.waiting]).toEqual([['a'], 2]);
    current?.release();
    current?.release();
    expect([turns, slots.waiting]).toEqual([['a', 'b', 'c'], 0]);
  });

  it('goes before those who come later, also before those who would not wait', () => {
    const { slots } = slotsOf(1, 1);
    const [held] = takeAll(slots);
    const served: Slot[] = [];
    slots.wait((slot) => served.push(slot));
    slots.wait((slot) => served.push(slot));
    held?.release();
    expect(served).toHaveLength(1);
    expect(slots.tryTake()).toBeUndefined();
  });

  it('and waits again goes behind the others: a busy one takes no more than its share', () => {
    const { slots } = slotsOf(1, 1);
    const turns: string[] = [];
    let current = takeAll(slots)[0];
    const waitAgain = (name: string): void => {
      slots.wait((slot) => {
        turns.push(name);
        current = slot;
        waitAgain(name);
      });
    };
    for (const name of ['a', 'b', 'c']) waitAgain(name);
    for (let round = 0; round < 9; round += 1) current?.release();
    expect(turns.join('')).toBe('abcabcabc');
  });

  it('is served at once where one is free', () => {
    const { slots } = slotsOf(1, 1);
    let served = 0;
    slots.wait(() => {
      served += 1;
    });
    expect([served, slots.waiting, slots.inFlight]).toEqual([1, 0, 1]);
  });

  it('can give the turn up, and the next one has it', () => {
    const { slots } = slotsOf(1, 1);
    const [held] = takeAll(slots);
    const turns: string[] = [];
    const leave = slots.wait(() => turns.push('a'));
    slots.wait(() => turns.push('b'));
    leave();
    leave();
    expect(slots.waiting).toBe(1);
    held?.release();
    expect(turns).toEqual(['b']);
  });
});

describe('an exchange that lasts longer than 2 s', () => {
  it('is one of 2,000 ms', () => {
    expect(SLOW_AFTER_MS).toBe(2000);
  });

  it('leaves its slot to the others', async () => {
    const { slots, fake } = slotsOf(2, 10);
    takeAll(slots);
    await fake.advance(SLOW_AFTER_MS - 1);
    expect(slots.tryTake()).toBeUndefined();
    await fake.advance(1);
    expect(takeAll(slots)).toHaveLength(2);
    expect(slots.inFlight).toBe(4);
  });

  it('lets those who wait go, one for each', async () => {
    const { slots, fake } = slotsOf(2, 10);
    takeAll(slots);
    const served: Slot[] = [];
    for (let count = 0; count < 3; count += 1) slots.wait((slot) => served.push(slot));
    await fake.advance(SLOW_AFTER_MS);
    expect([served.length, slots.waiting]).toEqual([2, 1]);
  });

  it('is released like another', async () => {
    const { slots, fake } = slotsOf(1, 1);
    const [slow] = takeAll(slots);
    await fake.advance(SLOW_AFTER_MS);
    const [quick] = takeAll(slots);
    slow?.release();
    expect(slots.inFlight).toBe(1);
    quick?.release();
    expect(slots.inFlight).toBe(0);
  });

  it('stays where it is while too many are slow, and leaves as soon as one of those ends', async () => {
    const { slots, fake } = slotsOf(1, 1);
    const [first] = takeAll(slots);
    await fake.advance(SLOW_AFTER_MS);
    const [second] = takeAll(slots);
    await fake.advance(SLOW_AFTER_MS);
    expect(slots.tryTake()).toBeUndefined();
    let served = 0;
    slots.wait(() => {
      served += 1;
    });
    first?.release();
    expect([served, slots.inFlight]).toEqual([1, 2]);
    second?.release();
    expect(slots.inFlight).toBe(1);
  });

  it('that has left once does not leave again when others end', async () => {
    const { slots, fake } = slotsOf(3, 3);
    const [first] = takeAll(slots);
    await fake.advance(SLOW_AFTER_MS);
    first?.release();
    expect(takeAll(slots)).toHaveLength(3);
  });

  it('that was overdue and has ended takes no slow slot any more', async () => {
    const { slots, fake } = slotsOf(1, 1);
    const [slow] = takeAll(slots);
    await fake.advance(SLOW_AFTER_MS);
    const [overdue] = takeAll(slots);
    await fake.advance(SLOW_AFTER_MS);
    overdue?.release();
    slow?.release();
    expect(takeAll(slots)).toHaveLength(1);
    await fake.advance(SLOW_AFTER_MS);
    expect(takeAll(slots)).toHaveLength(1);
  });
});

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
    if (step.kind === 'take') this.#hold(this.#slots.tryTake());
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
    const leave = this.#slots.wait((slot) => {
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
