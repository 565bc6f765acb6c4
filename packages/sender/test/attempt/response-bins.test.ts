import { describe, expect, it, test } from 'vitest';
import { responseBin, responseBinBoundMs } from '../../src/attempt/response-bins.js';

test.each([
  [0, 0],
  [0.4, 0],
  [1, 0],
  [2, 4],
  [3, 7],
  [4, 8],
  [1000, 40],
  [1024, 40],
  [1025, 41],
  [30_000, 60],
  [2 ** 20, 80],
  [2 ** 21, 80],
  [Number.MAX_SAFE_INTEGER, 80],
])('%s ms stand in bin %i', (durationMs, bin) => {
  expect(responseBin(durationMs)).toBe(bin);
});

describe('the bound of a bin', () => {
  it('is no less than anything in it, and at most 19 % more', () => {
    const times = Array.from({ length: 40_000 }, (_, index) => index + 1);
    const outside = times.filter((durationMs) => {
      const boundMs = Math.round(responseBinBoundMs(responseBin(durationMs)));
      return boundMs < durationMs || boundMs > durationMs * 1.19 + 0.5;
    });
    expect(outside).toEqual([]);
  });

  it('doubles every four bins', () => {
    expect([0, 4, 8, 40].map(responseBinBoundMs)).toEqual([1, 2, 4, 1024]);
  });
});
