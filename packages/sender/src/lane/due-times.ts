import type { Clock } from '../time/clock.js';

/** When something falls due while a lane is held, as far as its owner knows; a timer waits for the first. */
export class DueTimes {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  /** Of the steady clock, ascending. */
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
    // Most delays are equally long, so that the place is near the end.
    const before = this.#timesMs.findLastIndex((known) => known <= timeMs);
    if (this.#timesMs[before] === timeMs) return;
    this.#timesMs.splice(before + 1, 0, timeMs);
    if (before === -1) this.#arm();
  }

  /** No timer waits any more; times are still kept. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer();
  }

  #arm(): void {
    this.#cancelTimer();
    const [nextMs] = this.#timesMs;
    if (nextMs === undefined || this.#isStopped) return;
    this.#cancelTimer = this.#clock.schedule(() => this.#fire(), nextMs - this.#clock.steadyNow());
  }

  #fire(): void {
    const nowMs = this.#clock.steadyNow();
    const passed = this.#timesMs.filter((timeMs) => timeMs <= nowMs).length;
    this.#timesMs.splice(0, passed);
    this.#arm();
    if (passed > 0) this.#onDue();
  }
}
