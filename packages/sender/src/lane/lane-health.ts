import type { Verdict } from '../attempt/classify.js';
import type { Target } from '../attempt/target.js';
import type { LaneState } from '../ports/records.js';
import { afterFailure, afterSuccess, type Gate, openGate, parkAfterFailureMs } from './gate.js';
import { RateLimit } from './rate-limit.js';

const LONGEST_BUSY_PARK_MS = 3_600_000;

/** How an endpoint does: what its lane may start, and when. Times are of the steady clock. */
export class LaneHealth {
  #gate: Gate;
  #cap: number;
  #url: string;
  #rate: RateLimit | undefined;
  #parkedUntilMs = 0;
  /** An answer asked to be left alone until then: no success of an older exchange takes that back. */
  #busyUntilMs = 0;
  #failingSinceMs: number | undefined;
  #successes: number;

  constructor(state: LaneState, target: Target, nowMs: number) {
    this.#gate = openGate(state.failures);
    this.#cap = target.concurrency;
    this.#url = target.record.settings.url;
    this.#rate = rateLimitOf(target, state.rateDebtMs ?? 0, nowMs);
    this.#failingSinceMs = state.failingForMs === undefined ? undefined : nowMs - state.failingForMs;
    this.#successes = state.successes;
  }

  /** The endpoint was edited: it is tried again at once, by its new limits; with another URL it has no past. */
  retarget(target: Target, nowMs: number): void {
    if (target.record.settings.url !== this.#url) {
      this.#gate = openGate(0);
      this.#failingSinceMs = undefined;
    }
    this.#url = target.record.settings.url;
    this.#cap = target.concurrency;
    this.#rate = rateLimitOf(target, this.#rate?.debtMs(nowMs) ?? 0, nowMs);
    this.#parkedUntilMs = 0;
    this.#busyUntilMs = 0;
  }

  /** Exchanges that may be in flight at once. */
  get window(): number {
    return Math.min(this.#cap, this.#gate.window);
  }

  get successes(): number {
    return this.#successes;
  }

  failingForMs(nowMs: number): number {
    return this.#failingSinceMs === undefined ? 0 : nowMs - this.#failingSinceMs;
  }

  /** Until another exchange may start; 0: now. */
  waitMs(nowMs: number): number {
    return Math.max(
      0,
      this.#parkedUntilMs - nowMs,
      this.#busyUntilMs - nowMs,
      this.#rate?.waitMs(nowMs) ?? 0,
    );
  }

  /** Nothing is started before then. */
  park(untilMs: number): void {
    this.#parkedUntilMs = Math.max(this.#parkedUntilMs, untilMs);
  }

  started(nowMs: number): void {
    this.#rate?.take(nowMs);
  }

  ended(verdict: Verdict, nowMs: number): void {
    if (verdict.kind === 'fail' && verdict.isUnsent === true) return;
    if (verdict.kind === 'delivered') {
      this.#gate = afterSuccess(this.#gate, this.#cap);
      this.#failingSinceMs = undefined;
      this.#parkedUntilMs = 0;
      this.#successes += 1;
      return;
    }
    this.#gate = afterFailure(this.#gate);
    this.#failingSinceMs ??= nowMs;
    this.#parkedUntilMs = nowMs + parkAfterFailureMs(this.#gate);
    if (verdict.kind !== 'retry' || verdict.busy !== true) return;
    const busyMs = Math.min(verdict.afterMs ?? 0, LONGEST_BUSY_PARK_MS);
    this.#busyUntilMs = Math.max(this.#busyUntilMs, nowMs + busyMs);
  }

  /** What the lane's next owner must know. */
  state(nowMs: number): LaneState {
    const waitMs = this.waitMs(nowMs);
    return {
      parkForMs: waitMs > 0 ? waitMs : undefined,
      failingForMs: this.#failingSinceMs === undefined ? undefined : nowMs - this.#failingSinceMs,
      failures: this.#gate.failures,
      successes: this.#successes,
      rateDebtMs: this.#rate?.debtMs(nowMs),
    };
  }
}

function rateLimitOf({ record }: Target, debtMs: number, nowMs: number): RateLimit | undefined {
  const { rateLimit } = record.settings;
  return rateLimit === undefined ? undefined : new RateLimit(rateLimit.perSecond, debtMs, nowMs);
}
