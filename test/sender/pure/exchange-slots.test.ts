import { describe, expect, it } from 'vitest';
import {
  type ExchangeSlots,
  ownerOf,
  SLOW_AFTER_MS,
  type Slot,
} from '../../../packages/sender/src/lane/exchange-slots.js';
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

describe('an owner', () => {
  it('is a tenant, whatever its endpoints', () => {
    expect(ownerOf({ tenant: 'acme', id: 'wh_1' })).toBe(ownerOf({ tenant: 'acme', id: 'wh_2' }));
    expect(ownerOf({ tenant: 'acme', id: 'wh_1' })).not.toBe(ownerOf({ tenant: 'other', id: 'wh_1' }));
  });

  it('is each endpoint of none, and never a tenant of that name', () => {
    const owners = [
      { tenant: '', id: 'wh_1' },
      { tenant: '', id: 'wh_2' },
      { tenant: 'wh_1', id: 'wh_3' },
      { tenant: 'endpoint wh_1', id: 'wh_3' },
    ].map(ownerOf);
    expect(new Set(owners).size).toBe(4);
  });
});

/** What owners have who take one in turn, for as long as any of them may. */
function takenInTurn(slots: ExchangeSlots, ...owners: readonly string[]): readonly number[] {
  const counts = owners.map(() => 0);
  for (let before = -1; before !== slots.inFlight; ) {
    before = slots.inFlight;
    for (const [index, owner] of owners.entries()) {
      if (slots.tryTake(owner) !== undefined) counts[index] = (counts[index] ?? 0) + 1;
    }
  }
  return counts;
}

describe('the share of an owner', () => {
  it.each([
    [1, 1, 1],
    [9, 1, 5],
    [10, 1, 6],
    [100, 11, 56],
  ])('that is alone, of %i and %i slow ones, is half, rounded up: %i', (concurrency, slow, share) => {
    const { slots } = slotsOf(concurrency, slow);
    expect(takeAll(slots, 'a')).toHaveLength(share);
    expect(slots.hasItsShare('a')).toBe(true);
    expect(slots.hasItsShare('b')).toBe(false);
  });

  it.each([
    [89, ['a', 'b'], [33, 33]],
    [90, ['a', 'b'], [34, 33]],
    [90, ['a', 'b', 'c'], [25, 25, 25]],
    [90, ['a', 'b', 'c', 'd'], [20, 20, 20, 20]],
  ])('is as much as they leave free: of %i and 10 slow ones, for %j, %j', (concurrency, owners, shares) => {
    const { slots } = slotsOf(concurrency, 10);
    expect(takenInTurn(slots, ...owners)).toEqual(shares);
    expect(owners.map((owner) => slots.hasItsShare(owner))).toEqual(owners.map(() => true));
  });

  it('is half of what those before have left, and so there is something for another', () => {
    const { slots } = slotsOf(20, 1);
    expect(['a', 'b', 'c', 'd'].map((owner) => takeAll(slots, owner).length)).toEqual([11, 5, 3, 1]);
    expect(slots.inFlight).toBe(20);
  });

  it('grows when another gives back, and there is room', () => {
    const { slots } = slotsOf(9, 3);
    const other = takeAll(slots, 'a').slice(0, 4);
    expect(takeAll(slots, 'b')).toHaveLength(3);
    expect(slots.hasItsShare('b')).toBe(true);
    for (const slot of other) slot.release();
    expect(slots.hasItsShare('b')).toBe(false);
    expect(takeAll(slots, 'b')).toHaveLength(2);
  });

  it('does not hold back one whose exchanges are quick: by default it has all 128 there are', () => {
    const { slots } = slotsOf(128, 1000);
    expect(takeAll(slots, 'a')).toHaveLength(128);
    expect(slots.hasItsShare('a')).toBe(false);
  });
});

