import { outlive, type WebhookRequest } from '../request/webhook-request.js';
import type { Scheme } from '../scheme/port.js';
import type { Now, Schedule } from '../time/clock.js';
import type { Claimed } from '../verify/authenticate.js';
import { diagnose } from '../verify/diagnose.js';

const MIN_INTERVAL_MS = 1000;

/** Looks into signature mismatches after they are answered, now and then only: strangers cause them. */
export class Diagnosis {
  readonly #scheme: Scheme;
  readonly #now: Now;
  readonly #schedule: Schedule;
  #lastMs = Number.NEGATIVE_INFINITY;
  #intervalMs = MIN_INTERVAL_MS;

  constructor(scheme: Scheme, now: Now, schedule: Schedule) {
    this.#scheme = scheme;
    this.#now = now;
    this.#schedule = schedule;
  }

  /** Calls `done` with what was found, or with `undefined` at once where it is too early for another look. */
  run(claimed: Claimed, request: WebhookRequest, done: (diagnosis: string | undefined) => void): void {
    const nowMs = this.#now();
    if (Math.abs(nowMs - this.#lastMs) < this.#intervalMs) {
      done(undefined);
      return;
    }
    this.#lastMs = nowMs;
    const work = new Promise<void>((resolve) => this.#schedule(resolve, 0))
      .then(() => this.#look(claimed))
      .then(done, () => done(undefined));
    outlive(request, work);
  }

  // However long it takes, looking takes a hundredth of the time at most.
  async #look(claimed: Claimed): Promise<string | undefined> {
    const startedMs = performance.now();
    try {
      return await diagnose(this.#scheme, claimed);
    } finally {
      this.#intervalMs = Math.max(MIN_INTERVAL_MS, 100 * (performance.now() - startedMs));
    }
  }
}
