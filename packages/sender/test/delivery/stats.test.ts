import { describe, expect, it, test } from 'vitest';
import { responseBin } from '../../src/attempt/response-bins.js';
import { STATS_WINDOW_MS, statsOf } from '../../src/delivery/stats.js';
import type { EndpointTotals } from '../../src/ports/records.js';
import type { Tally } from '../../src/ports/tallies.js';

const none: EndpointTotals = { pending: 0, retrying: 0, lastDeliveredAtMs: undefined, tallies: [] };
const ends = (measure: 'delivered' | 'failed', count: number): Tally => ({
  measure,
  bin: 0,
  count,
  totalMs: 0,
});
const responses = (durationMs: number, count: number): Tally => ({
  measure: 'response',
  bin: responseBin(durationMs),
  count,
  totalMs: durationMs * count,
});
const p95 = (...tallies: readonly Tally[]) => statsOf({ ...none, tallies }).p95ResponseTimeMs;

test('nothing has no rate and no times', () => {
  expect(statsOf(none)).toEqual({
    total: 0,
    successful: 0,
    failed: 0,
    successRate: undefined,
    averageResponseTimeMs: undefined,
    p95ResponseTimeMs: undefined,
    pending: 0,
    retryQueue: 0,
    lastDeliveredAt: undefined,
  });
});

test('hours are summed up', () => {
  const stats = statsOf({
    pending: 7,
    retrying: 3,
    lastDeliveredAtMs: 1_768_473_000_000,
    tallies: [
      ends('delivered', 6),
      ends('failed', 1),
      ends('delivered', 3),
      responses(100, 9),
      responses(200, 3),
    ],
  });
  expect(stats).toMatchObject({
    total: 10,
    successful: 9,
    failed: 1,
    successRate: 0.9,
    averageResponseTimeMs: 125,
    pending: 7,
    retryQueue: 3,
    lastDeliveredAt: new Date('2026-01-15T10:30:00Z'),
  });
});

test('nothing but failures has a rate of 0', () => {
  expect(statsOf({ ...none, tallies: [ends('failed', 2)] })).toMatchObject({ successRate: 0, total: 2 });
});

test('a delivery at the beginning of time was one', () => {
  expect(statsOf({ ...none, lastDeliveredAtMs: 0 }).lastDeliveredAt).toEqual(new Date(0));
});

test('the window is a day', () => {
  expect(STATS_WINDOW_MS).toBe(86_400_000);
});

test('times are whole milliseconds', () => {
  const stats = statsOf({ ...none, tallies: [responses(100, 1), responses(101, 2)] });
  expect(stats).toMatchObject({ averageResponseTimeMs: 101, p95ResponseTimeMs: 108 });
  expect(statsOf({ ...none, tallies: [responses(100, 1)] }).averageResponseTimeMs).toBe(100);
});

describe('95 % of the answers', () => {
  it('took no longer, to within 19 %', () => {
    const times = [...Array.from({ length: 95 }, (_, index) => index + 1), ...Array(5).fill(9000)];
    const bound = p95(...times.map((durationMs) => responses(durationMs, 1)));
    expect(bound).toBeGreaterThanOrEqual(95);
    expect(bound).toBeLessThanOrEqual(95 * 1.19);
  });

  it.each([
    [19, 1, 100],
    [18, 2, 9000],
    [1, 0, 100],
    [0, 1, 9000],
  ])('of %i quick and %i slow ones: about %i ms', (quick, slow, about) => {
    const tallies = [responses(9000, slow), responses(100, quick)].filter(({ count }) => count > 0);
    const bound = p95(...tallies);
    expect(bound).toBeGreaterThanOrEqual(about);
    expect(bound).toBeLessThanOrEqual(about * 1.19);
  });

  it('is found whatever the order of the bins', () => {
    const tallies = [responses(9000, 1), responses(10, 50), responses(100, 49)];
    expect(p95(...tallies)).toBe(p95(...tallies.toReversed()));
    expect(p95(...tallies)).toBeLessThan(200);
  });

  it('counts a bin once for each hour that has it', () => {
    expect(p95(responses(100, 10), responses(100, 9), responses(9000, 1))).toBeLessThan(200);
  });
});
