import { channel } from 'node:diagnostics_channel';
import { isSenderError } from '../errors/sender-error.js';
import type { NoticeCode, SenderOutcome, SenderOutcomeHook } from './sender-outcome.js';

const QUIET_MS = 60_000;
/** Of so many failures it is remembered when they were told. */
const MOST_REMEMBERED = 1000;

/** Every outcome of every sender in the process, for tools that watch an application from outside. */
const outcomes = channel('countersign:sender');

/** Tells whoever wants to know: the hook of the options, observers, and a diagnostics channel. */
export class Reporter {
  readonly #hooks = new Set<SenderOutcomeHook>();
  readonly #steadyNow: () => number;
  readonly #lastToldMs = new Map<string, number>();
  #hasFailed = false;

  constructor(hook: SenderOutcomeHook | undefined, steadyNow: () => number) {
    this.#hooks.add(hook ?? warnOfFaults);
    this.#steadyNow = steadyNow;
  }

  /** Adds a listener; the returned function takes it away. */
  observe(hook: SenderOutcomeHook): () => void {
    // Another function each time: whoever observes twice is told twice, and leaves twice.
    const own: SenderOutcomeHook = (outcome) => hook(outcome);
    this.#hooks.add(own);
    return () => void this.#hooks.delete(own);
  }

  tell(outcome: SenderOutcome): void {
    if (outcomes.hasSubscribers) outcomes.publish(outcome);
    for (const hook of this.#hooks) this.#call(hook, outcome);
  }

  /** Tells of a failure at most once a minute for each code and endpoint: what is down fails again and again. */
  tellFailure(code: NoticeCode, message: string, error: unknown, endpointId?: string): void {
    const shownCode = isSenderError(error) ? error.code : code;
    const subject = `${shownCode} ${endpointId}`;
    const nowMs = this.#steadyNow();
    if (nowMs - (this.#lastToldMs.get(subject) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    if (this.#lastToldMs.size >= MOST_REMEMBERED) this.#lastToldMs.clear();
    this.#lastToldMs.set(subject, nowMs);
    const cause = isSenderError(error) ? `: ${error.message}` : '';
    this.tell({ kind: 'notice', code: shownCode, message: `${message}${cause}`, endpointId, error });
  }

  #call(hook: SenderOutcomeHook, outcome: SenderOutcome): void {
    try {
      const result = hook(outcome);
      if (result instanceof Promise) result.catch((error: unknown) => this.#hookFailed(error));
    } catch (error) {
      this.#hookFailed(error);
    }
  }

  #hookFailed(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    warn('outcome_hook_failed', '`onEvent` failed; its further failures are silent', error);
  }
}

/** The default hook: notices, and endpoints that were disabled, become process warnings; attempts are silent. */
function warnOfFaults(outcome: SenderOutcome): void {
  if (outcome.kind === 'notice') warn(outcome.code, outcome.message, outcome.error);
  if (outcome.kind === 'endpoint_disabled') {
    const why = outcome.reason === 'gone' ? 'answered 410' : 'did nothing but fail';
    warn(outcome.kind, `endpoint ${outcome.endpointId} ${why} and was disabled`);
  }
}

function warn(code: string, message: string, cause?: unknown): void {
  const detail = cause instanceof Error ? cause.stack : undefined;
  process.emitWarning(message, { type: 'CountersignWarning', code, ...(detail !== undefined && { detail }) });
}
