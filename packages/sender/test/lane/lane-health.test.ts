import { describe, expect, it, test } from 'vitest';
import type { Verdict } from '../../src/attempt/classify.js';
import { LaneHealth } from '../../src/lane/lane-health.js';
import type { EndpointSettings, LaneState } from '../../src/ports/records.js';
import { recordOf, SECRET, targetFor } from '../attempt/targets.js';

const HOUR_MS = 3_600_000;
const START_MS = 1_000_000;
const delivered: Verdict = { kind: 'delivered' };
const failed: Verdict = { kind: 'retry' };
const busy = (afterMs: number): Verdict => ({ kind: 'retry', afterMs, busy: true });

const targetWith = (settings: Partial<EndpointSettings> = {}) =>
  targetFor(recordOf([{ text: SECRET }], settings));
const health = (state: Partial<LaneState> = {}, settings: Partial<EndpointSettings> = {}) =>
  new LaneHealth({ failures: 0, successes: 0, ...state }, targetWith(settings), START_MS);

function ended(lane: LaneHealth, verdict: Verdict, count: number): LaneHealth {
  for (let index = 0; index < count; index += 1) lane.ended(verdict, START_MS);
  return lane;
}

describe('the window', () => {
  it('begins with one and doubles with each success, up to the endpoint’s concurrency', () => {
    const lane = health({}, { concurrency: 5 });
    const windows = [1, 2, 3, 4].map(() => {
      const { window } = lane;
      lane.ended(delivered, START_MS);
      return window;
    });
    expect(windows).toEqual([1, 2, 4, 5]);
  });

  it('is the sender’s where the endpoint says nothing', () => {
    expect(ended(health(), delivered, 9).window).toBe(8);
  });

  it('follows an endpoint that is edited, up and down', () => {
    const lane = ended(health({}, { concurrency: 8 }), delivered, 9);
    lane.retarget(targetWith({ concurrency: 2 }), START_MS);
    expect(lane.window).toBe(2);
    lane.retarget(targetWith({ concurrency: 16 }), START_MS);
    expect(ended(lane, delivered, 1).window).toBe(16);
  });

  it('is one after five failures in a row', () => {
    const lane = ended(health(), delivered, 9);
    expect([1, 2, 3, 4, 5].map(() => ended(lane, failed, 1).window)).toEqual([4, 2, 1, 1, 1]);
  });
});

test('what was never sent says nothing of the endpoint', () => {
  const lane = ended(health(), delivered, 3);
  const before = lane.state(START_MS);
  ended(lane, { kind: 'fail', isUnsent: true }, 9);
  expect(lane.state(START_MS)).toEqual(before);
  expect(lane.window).toBe(8);
});

describe('rest', () => {
  it('comes with the fifth failure in a row, and grows', () => {
    const lane = health();
    const waits = [1, 2, 3, 4, 5, 6, 7].map(() => ended(lane, failed, 1).waitMs(START_MS));
    expect(waits).toEqual([0, 0, 0, 0, 1000, 2000, 4000]);
  });

  it('goes by', () => {
    const lane = ended(health(), failed, 5);
    expect(lane.waitMs(START_MS + 400)).toBe(600);
    expect(lane.waitMs(START_MS + 1000)).toBe(0);
    expect(lane.waitMs(START_MS + 9000)).toBe(0);
  });

  it('counts the failures of the last owner', () => {
    expect(ended(health({ failures: 6 }), failed, 1).waitMs(START_MS)).toBe(4000);
  });

  it('ends with a success', () => {
    expect(ended(ended(health(), failed, 6), delivered, 1).waitMs(START_MS)).toBe(0);
  });
});

describe('an answer that speaks for the endpoint', () => {
  it('makes all of it wait', () => {
    const lane = ended(health(), busy(90_000), 1);
    expect(lane.waitMs(START_MS + 30_000)).toBe(60_000);
  });

  it('is believed for an hour at most', () => {
    expect(ended(health(), busy(5 * HOUR_MS), 1).waitMs(START_MS)).toBe(HOUR_MS);
  });

  it('is not taken back by a success of an older exchange, nor by a shorter wish', () => {
    const lane = ended(health(), busy(90_000), 1);
    expect(ended(lane, delivered, 1).waitMs(START_MS)).toBe(90_000);
    expect(ended(lane, busy(10_000), 1).waitMs(START_MS)).toBe(90_000);
    expect(ended(lane, busy(95_000), 1).waitMs(START_MS)).toBe(95_000);
  });

  it('is another than one that speaks for its delivery alone', () => {
    expect(ended(health(), { kind: 'retry', afterMs: 90_000, busy: false }, 1).waitMs(START_MS)).toBe(0);
    expect(ended(health(), { kind: 'retry', afterMs: 90_000 }, 1).waitMs(START_MS)).toBe(0);
  });
});

test('an edited endpoint is tried again at once', () => {
  const lane = ended(ended(health(), failed, 9), busy(90_000), 1);
  lane.retarget(targetWith(), START_MS);
  expect(lane.waitMs(START_MS)).toBe(0);
});

