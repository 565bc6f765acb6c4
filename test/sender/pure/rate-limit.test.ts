import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../../packages/sender/src/lane/rate-limit.js';

const rates = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.double({ min: 0.05, max: 200, noNaN: true }));
/** Times between looks: often none, at most a few intervals. */
const pauses = fc.array(fc.oneof(fc.constant(0), fc.nat(50), fc.nat(3000)), { minLength: 1, maxLength: 200 });
const START_MS = 1_768_473_000_000;

/** Whoever sends whenever it may: at each look, all that may go; every fifth look another owner takes over. */
function sendAll(perSecond: number, waits: readonly number[], handsOver: boolean): readonly number[] {
  let limit = new RateLimit(perSecond, 0, START_MS);
  let nowMs = START_MS;
  const sentMs: number[] = [];
  for (const [look, waitMs] of waits.entries()) {
    nowMs += waitMs;
    if (handsOver && look % 5 === 4) limit = new RateLimit(perSecond, limit.debtMs(nowMs) ?? 0, nowMs);
    while (limit.waitMs(nowMs) === 0) {
      limit.take(nowMs);
      sentMs.push(nowMs);
    }
  }
  return sentMs;
}

describe.each([
  ['one owner', false],
  ['owners that hand over their debt', true],
])('a rate limit, worked by %s', (_, handsOver) => {
  it('lets no more than the burst and the rate go in any window', () => {
    fc.assert(
      fc.property(rates, pauses, (perSecond, waits) => {
        const sentMs = sendAll(perSecond, waits, handsOver);
        const burst = Math.max(1, perSecond);
        for (const [first, fromMs] of sentMs.entries()) {
          for (let last = first; last < sentMs.length; last += 1) {
            const windowMs = (sentMs[last] ?? fromMs) - fromMs;
            // Times are floating point numbers: a thousandth of an event is theirs.
            const most = burst + (windowMs * perSecond) / 1000 + 0.001;
            if (last - first + 1 > most) expect([last - first + 1, windowMs]).toBeLessThanOrEqual(most);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('the wait of a rate limit', () => {
  it('spaces what is sent without a pause evenly behind the burst, and no further', () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 400 }), (perSecond, count) => {
        const limit = new RateLimit(perSecond, 0, START_MS);
        let nowMs = START_MS;
        for (let sent = 0; sent < count; sent += 1) {
          nowMs += limit.waitMs(nowMs);
          limit.take(nowMs);
        }
        const intervalMs = 1000 / perSecond;
        const burstMs = Math.max(0, 1000 - intervalMs);
        expect(nowMs - START_MS).toBeCloseTo(Math.max(0, (count - 1) * intervalMs - burstMs), 0);
      }),
    );
  });

  it('is exactly as long as it must be', () => {
    fc.assert(
      fc.property(rates, fc.nat(300), fc.nat(5000), (perSecond, taken, waitMs) => {
        const limit = new RateLimit(perSecond, 0, START_MS);
        for (let count = 0; count < taken; count += 1) limit.take(START_MS);
        const nowMs = START_MS + waitMs;
        const restMs = limit.waitMs(nowMs);
        expect(limit.waitMs(nowMs + restMs)).toBeLessThan(0.001);
        if (restMs > 1) expect(limit.waitMs(nowMs + restMs - 1)).toBeCloseTo(1, 2);
      }),
    );
  });

  it('and the debt are the same for the next owner', () => {
    fc.assert(
      fc.property(rates, fc.nat(300), fc.nat(5000), fc.nat(5000), (perSecond, taken, atMs, laterMs) => {
        const limit = new RateLimit(perSecond, 0, START_MS);
        for (let count = 0; count < taken; count += 1) limit.take(START_MS);
        const handedMs = START_MS + atMs;
        const next = new RateLimit(perSecond, limit.debtMs(handedMs) ?? 0, handedMs);
        const nowMs = handedMs + laterMs;
        expect(next.waitMs(nowMs)).toBeCloseTo(limit.waitMs(nowMs), 2);
        expect(next.debtMs(nowMs) ?? 0).toBeCloseTo(limit.debtMs(nowMs) ?? 0, 2);
      }),
    );
  });
});
