import { asWebhookError } from '../errors/webhook-error.js';
import type { WebhookRequest } from '../request/webhook-request.js';
import type { WebhookResponse } from '../request/webhook-response.js';
import type { Claimed } from '../verify/authenticate.js';
import type { ReceiverSettings } from './options.js';
import { type AcceptedOutcome, type RefusedOutcome, report, type Timings } from './outcome.js';
import { refuse } from './respond.js';

type Stage = Exclude<keyof Timings, 'totalMs'>;
type Facts = Omit<AcceptedOutcome, 'kind' | 'code' | 'receiver' | 'status' | 'timings' | 'error'>;

/** What is known of one request so far, for its outcome. */
export class Trace {
  /** What did not verify, for the diagnosis. */
  claimed: Claimed | undefined;
  readonly #settings: ReceiverSettings;
  readonly #startedMs = performance.now();
  readonly #stages: Partial<Record<Stage, number>> = {};
  #stageStartedMs = this.#startedMs;
  readonly #facts: Facts = {};

  constructor(settings: ReceiverSettings) {
    this.#settings = settings;
  }

  /** The stage that has just ended. */
  ended(stage: Stage): void {
    const nowMs = performance.now();
    this.#stages[stage] = nowMs - this.#stageStartedMs;
    this.#stageStartedMs = nowMs;
  }

  /** What the outcome can say from here on. */
  learn(facts: Facts): void {
    Object.assign(this.#facts, facts);
  }

  /** Reports an acknowledged delivery. */
  accepted(code: AcceptedOutcome['code'], status = 200, error?: unknown): void {
    const outcome: AcceptedOutcome = { kind: 'accepted', code, ...this.#common(status) };
    report(this.#settings.onOutcome, code === 'commit_failed' ? { ...outcome, error } : outcome);
  }

  /** Reports a failure, and makes its answer. Whatever is no `WebhookError` is ours: `internal_error`. */
  refused(thrown: unknown, request: WebhookRequest, status?: number): WebhookResponse {
    const error = asWebhookError(thrown);
    const outcome: RefusedOutcome = {
      kind: 'refused',
      code: error.code,
      error,
      ...this.#common(status ?? error.status),
    };
    if (error.code === 'signature_mismatch' && this.claimed !== undefined) {
      this.#settings.diagnosis.run(this.claimed, request, (diagnosis) => {
        report(this.#settings.onOutcome, { ...outcome, diagnosis });
      });
    } else {
      report(this.#settings.onOutcome, outcome);
    }
    return refuse(error, this.#settings.claims.leaseMs);
  }

  #common(status: number): Pick<AcceptedOutcome, 'receiver' | 'status' | 'timings'> & Facts {
    const totalMs = performance.now() - this.#startedMs;
    return { receiver: this.#settings.name, status, timings: { totalMs, ...this.#stages }, ...this.#facts };
  }
}
