import type { WebhookErrorCode } from '../errors/error-codes.js';
import { ConfigurationError, type WebhookError } from '../errors/webhook-error.js';

/** Milliseconds spent in each stage that was reached. */
export interface Timings {
  readonly totalMs: number;
  readonly bodyMs?: number | undefined;
  readonly verifyMs?: number | undefined;
  readonly claimMs?: number | undefined;
  readonly inboxMs?: number | undefined;
  readonly handlerMs?: number | undefined;
}

interface Facts {
  /** The receiver's `name`. */
  readonly receiver: string;
  readonly timings: Timings;
  /** Whose secrets were looked up; believed only where `keyId` says that a signature held. */
  readonly tenant?: string | undefined;
  readonly keyId?: string | undefined;
  readonly deliveryId?: string | undefined;
  readonly eventId?: string | undefined;
  readonly eventType?: string | undefined;
}

interface RequestFacts extends Facts {
  readonly status: number;
}

/**
 * A delivery was acknowledged. `acknowledged`: it is in the inbox. `ignored`: nothing handles its type.
 * `duplicate`: it had been processed, or stored, before. `commit_failed`: it was processed, or stored, but the
 * replay store did not learn of it.
 */
export interface AcceptedOutcome extends RequestFacts {
  readonly kind: 'accepted';
  readonly code: 'processed' | 'acknowledged' | 'ignored' | 'duplicate' | 'handshake' | 'commit_failed';
  /** With `commit_failed`: what the store threw; `undefined` where another process has taken the claim. */
  readonly error?: unknown;
}

/** A delivery was refused, or failed. */
export interface RefusedOutcome extends RequestFacts {
  readonly kind: 'refused';
  readonly code: WebhookErrorCode;
  /** Its `message` names the cause and the fix, its `cause` is what a handler, store or resolver threw. */
  readonly error: WebhookError;
  /** After a signature mismatch: what the signature does match, if anything was found. */
  readonly diagnosis?: string | undefined;
}

interface AttemptFacts extends Facts {
  readonly kind: 'attempt';
  /** 1 for the first. */
  readonly attempt: number;
}

/**
 * A handler that ran from the inbox has succeeded. `commit_failed`: somebody else had taken the delivery, because
 * its lease had ended, and handles it too.
 */
export interface SucceededAttempt extends AttemptFacts {
  readonly code: 'processed' | 'commit_failed';
  readonly error?: undefined;
}

/** A handler that ran from the inbox has failed, or could not be run. */
export interface FailedAttempt extends AttemptFacts {
  readonly code: WebhookErrorCode;
  readonly error: WebhookError;
  /** `retry`: after `retryInMs`. `failed`: it waits for people. `elsewhere`: somebody else has taken it. */
  readonly next: 'retry' | 'failed' | 'elsewhere';
  readonly retryInMs?: number | undefined;
}

/** What became of one attempt to handle a delivery from the inbox: told by receivers with `ack: 'before'` alone. */
export type AttemptOutcome = SucceededAttempt | FailedAttempt;

/** Something to know that is no answer to a request. */
export interface Notice {
  readonly kind: 'notice';
  readonly code:
    | 'replay_store_is_local'
    | 'handler_settled_late'
    | 'answer_overdue'
    | 'handler_timeout'
    | 'inbox_unavailable';
  readonly receiver: string;
  readonly message: string;
  /** With `inbox_unavailable`: what the inbox threw. */
  readonly error?: unknown;
}

/** What `onOutcome` is told: never a secret, a signature or a body. */
export type ReceiverOutcome = AcceptedOutcome | RefusedOutcome | Notice;

/** Told of every outcome; what it throws changes nothing. */
export type OutcomeHook = (outcome: ReceiverOutcome) => unknown;

/** {@link OutcomeHook} of a receiver with an inbox: told of attempts too. */
export type InboxOutcomeHook = (outcome: ReceiverOutcome | AttemptOutcome) => unknown;

/**
 * Every outcome of every receiver in the process, for tools that watch an application without being built
 * into it. Where the runtime has no diagnostics channels there is none.
 */
const channel = ifSupported(() =>
  globalThis.process?.getBuiltinModule?.('node:diagnostics_channel')?.channel('countersign:outcome'),
);

/** What `process` gives, `undefined` where it only seems to be Node's: on the Edge runtime its functions throw. */
function ifSupported<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

/** Calls a hook so that it cannot change anything; the first time that it fails becomes a warning. */
export function report<Outcome extends ReceiverOutcome | AttemptOutcome>(
  hook: (outcome: Outcome) => unknown,
  outcome: Outcome,
): void {
  if (channel?.hasSubscribers === true) channel.publish(outcome);
  try {
    const result = hook(outcome);
    if (result instanceof Promise) result.catch((error: unknown) => hookFailed(hook, error));
  } catch (error) {
    hookFailed(hook, error);
  }
}

const failedHooks = new WeakSet<object>();

function hookFailed(hook: object, error: unknown): void {
  if (failedHooks.has(hook)) return;
  failedHooks.add(hook);
  warn('outcome_hook_failed', '`onOutcome` failed; its further failures are silent', error);
}

const QUIET_MS = 60_000;
const lastWarnedMs = new Map<string, number>();

/**
 * The default hook: what only the application can mend becomes a process warning, so that a handler's error
 * is never lost; refusals that strangers can cause are silent.
 */
export function warnOfFaults(outcome: ReceiverOutcome | AttemptOutcome): void {
  const { kind, code, receiver } = outcome;
  if (kind === 'notice') warn(code, `${receiver}: ${outcome.message}`, outcome.error);
  if (kind === 'attempt' && outcome.error !== undefined) {
    warn(code, `${receiver}: ${outcome.error.message}`, outcome.error.cause);
  }
  if (kind === 'accepted' && code === 'commit_failed') {
    warn(code, `${receiver}: processed, but the replay store does not know it`, outcome.error);
  }
  if (kind !== 'refused' || code === 'in_progress') return;
  const { message, cause } = outcome.error;
  if (outcome.status < 500 && !(isOwnFault(outcome) && isDue(`${receiver} ${code}`))) return;
  warn(code, `${receiver}: ${message}`, cause);
}

/** A configuration that every stranger's request meets, or a genuine delivery that the application refused. */
function isOwnFault({ code, error }: RefusedOutcome): boolean {
  return error.cause instanceof ConfigurationError || code === 'schema_mismatch' || code === 'handler_failed';
}

function isDue(what: string): boolean {
  const nowMs = performance.now();
  if (nowMs - (lastWarnedMs.get(what) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return false;
  lastWarnedMs.set(what, nowMs);
  return true;
}

function warn(code: string, message: string, cause?: unknown): void {
  const detail = cause instanceof Error ? cause.stack : undefined;
  // Only Node.js and its kin have a channel for warnings; elsewhere `onOutcome` is the way.
  ifSupported(() =>
    globalThis.process?.emitWarning?.(message, {
      type: 'CountersignWarning',
      code,
      ...(detail !== undefined && { detail }),
    }),
  );
}
