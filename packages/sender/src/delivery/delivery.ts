import { shownTenant } from '../ids/scope.js';
import type { DeliveryRecord, DeliveryStatus, StoredAttempt } from '../ports/records.js';

/** A delivery as it is read. */
export interface Delivery {
  readonly id: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly tenant: string | undefined;
  readonly status: DeliveryStatus;
  /** Attempts made so far. */
  readonly attemptCount: number;
  readonly createdAt: Date;
  /** When it was delivered, failed or was skipped. */
  readonly finishedAt: Date | undefined;
  /** Of a pending one: not before. `undefined` where it waits for an earlier delivery of its ordering key. */
  readonly nextAttemptAt: Date | undefined;
  /** The last attempt's HTTP status, where there was an answer. */
  readonly lastStatus: number | undefined;
  readonly lastError: string | undefined;
}

/** One attempt of a delivery. */
export interface Attempt {
  /** 1 for the first. */
  readonly number: number;
  readonly at: Date;
  readonly durationMs: number;
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** Why there was none, or why it counts as a failure. */
  readonly error: string | undefined;
  /** The beginning of the answer's body, as `storeResponseBody` says. */
  readonly responseBody: string | undefined;
}

/** A delivery with all its attempts, oldest first. */
export interface DeliveryWithAttempts extends Delivery {
  readonly attempts: readonly Attempt[];
}

/** What a record shows. */
export function deliveryView(record: DeliveryRecord): Delivery {
  return {
    id: record.id,
    endpointId: record.endpointId,
    eventId: record.eventId,
    eventType: record.eventType,
    tenant: shownTenant(record.tenant),
    status: record.status,
    attemptCount: record.attempts,
    createdAt: new Date(record.createdAtMs),
    finishedAt: dateOf(record.finishedAtMs),
    nextAttemptAt: dateOf(record.nextAttemptAtMs),
    lastStatus: record.lastStatus,
    lastError: record.lastError,
  };
}

/** What a recorded attempt shows. */
export function attemptView({
  number,
  atMs,
  durationMs,
  status,
  error,
  responseBody,
}: StoredAttempt): Attempt {
  return { number, at: new Date(atMs), durationMs, status, error, responseBody };
}

function dateOf(epochMs: number | undefined): Date | undefined {
  return epochMs === undefined ? undefined : new Date(epochMs);
}
