import type { RetryPolicy } from '@countersign/core';
import type { Tally } from './tallies.js';

// No absolute time decides anything across this port: what is due, leased, parked or expired is a duration from
// now, and the store owns the clock (an injected one in tests, the database's where there are several machines).
// Times of events are data; times that are read are for people. Texts come back as they were, also with U+0000 in
// them: receivers choose what their answers say.

/** One tenant's name, {@link NO_TENANT} for what has none, {@link ANY_TENANT} for whoever may see all. */
export type TenantScope = string;

/** The tenant of events and endpoints that have none. */
export const NO_TENANT = '';

/** The scope of operators. No tenant can have this name. */
export const ANY_TENANT = '*';

/** An event as it is appended. Its `id` is unique within its tenant until retention prunes it. */
export interface NewEvent {
  readonly id: string;
  /** A tenant's name or {@link NO_TENANT}. */
  readonly tenant: string;
  readonly type: string;
  /** The payload: the JSON text that is sent, byte for byte. */
  readonly data: string;
  /** What makes two events with one id the same one: SHA-256 in hex of all that was given. */
  readonly digest: string;
  /** When it happened, epoch milliseconds. */
  readonly timestampMs: number;
  /** Deliveries of one key are made one after the other at each endpoint. */
  readonly orderingKey?: string | undefined;
  /** Goes to this endpoint alone, whatever it subscribes to. */
  readonly endpointId?: string | undefined;
}

/** An event in the record. */
export interface StoredEvent extends NewEvent {
  /** Names it inside the store. */
  readonly key: string;
}

/**
 * What became of appended events. `appended`: which of them are new; the others were there already, and equal.
 * `conflict`: the ids that exist with other content; nothing was stored.
 */
export type AppendResult =
  | { readonly outcome: 'appended'; readonly isNew: readonly boolean[] }
  | { readonly outcome: 'conflict'; readonly ids: readonly string[] };

/** An endpoint that an event may be for. */
export interface Subscriber {
  readonly endpointId: string;
  readonly status: EndpointStatus;
  readonly filters?: EventFilters | undefined;
  /** As the endpoint has it. */
  readonly firstDelayMs?: number | undefined;
}

/** One event for one endpoint. `skipped`: the endpoint is disabled. */
export interface NewDelivery {
  readonly id: string;
  readonly endpointId: string;
  readonly status: 'pending' | 'skipped';
  /** Until its first attempt. */
  readonly delayMs: number;
}

/** Deliveries of one event. A large fan-out comes in parts, the last of which is `isLast`. */
export interface Routing {
  readonly event: StoredEvent;
  readonly deliveries: readonly NewDelivery[];
  readonly isLast: boolean;
}

export type DeliveryStatus = 'pending' | 'delivered' | 'failed' | 'skipped';

/** A delivery that may be attempted now. */
export interface DueDelivery {
  readonly id: string;
  readonly event: StoredEvent;
  /** Attempts made since the event was routed: the next one's number less one. */
  readonly attempts: number;
  /** Attempts that count against the retry schedule: a requeued delivery starts again at 0. */
  readonly spent: number;
  /** Answers that asked for another time and did not count. */
  readonly postponements: number;
  /**
   * {@link LaneState.successes} when its first attempt failed, as it was settled; `undefined` before that. A requeued
   * delivery starts again.
   */
  readonly successesAtFirstFailure: number | undefined;
}

/** What one attempt came to, as people read it. */
export interface AttemptRecord {
  readonly number: number;
  readonly durationMs: number;
  /** The HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** Why there was none, or why an answer counts as a failure. */
  readonly error?: string | undefined;
  readonly responseBody?: string | undefined;
}

/** What a delivery becomes by an attempt. */
export type Next =
  | { readonly status: 'delivered' }
  | { readonly status: 'failed' }
  | {
      readonly status: 'pending';
      readonly delayMs: number;
      readonly spent: number;
      readonly postponements: number;
      /** Kept for the next attempts, as {@link DueDelivery.successesAtFirstFailure}. */
      readonly successesAtFirstFailure: number;
    };

/** An attempt's outcome, to be recorded. */
export interface Settlement {
  readonly deliveryId: string;
  readonly attempt: AttemptRecord;
  readonly next: Next;
}

/** What a lane's next owner must know. */
export interface LaneState {
  /** The lane is not due before. */
  readonly parkForMs?: number | undefined;
  /** Since when nothing but failures; `undefined` where the last attempt succeeded. */
  readonly failingForMs?: number | undefined;
  /** Failed attempts since the last success. */
  readonly failures: number;
  /** Attempts that succeeded, ever: whether it has grown says whether anything did meanwhile. */
  readonly successes: number;
  /** How long the endpoint's rate limit would need to forget what was sent. */
  readonly rateDebtMs?: number | undefined;
}

/** The exclusive right to work one endpoint's deliveries until the lease ends. */
export interface Lane {
  readonly endpoint: EndpointRecord;
  /** Never given twice for one endpoint: writes with an older one do nothing. */
  readonly token: string;
  /** As it was settled last, its durations as long as they have become; what is over is left out. */
  readonly state: LaneState;
}

