import type { WebhookErrorCode } from '../errors/error-codes.js';
import { ConfigurationError, type WebhookError } from '../errors/webhook-error.js';

/** Milliseconds spent in each stage that was reached. */
export interface Timings {
  readonly totalMs: number;
  readonly bodyMs?: number | undefined;
  readonly verifyMs?: number | undefined;
  readonly claimMs?: number | undefined;
  readonly handlerMs?: number | undefined;
}

interface RequestFacts {
  /** The receiver's `name`. */
  readonly receiver: string;
  readonly status: number;
  readonly timings: Timings;
  /** From here on, what is known once the signature holds. */
  readonly keyId?: string | undefined;
  readonly tenant?: string | undefined;
  readonly deliveryId?: string | undefined;
  readonly eventId?: string | undefined;
  readonly eventType?: string | undefined;
}

/**
 * A delivery was acknowledged. `ignored`: nothing handles its type. `duplicate`: it had been processed
 * before. `commit_failed`: it was processed, but the replay store did not learn of it.
 */
export interface AcceptedOutcome extends RequestFacts {
  readonly kind: 'accepted';
  readonly code: 'processed' | 'ignored' | 'duplicate' | 'handshake' | 'commit_failed';
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

/** Something to know that is no answer to a request. */
export interface Notice {
  readonly kind: 'notice';
  readonly code: 'replay_store_is_local' | 'handler_settled_late' | 'answer_overdue';
  readonly receiver: string;
  readonly message: string;
}

/** What `onOutcome` is told: never a secret, a signature or a body. */
export type ReceiverOutcome = AcceptedOutcome | RefusedOutcome | Notice;

/** Told of every outcome; what it throws changes nothing. */
export type OutcomeHook = (outcome: ReceiverOutcome) => unknown;

/** Calls a hook so that it cannot change anything. */
export function report(hook: OutcomeHook, outcome: ReceiverOutcome): void {
  try {
    const result = hook(outcome);
    if (result instanceof Promise) result.catch(() => {});
  } catch {
    // A log that fails must not fail the delivery.
  }
}

/**
 * The default hook: what only the application can mend becomes a process warning, so that a handler's error
 * is never lost; refusals that strangers can cause are silent.
 */
export function warnOfFaults(outcome: ReceiverOutcome): void {
  if (outcome.kind === 'notice') warn(outcome.code, `${outcome.receiver}: ${outcome.message}`);
  if (outcome.kind !== 'refused' || outcome.code === 'in_progress') return;
  const { cause } = outcome.error;
  if (outcome.status < 500 && !(cause instanceof ConfigurationError)) return;
  warn(
    outcome.code,
    `${outcome.receiver}: ${outcome.error.message}`,
    cause instanceof Error ? cause.stack : undefined,
  );
}

function warn(code: string, message: string, detail?: string): void {
  // Only Node.js and its kin have a channel for warnings; elsewhere `onOutcome` is the way.
  globalThis.process?.emitWarning?.(message, {
    type: 'CountersignWarning',
    code,
    ...(detail !== undefined && { detail }),
  });
}
