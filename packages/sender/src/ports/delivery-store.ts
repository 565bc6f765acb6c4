import type { RetryPolicy } from '@countersign/core';
import type { Wake } from './delivery-queue.js';

// No absolute time decides anything across this port: what is due, leased, parked or expired is a duration from
// now, and the store owns the clock (an injected one in tests, the database's where there are several machines).
// Times of events are data; times that are read are for people. Texts come back as they were, also with U+0000 in
// them: receivers choose what their answers say.

// ------------------------------------------------------------------------------------------------- records

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

/** Something counted, for statistics: added to what the hour has. */
export interface Tally {
  /** `response`: an answer, whatever its status; its time is in `totalMs`, and `bin` says how long it took. */
  readonly measure: 'delivered' | 'failed' | 'response';
  readonly bin: number;
  readonly count: number;
  readonly totalMs: number;
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
  /** `data.job_type` */
  readonly job_types?: readonly string[] | undefined;
  /** `data.job_priority` */
  readonly job_priorities?: readonly number[] | undefined;
  /** `data.machine_id`; globs with `*`. */
  readonly machine_ids?: readonly string[] | undefined;
  /** `data.worker_id`; globs with `*`. */
  readonly worker_ids?: readonly string[] | undefined;
  /** Dot paths into `data`, each with the value that must stand there. */
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

// ------------------------------------------------------------------------------------------------- the port

/** Intake. */
export interface EventLog<Transaction> {
  /**
   * Stores events, all or none; they are durable when the promise resolves, or when `transaction` commits. It
   * only inserts: two producers' transactions never wait for each other, unless for the same event.
   */
  append(events: readonly NewEvent[], transaction?: Transaction): Promise<AppendResult>;
  /**
   * Events without deliveries yet, oldest first; nobody else is given them while the lease lasts. An event of an
   * ordering key waits while an older one of its tenant and key is in somebody else's hands, so that a key's events
   * are routed in their order by whoever routes what he is given in its order.
   */
  takeUnrouted(options: {
    readonly limit: number;
    readonly leaseMs: number;
  }): Promise<readonly StoredEvent[]>;
  /**
   * The endpoints of a tenant that have one of these texts among their `events`, each once: whoever asks has made
   * all the patterns that match a type.
   */
  subscribers(
    query: PageQuery & { readonly tenant: string; readonly patterns: readonly string[] },
  ): Promise<Page<Subscriber>>;
  /**
   * Deliveries in, events routed, lanes due: one step. A repeat changes nothing, whatever the ids: an event has one
   * delivery at each endpoint, and one that is routed gets no more. An endpoint may be gone by now: what is pending
   * there is skipped in time.
   */
  route(routings: readonly Routing[]): Promise<void>;
}

/** Work. Every write of a lane checks its token. */
export interface WorkLedger {
  /**
   * Lanes of enabled endpoints with something due, the longest waiting first; those named, where ids are given. A lane
   * waits since something fell due, or since it was let go of, or its parking or lease ended, whichever was last: a
   * long backlog does not come before the others again and again.
   */
  takeLanes(options: {
    readonly limit: number;
    readonly leaseMs: number;
    readonly endpointIds?: readonly string[] | undefined;
  }): Promise<readonly Lane[]>;
  /**
   * What may be attempted now, the longest due first. Of one ordering key only the oldest pending one is: the one whose
   * event was appended first. What the owner has in hand already it names in `except`. Nothing, where the lane is lost,
   * or its endpoint is no longer enabled.
   */
  due(
    lane: Lane,
    options: { readonly limit: number; readonly except: readonly string[] },
  ): Promise<readonly DueDelivery[]>;
  /**
   * Extends leases. The lanes that are still held, with their endpoints as they are now: a disabled one too, so that
   * its owner can settle what is in flight and let go. The lane of a deleted one is missing, and its lease runs out;
   * `settle` takes what is in flight there until then.
   */
  renew(lanes: readonly Lane[], leaseMs: number): Promise<readonly Lane[]>;
  /**
   * Outcomes, attempts, tallies and lane state in one step. `false`: the lane was lost or let go of before, and nothing
   * was written. A settlement of what is not pending, of another endpoint's delivery, or of an attempt that is in the
   * record already (by its number) changes nothing: a report may be made again after a lost answer, though its tallies
   * then count twice. `disable` leaves an endpoint that is disabled already as it is.
   */
  settle(lane: Lane, report: LaneReport): Promise<boolean>;
  /**
   * Skips pending deliveries of disabled and deleted endpoints whose lane nobody holds; how many there were. Fewer than
   * `limit`: there are no more.
   */
  skip(options: { readonly limit: number }): Promise<number>;
  /** What is due now, and when the next thing is: for waits, and to repair lost wake-ups. */
  outlook(options: { readonly limit: number }): Promise<Outlook>;
}

/** What lies ahead. */
export interface Outlook {
  /**
   * What `takeLanes` and `takeUnrouted` would give: lanes, the longest waiting first and no more than `limit`, and
   * beside them `route` where an event waits for it.
   */
  readonly due: readonly Wake[];
  /**
   * Until something else falls due: a delivery, the end of a lease or of parking. `undefined` where nothing will by
   * itself.
   */
  readonly nextInMs: number | undefined;
}

/** What people read and edit, always within a scope. Reads see all that was acknowledged before. */
export interface Records {
  endpoint(scope: TenantScope, id: string): Promise<EndpointRecord | undefined>;
  /** Oldest first. */
  endpoints(scope: TenantScope, query: PageQuery): Promise<Page<EndpointRecord>>;
  /**
   * `undefined`: the id is taken, also by a deleted endpoint as long as deliveries of it are in the record: they never
   * get another owner.
   */
  createEndpoint(draft: EndpointDraft): Promise<EndpointRecord | undefined>;
  /**
   * Compare-and-set on the revision; `undefined`: it has another one by now, or is gone. Its tenant stays. Its lane is
   * parked no longer; one that was disabled starts with a clean {@link LaneState}, but for its successes.
   */
  replaceEndpoint(expectedRevision: number, draft: EndpointDraft): Promise<EndpointRecord | undefined>;
  /** `false`: there is none. Its deliveries stay in the record until retention prunes them. */
  deleteEndpoint(scope: TenantScope, id: string): Promise<boolean>;
  endpointTotals(
    scope: TenantScope,
    id: string,
    options: { readonly windowMs: number },
  ): Promise<EndpointTotals | undefined>;
  totals(): Promise<RecordTotals>;

