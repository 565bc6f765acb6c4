import { expect, test } from 'vitest';
import { fakeClock } from '../src/index.js';

test('it stands still until it is told to go on', async () => {
  const { now, advance } = fakeClock({ startAt: new Date('2026-03-01T00:00:00Z') });
  const startMs = Date.parse('2026-03-01T00:00:00Z');
  expect(now()).toBe(startMs);
  await advance(1_500);
  expect(now()).toBe(startMs + 1_500);
});

test('callbacks run in the order of their time, and see that time', async () => {
  const { now, schedule, advance } = fakeClock();
  const startMs = now();
  const seen: [name: string, afterMs: number][] = [];
  for (const [name, delayMs] of [
    ['late', 300],
    ['early', 100],
    ['same as early', 100],
    ['never', 1_001],
  ] as const) {
    schedule(() => seen.push([name, now() - startMs]), delayMs);
  }
  await advance(1_000);
  expect(seen).toEqual([
    ['early', 100],
    ['same as early', 100],
    ['late', 300],
  ]);
});

test('a cancelled callback never runs, and waits no longer', async () => {
  const clock = fakeClock();
  let hasRun = false;
  const cancel = clock.schedule(() => {
    hasRun = true;
  }, 100);
  expect(clock.pending).toBe(1);
  cancel();
  expect(clock.pending).toBe(0);
  await clock.advance(1_000);
  expect(hasRun).toBe(false);
});

test('a callback that schedules another one is followed within the same advance', async () => {
  const clock = fakeClock();
  let ticks = 0;
  const tick = (): void => {
    ticks += 1;
    clock.schedule(tick, 100);
  };
  clock.schedule(tick, 100);
  await clock.advance(1_000);
  expect(ticks).toBe(10);
  expect(clock.pending).toBe(1);
});

test('promises settle between two callbacks', async () => {
  const { schedule, advance } = fakeClock();
  const order: string[] = [];
  schedule(() => void Promise.resolve().then(() => order.push('promise of the first')), 100);
  schedule(() => order.push('second'), 200);
  await advance(200);
  expect(order).toEqual(['promise of the first', 'second']);
});

test('a callback without a delay waits for the next advance, of nothing at all', async () => {
  const { schedule, advance } = fakeClock();
  let hasRun = false;
  schedule(() => {
    hasRun = true;
  }, 0);
  expect(hasRun).toBe(false);
  await advance(0);
  expect(hasRun).toBe(true);
});

test('time never goes back when two advances overlap', async () => {
  const { now, advance } = fakeClock();
  const startMs = now();
  await Promise.all([advance(0), advance(1_000), advance(10)]);
  expect(now()).toBe(startMs + 1_000);
});