/** Why an endpoint is disabled: somebody asked, it answered 410, or it did nothing but fail. */
export type DisabledReason = 'requested' | 'gone' | 'failing';

/** What a lane's owner has to say. */
export interface LaneReport {
  readonly settlements: readonly Settlement[];
  readonly tallies: readonly Tally[];
  readonly state: LaneState;
  /** Lets go of the lane. */
  readonly release: boolean;
  readonly disable?: Exclude<DisabledReason, 'requested'> | undefined;
}

export type EndpointStatus = 'enabled' | 'disabled';

/** What an event's data must be, beside its type. Every filter that is given must match. */
export interface EventFilters {
  /** `data.job_type`; `*` in it stands for any characters. */
  readonly job_types?: readonly string[] | undefined;
  /** `data.job_priority` */
  readonly job_priorities?: readonly number[] | undefined;
  /** `data.machine_id`; `*` as above. */
  readonly machine_ids?: readonly string[] | undefined;
  /** `data.worker_id`; `*` as above. */
  readonly worker_ids?: readonly string[] | undefined;
  /** Dot paths into the objects of `data`, each with the value that must stand there. */
  readonly custom_filters?: Readonly<Record<string, string | number | boolean | null>> | undefined;
}

/** A secret in the record: sealed where the sender has `encryption`. */
export interface StoredSecret {
  readonly id: string;
  readonly value: string;
  /** How long it still signs; `undefined` for the current one. The store leaves out what has expired. */
  readonly expiresInMs?: number | undefined;
}

/** Of an endpoint, what a store keeps and never looks at: a plain JSON object. */
export interface EndpointSettings {
  readonly url: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** Custom headers; values are sealed where the sender has `encryption`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly concurrency?: number | undefined;
  readonly rateLimit?: { readonly perSecond: number } | undefined;
}

/** An endpoint as it is written. */
export interface EndpointDraft {
  readonly id: string;
  readonly tenant: string;
  readonly status: EndpointStatus;
  readonly disabledReason?: DisabledReason | undefined;
  /** Event patterns: a type, a beginning and `.*`, or `*`. */
  readonly events: readonly string[];
  readonly filters?: EventFilters | undefined;
  /** Until a delivery's first attempt, where the endpoint has a retry schedule of its own. */
  readonly firstDelayMs?: number | undefined;
  /** The newest first. */
  readonly secrets: readonly StoredSecret[];
  readonly settings: EndpointSettings;
}

/** An endpoint in the record. */
export interface EndpointRecord extends EndpointDraft {
  /** 1 at first, and one more with every change, whoever makes it. */
  readonly revision: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** A delivery as people read it. */
export interface DeliveryRecord {
  readonly id: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly tenant: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly createdAtMs: number;
  /** When it came to its end; `undefined` while it is pending. */
  readonly finishedAtMs?: number | undefined;
  /** When the next attempt may be made; `undefined` unless it is pending and waits for nothing else. */
  readonly nextAttemptAtMs?: number | undefined;
  /** How the last attempt ended. */
  readonly lastStatus?: number | undefined;
  readonly lastError?: string | undefined;
}

/** An attempt in the record. */
export interface StoredAttempt extends AttemptRecord {
  readonly atMs: number;
}

/** Numbers of one endpoint. The window is of whole hours: the running one, back to the one in which it began. */
export interface EndpointTotals {
  /** Now. */
  readonly pending: number;
  /** Pending, with an attempt behind them. */
  readonly retrying: number;
  readonly lastDeliveredAtMs: number | undefined;
  /** Summed over the window. */
  readonly tallies: readonly Tally[];
}

/** Numbers of the whole record: of all tenants, and of pending deliveries whose endpoint is deleted too. */
export interface RecordTotals {
  readonly endpoints: number;
  readonly pending: number;
  readonly retrying: number;
}

/** One page of a list. */
export interface Page<T> {
  readonly data: readonly T[];
  /** For the next page; `undefined` on the last one. */
  readonly nextCursor: string | undefined;
}

export interface PageQuery {
  readonly limit: number;
  /** A `nextCursor`; one that is none of this list's rejects with `invalid_cursor`. */
  readonly cursor?: string | undefined;
}

/** Newest first. Without an endpoint or an event, `status` must be `failed` or `skipped`. */
export interface DeliveryQuery extends PageQuery {
  readonly endpointId?: string | undefined;
  readonly eventId?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
}

/** Which deliveries are to be tried again. */
export interface RequeueQuery {
  readonly endpointId: string;
  /** These alone; otherwise all that have one of the statuses. */
  readonly deliveryIds?: readonly string[] | undefined;
  /** `pending`: due at once instead of later. Delivered ones stay as they are. */
  readonly statuses: readonly Exclude<DeliveryStatus, 'delivered'>[];
  /** Created within this time. */
  readonly createdWithinMs?: number | undefined;
  /** At their end for at least this long: a recovery in steps does not take up again what it has just caused. */
  readonly finishedForMs?: number | undefined;
  readonly limit: number;
}