  delivery(scope: TenantScope, id: string): Promise<DeliveryRecord | undefined>;
  deliveries(scope: TenantScope, query: DeliveryQuery): Promise<Page<DeliveryRecord>>;
  /** The event that a delivery is of. */
  eventOf(scope: TenantScope, deliveryId: string): Promise<StoredEvent | undefined>;
  /** Oldest first. */
  attempts(scope: TenantScope, deliveryId: string): Promise<readonly StoredAttempt[]>;
  /**
   * Makes deliveries pending and due, oldest first, with the whole retry schedule before them again; a parked lane is
   * due too. How many there were; fewer than `limit`: there are no more.
   */
  requeue(scope: TenantScope, query: RequeueQuery): Promise<number>;
  /**
   * Forgets events with all that became of them, the oldest first, unless something of them is pending or they are not
   * routed. How many there were; fewer than `limit`: there are no more.
   */
  prune(options: { readonly olderThanMs: number; readonly limit: number }): Promise<number>;
}

/**
 * Where events, deliveries and endpoints are kept: the one truth of a sender. `Transaction` is the caller's own
 * database transaction, where a store can join one.
 *
 * What a call rejects with is a `SenderError` of the table; the same call may be made again.
 */
export interface DeliveryStore<Transaction = never> {
  /** Opens it, and brings its schema up to date. Again, once it is open, does nothing. */
  open(): Promise<void>;
  close(): Promise<void>;
  readonly events: EventLog<Transaction>;
  readonly work: WorkLedger;
  readonly records: Records;
}
