import type { Clock } from '../time/clock.js';
import { Heap } from '../time/heap.js';

/**
 * When something falls due while a lane is held, as far as its owner knows; a timer waits for the first. A lane may be
 * held for hours, and know of a time for each of its deliveries that failed: no step looks at them all.
 */
export class DueTimes {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  /** Of the steady clock. */
  readonly #timesMs = new Heap<number>((a, b) => a < b);
  #cancelTimer: () => void = () => {};
  #isStopped = false;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** The first of those that have not come yet. */
  get nextMs(): number | undefined {
    return this.#timesMs.first;
  }

  add(timeMs: number): void {
    const firstMs = this.nextMs;
    this.#timesMs.push(timeMs);
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
      this.#timesMs.pop();
    }
    this.#arm();
    if (isDue) this.#onDue();
  }
}
