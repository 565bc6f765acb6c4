import type { SenderErrorCode } from '../errors/sender-errors.js';
import type { senderNotices } from '../errors/sender-notices.js';
import type { DisabledReason } from '../ports/records.js';

/** An attempt was made, and its outcome is about to be recorded. */
export interface AttemptOutcome {
  readonly kind: 'attempt';
  /** `retry`: another one follows after `nextInMs`. */
  readonly outcome: 'delivered' | 'failed' | 'retry';
  readonly endpointId: string;
  readonly tenant: string | undefined;
  readonly deliveryId: string;
  readonly eventId: string;
  readonly eventType: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly durationMs: number;
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** Why there was none, or why it counts as a failure. */
  readonly error: string | undefined;
  readonly nextInMs: number | undefined;
}

/** An endpoint was disabled by what it answered: tell its owner. */
export interface EndpointDisabled {
  readonly kind: 'endpoint_disabled';
  readonly endpointId: string;
  readonly tenant: string | undefined;
  readonly url: string;
  readonly reason: Exclude<DisabledReason, 'requested'>;
}

/** What only a notice says; the other codes are those of errors. */
export type NoticeCode = Exclude<keyof typeof senderNotices, 'endpoint_disabled' | 'outcome_hook_failed'>;

/** Something to know that concerns no single attempt. */
export interface SenderNotice {
  readonly kind: 'notice';
  readonly code: NoticeCode | SenderErrorCode;
  readonly message: string;
  readonly endpointId?: string | undefined;
  readonly error?: unknown;
}

/** What `onEvent` is told: never a secret, a header's value or an event's data. */
export type SenderOutcome = AttemptOutcome | EndpointDisabled | SenderNotice;

/** Told of every outcome; what it throws changes nothing. */
export type SenderOutcomeHook = (outcome: SenderOutcome) => unknown;