describe('who waits while its owner has its share', () => {
  it('lets another owner go first, though that came later', async () => {
    const { slots, fake } = slotsOf(2, 1);
    takeAll(slots, 'a');
    const turns: string[] = [];
    slots.wait('a', () => turns.push('a'));
    slots.wait('b', () => turns.push('b'));
    await fake.advance(SLOW_AFTER_MS);
    expect([turns, slots.waiting]).toEqual([['b'], 1]);
  });

  it('goes when one of its owner ends', () => {
    const { slots } = slotsOf(9, 1);
    const [first] = takeAll(slots, 'a');
    let served = 0;
    slots.wait('a', () => {
      served += 1;
    });
    expect(served).toBe(0);
    first?.release();
    expect([served, slots.inFlight]).toEqual([1, 5]);
  });

  it('goes when one of another owner ends, and leaves it room', () => {
    const { slots } = slotsOf(9, 1);
    const others = ['b', 'c'].map((owner) => slots.tryTake(owner));
    takeAll(slots, 'a');
    let served = 0;
    const wait = (): (() => void) =>
      slots.wait('a', () => {
        served += 1;
        wait();
      });
    wait();
    expect([served, slots.inFlight]).toEqual([0, 6]);
    for (const slot of others) slot?.release();
    expect([served, slots.inFlight]).toEqual([1, 5]);
  });

  it('counts among those who wait until it gives the turn up', () => {
    const { slots } = slotsOf(9, 1);
    const [first] = takeAll(slots, 'a');
    let served = 0;
    const leave = slots.wait('a', () => {
      served += 1;
    });
    expect(slots.waiting).toBe(1);
    leave();
    first?.release();
    expect([served, slots.waiting]).toEqual([0, 0]);
  });
});

describe('the slow ones of an owner', () => {
  it('are at most half of the slow ones there may be: the others stay with the quick ones', async () => {
    const { slots, fake } = slotsOf(10, 4);
    expect(takeAll(slots, 'a')).toHaveLength(7);
    await fake.advance(SLOW_AFTER_MS);
    expect(takeAll(slots)).toHaveLength(10 - 5);
  });

  it('leave room for one of another owner, which goes before those that are overdue', async () => {
    const { slots, fake } = slotsOf(3, 2);
    takeAll(slots, 'a');
    await fake.advance(SLOW_AFTER_MS);
    slots.tryTake('b');
    expect(slots.tryTake('c')).toBeUndefined();
    await fake.advance(SLOW_AFTER_MS);
    expect(slots.tryTake('c')).toBeDefined();
  });

  it('make room as they end: for an overdue one of another owner where their own has its share', async () => {
    const { slots, fake } = slotsOf(3, 2);
    takeAll(slots, 'a');
    await fake.advance(SLOW_AFTER_MS);
    const slow = slots.tryTake('b');
    await fake.advance(SLOW_AFTER_MS);
    slots.tryTake('c');
    await fake.advance(SLOW_AFTER_MS);
    expect(slots.tryTake('d')).toBeUndefined();
    slow?.release();
    expect(slots.tryTake('d')).toBeDefined();
  });

  it('make room for the next of their own owner too', async () => {
    const { slots, fake } = slotsOf(3, 2);
    const [slow] = takeAll(slots, 'a');
    await fake.advance(SLOW_AFTER_MS);
    slots.tryTake('b');
    expect(slots.tryTake('c')).toBeUndefined();
    slow?.release();
    expect(takeAll(slots)).toHaveLength(1);
  });
});

it('that are given back at once, by however many, end in no depth of calls', () => {
  const { slots } = slotsOf(1, 1);
  const [held] = takeAll(slots);
  let turns = 0;
  for (let count = 0; count < 20_000; count += 1) {
    slots.wait(newOwner(), (slot) => {
      turns += 1;
      slot.release();
    });
  }
  held?.release();
  expect([turns, slots.inFlight, slots.waiting]).toEqual([20_000, 0, 0]);
});

describe('an owner', () => {
  it('is stuck when it has its share, and most of that lasts', async () => {
    const { slots, fake } = slotsOf(4, 4);
    const [first] = takeAll(slots, 'a');
    expect([slots.hasItsShare('a'), slots.isStuck('a')]).toEqual([true, false]);
    await fake.advance(SLOW_AFTER_MS);
    expect(slots.isStuck('a')).toBe(true);
    first?.release();
    expect(slots.isStuck('a')).toBe(false);
    expect(slots.isStuck('b')).toBe(false);
  });
});
