import { describe, expect, it } from 'vitest';
import { SLOW_AFTER_MS, type Slot } from '../../../packages/sender/src/lane/exchange-slots.js';
import { newOwner, slotsOf, takeAll } from './slots.js';

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
      slots.wait(newOwner(), (slot) => {
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
    slots.wait(newOwner(), (slot) => served.push(slot));
    slots.wait(newOwner(), (slot) => served.push(slot));
    held?.release();
    expect(served).toHaveLength(1);
    expect(slots.tryTake(newOwner())).toBeUndefined();
  });

  it('and waits again goes behind the others: a busy one takes no more than its share', () => {
    const { slots } = slotsOf(1, 1);
    const turns: string[] = [];
    let current = takeAll(slots)[0];
    const waitAgain = (name: string): void => {
      slots.wait(newOwner(), (slot) => {
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
    slots.wait(newOwner(), () => {
      served += 1;
    });
    expect([served, slots.waiting, slots.inFlight]).toEqual([1, 0, 1]);
  });

  it('can give the turn up, and the next one has it', () => {
    const { slots } = slotsOf(1, 1);
    const [held] = takeAll(slots);
    const turns: string[] = [];
    const leave = slots.wait(newOwner(), () => turns.push('a'));
    slots.wait(newOwner(), () => turns.push('b'));
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
    expect(slots.tryTake(newOwner())).toBeUndefined();
    await fake.advance(1);
    expect(takeAll(slots)).toHaveLength(2);
    expect(slots.inFlight).toBe(4);
  });

  it('lets those who wait go, one for each', async () => {
    const { slots, fake } = slotsOf(2, 10);
    takeAll(slots);
    const served: Slot[] = [];
    for (let count = 0; count < 3; count += 1) slots.wait(newOwner(), (slot) => served.push(slot));
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
    expect(slots.tryTake(newOwner())).toBeUndefined();
    let served = 0;
    slots.wait(newOwner(), () => {
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
