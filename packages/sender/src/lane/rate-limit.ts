/**
 * A rate limit as one number, the time at which all that was sent will be forgotten (the generic cell rate algorithm):
 * up to one second's worth may go at once, then one every 1 / `perSecond`.
 */
export class RateLimit {
  readonly #intervalMs: number;
  readonly #burstMs: number;
  #clearAtMs: number;

  /** `debtMs`: what the last owner of the lane left. */
  constructor(perSecond: number, debtMs: number, nowMs: number) {
    this.#intervalMs = 1000 / perSecond;
    this.#burstMs = Math.max(0, 1000 - this.#intervalMs);
    this.#clearAtMs = nowMs + debtMs;
  }

  /** Until one more may be sent; 0: now. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#clearAtMs - this.#burstMs - nowMs);
  }

  /** One is sent. */
  take(nowMs: number): void {
    this.#clearAtMs = Math.max(this.#clearAtMs, nowMs) + this.#intervalMs;
  }

  /** What a next owner must know; `undefined` where nothing is left to forget. */
  debtMs(nowMs: number): number | undefined {
    const debtMs = this.#clearAtMs - nowMs;
    return debtMs > 0 ? debtMs : undefined;
  }
}