describe('an endpoint that is given another URL', () => {
  const failing = () => ended(health({ failingForMs: 5000, failures: 3, successes: 7 }), failed, 6);
  const moved = { url: 'https://example.com/other' };

  it('has no failures any more, and begins with one exchange', () => {
    const lane = failing();
    lane.retarget(targetWith(moved), START_MS);
    expect(lane.state(START_MS)).toMatchObject({
      failures: 0,
      failingForMs: undefined,
      parkForMs: undefined,
    });
    expect(lane.failingForMs(START_MS)).toBe(0);
    const good = ended(health(), delivered, 9);
    good.retarget(targetWith(moved), START_MS);
    expect(good.window).toBe(1);
  });

  it('keeps count of its successes', () => {
    const lane = failing();
    lane.retarget(targetWith(moved), START_MS);
    expect(lane.successes).toBe(7);
  });

  it('has its own failures from then on, also through edits that leave the URL', () => {
    const lane = failing();
    lane.retarget(targetWith(moved), START_MS);
    lane.ended(failed, START_MS + 100);
    lane.retarget(targetWith({ ...moved, concurrency: 2 }), START_MS + 200);
    expect(lane.state(START_MS + 300)).toMatchObject({ failures: 1, failingForMs: 200 });
  });

  it('is another one than that of which anything else is changed', () => {
    const lane = failing();
    lane.retarget(targetWith({ concurrency: 2, name: 'x', rateLimit: { perSecond: 2 } }), START_MS);
    expect(lane.state(START_MS)).toMatchObject({ failures: 9, failingForMs: 5000, successes: 7 });
  });
});

describe('the rate limit', () => {
  const limited = { rateLimit: { perSecond: 2 } };

  it('counts what is started', () => {
    const lane = health({}, limited);
    lane.started(START_MS);
    expect(lane.waitMs(START_MS)).toBe(0);
    lane.started(START_MS);
    expect(lane.waitMs(START_MS)).toBe(500);
  });

  it('begins with the debt of the last owner', () => {
    expect(health({ rateDebtMs: 1000 }, limited).waitMs(START_MS)).toBe(500);
  });

  it('keeps its debt when the endpoint is edited, by its new rate', () => {
    const lane = health({ rateDebtMs: 1000 }, limited);
    lane.retarget(targetWith({ rateLimit: { perSecond: 1 } }), START_MS);
    expect(lane.waitMs(START_MS)).toBe(1000);
    lane.retarget(targetWith(), START_MS);
    expect(lane.waitMs(START_MS)).toBe(0);
  });

  it('that an endpoint gets begins without a debt', () => {
    const lane = health();
    lane.retarget(targetWith(limited), START_MS);
    expect(lane.state(START_MS).rateDebtMs).toBeUndefined();
  });

  it('is none where the endpoint has none', () => {
    const lane = health();
    for (let count = 0; count < 100; count += 1) lane.started(START_MS);
    expect(lane.waitMs(START_MS)).toBe(0);
    expect(lane.state(START_MS).rateDebtMs).toBeUndefined();
  });
});

describe('how long nothing but failed', () => {
  it('is since the first failure behind the last success', () => {
    const lane = health();
    expect(lane.failingForMs(START_MS)).toBe(0);
    lane.ended(failed, START_MS + 100);
    lane.ended(failed, START_MS + 200);
    expect(lane.failingForMs(START_MS + 1100)).toBe(1000);
    lane.ended(delivered, START_MS + 1200);
    expect(lane.failingForMs(START_MS + 1300)).toBe(0);
    lane.ended({ kind: 'fail' }, START_MS + 2000);
    expect(lane.failingForMs(START_MS + 2500)).toBe(500);
  });

  it('goes on from the last owner', () => {
    expect(health({ failingForMs: 5000 }).failingForMs(START_MS + 7)).toBe(5007);
  });
});

describe('what the next owner is told', () => {
  it('of a lane that does well: its successes', () => {
    expect(ended(health({ successes: 41 }), delivered, 2).state(START_MS)).toEqual({
      parkForMs: undefined,
      failingForMs: undefined,
      failures: 0,
      successes: 43,
      rateDebtMs: undefined,
    });
  });

  it('of one that fails: how long it rests, since when, and how often', () => {
    const lane = ended(health({ successes: 41 }, { rateLimit: { perSecond: 2 } }), failed, 5);
    lane.started(START_MS);
    expect(lane.state(START_MS + 250)).toEqual({
      parkForMs: 750,
      failingForMs: 250,
      failures: 5,
      successes: 41,
      rateDebtMs: 250,
    });
  });

  it('of one that rests for a moment more: that moment', () => {
    const lane = ended(health(), failed, 5);
    expect(lane.state(START_MS + 999).parkForMs).toBe(1);
    expect(lane.state(START_MS + 1000).parkForMs).toBeUndefined();
  });

  it('of one that must wait for its rate: that', () => {
    const lane = health({ rateDebtMs: 1000 }, { rateLimit: { perSecond: 2 } });
    expect(lane.state(START_MS)).toMatchObject({ parkForMs: 500, rateDebtMs: 1000 });
  });

  it('is enough to go on from', () => {
    const settings = { rateLimit: { perSecond: 2 } };
    const lane = ended(health({}, settings), failed, 6);
    lane.started(START_MS);
    const next = health(lane.state(START_MS), settings);
    expect(next.state(START_MS)).toMatchObject({ failures: 6, failingForMs: 0, rateDebtMs: 500 });
    expect(next.window).toBe(1);
  });
});
