import { expect, it } from 'vitest';
import { DueTimes } from '../../src/lane/due-times.js';

/** A clock with one timer, which is what due times need. */
class OneTimer {
  nowMs = 0;
  readonly delays: number[] = [];
  #timer: { readonly atMs: number; readonly callback: () => void } | undefined;

  readonly now = () => this.nowMs;
  readonly steadyNow = () => this.nowMs;
  readonly schedule = (callback: () => void, delayMs: number) => {
    if (this.#timer !== undefined) throw new Error('two timers');
    this.delays.push(delayMs);
    this.#timer = { atMs: this.nowMs + delayMs, callback };
    return () => {
      this.#timer = undefined;
    };
  };

  get timerMs(): number | undefined {
    return this.#timer?.atMs;
  }

  /** As a process that has time: the timer fires when it is due. */
  runTo(timeMs: number): void {
    for (let timer = this.#timer; timer !== undefined && timer.atMs <= timeMs; timer = this.#timer) {
      this.nowMs = Math.max(this.nowMs, timer.atMs);
      this.#timer = undefined;
      timer.callback();
    }
    this.nowMs = timeMs;
  }
}

function dueTimes() {
  const clock = new OneTimer();
  const firedMs: number[] = [];
  const times = new DueTimes(clock, () => firedMs.push(clock.nowMs));
  return { clock, firedMs, times };
}

/** Whole numbers below `end` in no order, always the same ones. */
function scattered(): (end: number) => number {
  let state = 1;
  return (end) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % end;
  };
}

it('each time is told of when it comes, in whatever order they were added', () => {
  const next = scattered();
  for (let run = 0; run < 100; run += 1) {
    const { clock, firedMs, times } = dueTimes();
    const added = new Set<number>();
    const waiting = new Set<number>();
    for (let step = 0; step < 100; step += 1) {
      const timeMs = clock.nowMs + next(50);
      added.add(timeMs);
      waiting.add(timeMs);
      times.add(timeMs);
      expect(times.nextMs).toBe(Math.min(...waiting));
      expect(clock.timerMs).toBe(times.nextMs);
      clock.runTo(clock.nowMs + next(10));
      for (const each of waiting) if (each <= clock.nowMs) waiting.delete(each);
    }
    clock.runTo(clock.nowMs + 50);
    expect([...new Set(firedMs)]).toEqual([...added].sort((a, b) => a - b));
    expect([times.nextMs, clock.timerMs]).toEqual([undefined, undefined]);
  }
});

it('times that came while the process had no time are told of once', () => {
  const { clock, firedMs, times } = dueTimes();
  for (const timeMs of [30, 10, 20, 40]) times.add(timeMs);
  clock.nowMs = 35;
  clock.runTo(35);
  expect(firedMs).toEqual([35]);
  expect(times.nextMs).toBe(40);
  clock.runTo(40);
  expect(firedMs).toEqual([35, 40]);
});

it('a time that has passed is told of at once, and no timer is set for a time below none', () => {
  const { clock, firedMs, times } = dueTimes();
  clock.runTo(100);
  times.add(40);
  times.add(30);
  expect(clock.delays).toEqual([0, 0]);
  clock.runTo(100);
  expect(firedMs).toEqual([100]);
});

it('a timer that fires too early is set again, and tells of nothing', () => {
  const delays: number[] = [];
  const callbacks: (() => void)[] = [];
  const schedule = (callback: () => void, delayMs: number) => {
    callbacks.push(callback);
    delays.push(delayMs);
    return () => {};
  };
  let nowMs = 0;
  let told = 0;
  const times = new DueTimes({ now: () => nowMs, steadyNow: () => nowMs, schedule }, () => {
    told += 1;
  });
  times.add(10);
  nowMs = 9.5;
  callbacks[0]?.();
  expect([told, ...delays]).toEqual([0, 10, 0.5]);
  nowMs = 10;
  callbacks[1]?.();
  expect(told).toBe(1);
});

it('no timer waits after the stop', () => {
  const { clock, firedMs, times } = dueTimes();
  times.add(10);
  times.stop();
  times.add(5);
  expect(clock.timerMs).toBeUndefined();
  expect(times.nextMs).toBe(5);
  clock.runTo(20);
  expect(firedMs).toEqual([]);
});

// A step that looked at them all would take minutes.
it('hundreds of thousands of times that are far away are in nobody’s way', () => {
  const { clock, firedMs, times } = dueTimes();
  const far = 300_000;
  for (let index = 0; index < far; index += 1) times.add(10_000_000 + ((index * 7919) % far));
  for (let index = 0; index < 50_000; index += 1) {
    times.add(clock.nowMs + 1);
    clock.runTo(clock.nowMs + 1);
  }
  expect(firedMs).toHaveLength(50_000);
  expect(times.nextMs).toBe(10_000_000);
  clock.runTo(10_000_000 + far);
  expect(firedMs).toHaveLength(50_000 + far);
});
