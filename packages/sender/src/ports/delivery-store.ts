import type { Wake } from './delivery-queue.js';
import type {
  AppendResult,
  DeliveryQuery,
  DeliveryRecord,
  DueDelivery,
  EndpointDraft,
  EndpointRecord,
  EndpointTotals,
  Lane,
  LaneReport,
  LaneState,
  NewEvent,
  Page,
  PageQuery,
  RecordTotals,
  RequeueQuery,
  Routing,
  StoredAttempt,
  StoredEvent,
  Subscriber,
  TenantScope,
} from './records.js';

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
   * then count twice. `disable` leaves an endpoint as it is that is disabled already, or goes to another URL by now than
   * the lane's: what was judged is no longer there.
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
   * parked no longer; where it was disabled, or goes to another URL, its {@link LaneState} is a clean one, but for its
   * successes.
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
  /** `true`: other processes write it too, so that what it says is looked at more often. */
  readonly shared?: boolean | undefined;
  /** Opens it, and brings its schema up to date. Again, once it is open, does nothing. */
  open(): Promise<void>;
  close(): Promise<void>;
  readonly events: EventLog<Transaction>;
  readonly work: WorkLedger;
  readonly records: Records;
}
