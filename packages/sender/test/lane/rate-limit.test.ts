import { describe, expect, it, test } from 'vitest';
import { RateLimit } from '../../src/lane/rate-limit.js';

/** Takes whatever may be taken at a time. */
function takeAll(limit: RateLimit, nowMs: number): number {
  let taken = 0;
  while (limit.waitMs(nowMs) === 0 && taken < 10_000) {
    limit.take(nowMs);
    taken += 1;
  }
  return taken;
}

describe('a rate limit', () => {
  it('lets a second’s worth go at once', () => {
    expect(takeAll(new RateLimit(4, 0, 0), 0)).toBe(4);
    expect(takeAll(new RateLimit(50, 0, 0), 0)).toBe(50);
    expect(takeAll(new RateLimit(1, 0, 0), 0)).toBe(1);
  });

  it('then one after the other, evenly', () => {
    const limit = new RateLimit(4, 0, 0);
    takeAll(limit, 0);
    expect(limit.waitMs(0)).toBe(250);
    expect(limit.waitMs(249)).toBe(1);
    expect(limit.waitMs(250)).toBe(0);
    expect([250, 300, 499, 500, 1000].map((nowMs) => takeAll(limit, nowMs))).toEqual([1, 0, 0, 1, 2]);
  });

  it('fills up again in a second of rest, and no further', () => {
    const limit = new RateLimit(4, 0, 0);
    takeAll(limit, 0);
    expect(takeAll(limit, 1000)).toBe(4);
    expect(takeAll(limit, 3_600_000)).toBe(4);
  });

  it('below one a second has no burst', () => {
    const limit = new RateLimit(0.1, 0, 0);
    expect(takeAll(limit, 0)).toBe(1);
    expect(limit.waitMs(0)).toBe(10_000);
    expect(takeAll(limit, 9999)).toBe(0);
    expect(takeAll(limit, 10_000)).toBe(1);
    expect(takeAll(limit, 100_000)).toBe(1);
  });

  it('looked at takes nothing', () => {
    const limit = new RateLimit(1, 0, 0);
    expect([limit.waitMs(0), limit.waitMs(0)]).toEqual([0, 0]);
  });
});

describe('debt', () => {
  it('is how long until all is forgotten', () => {
    const limit = new RateLimit(4, 0, 0);
    expect(limit.debtMs(0)).toBeUndefined();
    limit.take(0);
    expect(limit.debtMs(0)).toBe(250);
    takeAll(limit, 0);
    expect(limit.debtMs(0)).toBe(1000);
    expect(limit.debtMs(999)).toBe(1);
    expect(limit.debtMs(1000)).toBeUndefined();
  });

  it('carries over to the next owner', () => {
    const before = new RateLimit(4, 0, 0);
    takeAll(before, 0);
    const after = new RateLimit(4, before.debtMs(100) ?? 0, 5100);
    expect(after.waitMs(5100)).toBe(150);
    expect(takeAll(after, 5250)).toBe(1);
  });
});

test('more than was ever allowed at once is still paid off', () => {
  const limit = new RateLimit(2, 0, 0);
  for (let sent = 0; sent < 6; sent += 1) limit.take(0);
  expect(limit.waitMs(0)).toBe(2500);
});
