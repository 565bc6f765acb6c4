import type { Clock } from '../time/clock.js';

/**
 * When something falls due while a lane is held, as far as its owner knows; a timer waits for the first. A lane may be
 * held for hours, and know of a time for each of its deliveries that failed: no step looks at them all.
 */
export class DueTimes {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  /** Of the steady clock. A binary heap: none is later than those at twice its place and one, and two, more. */
  readonly #timesMs: number[] = [];
  #cancelTimer: () => void = () => {};
  #isStopped = false;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** The first of those that have not come yet. */
  get nextMs(): number | undefined {
    return this.#timesMs[0];
  }

  add(timeMs: number): void {
    const firstMs = this.nextMs;
    this.#rise(timeMs);
    if (firstMs === undefined || timeMs < firstMs) this.#arm();
  }

  /** No timer waits any more; times are still kept. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer();
  }

  #arm(): void {
    this.#cancelTimer();
    const { nextMs } = this;
    if (nextMs === undefined || this.#isStopped) return;
    // It may have come since it was told of.
    const delayMs = Math.max(0, nextMs - this.#clock.steadyNow());
    this.#cancelTimer = this.#clock.schedule(() => this.#fire(), delayMs);
  }

  #fire(): void {
    const nowMs = this.#clock.steadyNow();
    let isDue = false;
    while ((this.nextMs ?? Number.POSITIVE_INFINITY) <= nowMs) {
      isDue = true;
      this.#removeFirst();
    }
    this.#arm();
    if (isDue) this.#onDue();
  }

  /** Puts a time at the end, and moves it up to where it belongs. */
  #rise(timeMs: number): void {
    const times = this.#timesMs;
    let at = times.push(timeMs) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const aboveMs = times[above];
      if (aboveMs === undefined || aboveMs <= timeMs) break;
      times[at] = aboveMs;
      at = above;
    }
    times[at] = timeMs;
  }

  /** Puts the last time into the place of the first, and moves it down to where it belongs. */
  #removeFirst(): void {
    const times = this.#timesMs;
    const timeMs = times.pop();
    if (timeMs === undefined || times.length === 0) return;
    let at = 0;
    for (;;) {
      const below = this.#earlierBelow(at);
      const belowMs = times[below];
      if (belowMs === undefined || belowMs >= timeMs) break;
      times[at] = belowMs;
      at = below;
    }
    times[at] = timeMs;
  }

  #earlierBelow(at: number): number {
    const left = 2 * at + 1;
    const leftMs = this.#timesMs[left];
    const rightMs = this.#timesMs[left + 1];
    return leftMs !== undefined && rightMs !== undefined && rightMs < leftMs ? left + 1 : left;
  }
}
