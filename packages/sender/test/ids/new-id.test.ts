import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '../../src/ids/new-id.js';
import { checkedId } from '../../src/ids/scope.js';

const YEAR_2100_MS = 4_102_444_800_000;

describe('a new id', () => {
  beforeEach(() => {
    // Ahead of whatever this process has counted so far.
    vi.useFakeTimers({ toFake: ['Date'], now: YEAR_2100_MS });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(['evt', 'wh', 'dlv', 'test'] as const)('says what it is of: %s', (prefix) => {
    const id = newId(prefix);
    expect(id).toMatch(new RegExp(`^${prefix}_03bb2cc3d8007[0-9a-f]{3}[89ab][0-9a-f]{15}$`));
    expect(checkedId('id', id)).toBe(id);
  });

  it('is greater than every one before it, also where the clock goes back', () => {
    const ids: string[] = [];
    for (const nowMs of [1, 2, 3, 1, 0, 4].map((ms) => YEAR_2100_MS + ms)) {
      vi.setSystemTime(nowMs);
      ids.push(...Array.from({ length: 300 }, () => newId('evt')));
    }
    expect(ids).toEqual([...new Set(ids)].toSorted());
  });

  it('begins each millisecond at a random count, with room to count on', () => {
    const counts = Array.from({ length: 2000 }, (_, ms) => {
      vi.setSystemTime(YEAR_2100_MS + 1000 + ms);
      return newId('evt').slice(4 + 12);
    });
    // The version, 1 + 3 bits of 3 digits, the variant and 2 bits, 15 digits: all values of each, but for the first bit.
    const values = Array.from({ length: 20 }, (_, at) => new Set(counts.map((digits) => digits[at])).size);
    expect(values).toEqual([1, 8, 16, 16, 4, ...Array(15).fill(16)]);
  });

  it('ends in random bits, so that two processes make no two alike', () => {
    const ends = Array.from({ length: 2000 }, () => newId('evt').slice(-10));
    expect(new Set(ends).size).toBe(ends.length);
  });
});
