import type { Clock } from './clock.js';

interface Waiting {
  readonly dueMs: number;
  readonly onTimeout: () => void;
}

/**
 * Timeouts that are all equally long, for what is started thousands of times a second: they end in the order in which
 * they began, so one timer, for the oldest, serves them all.
 */
export class Timeouts {
  readonly #delayMs: number;
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiting>();
  #cancelTimer: (() => void) | undefined;

  constructor(delayMs: number, clock: Clock) {
    this.#delayMs = delayMs;
    this.#clock = clock;
  }

  /** Calls `onTimeout` once after the delay, unless the returned function is called first. */
  start(onTimeout: () => void): () => void {
    const waiting = { dueMs: this.#clock.steadyNow() + this.#delayMs, onTimeout };
    this.#waiting.add(waiting);
    if (this.#cancelTimer === undefined) this.#arm(this.#delayMs);
    return () => {
      this.#waiting.delete(waiting);
      if (this.#waiting.size === 0) this.#disarm();
    };
  }

  #arm(delayMs: number): void {
    // A timeout may have begun while others ended: there is one timer all the same.
    this.#cancelTimer?.();
    this.#cancelTimer = this.#clock.schedule(() => this.#sweep(), delayMs);
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #sweep(): void {
    this.#cancelTimer = undefined;
    const nowMs = this.#clock.steadyNow();
    for (const waiting of this.#waiting) {
      if (waiting.dueMs > nowMs) {
        this.#arm(waiting.dueMs - nowMs);
        return;
      }
      this.#waiting.delete(waiting);
      waiting.onTimeout();
    }
  }
}
