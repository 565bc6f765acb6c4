import { refuseTransaction } from '../errors/no-transaction.js';
import type { EventLog } from '../ports/delivery-store.js';
import type {
  AppendResult,
  NewDelivery,
  NewEvent,
  Page,
  Routing,
  StoredEvent,
  Subscriber,
} from '../ports/records.js';
import { filtered, pageOf, startOf } from '../record/paging.js';
import type { DeliveryRow, EndpointRow, EventRow, State } from './state.js';

/** Intake, in memory. */
export function eventLog(state: State): EventLog<never> {
  return {
    async append(events, transaction) {
      refuseTransaction(transaction);
      return append(state, events);
    },
    takeUnrouted: async (options) => takeUnrouted(state, options),
    subscribers: async (query) => subscribers(state, query),
    route: async (routings) => {
      for (const routing of routings) route(state, routing);
    },
  };
}

function append(state: State, events: readonly NewEvent[]): AppendResult {
  const digests = new Map<string, string>();
  const conflicts = new Set<string>();
  const isNew = events.map((event) => {
    const name = nameOf(event);
    const known = digests.get(name) ?? state.eventsByName.get(name)?.event.digest;
    if (known !== undefined && known !== event.digest) conflicts.add(event.id);
    digests.set(name, event.digest);
    return known === undefined;
  });
  if (conflicts.size > 0) return { outcome: 'conflict', ids: [...conflicts] };
  for (const [index, event] of events.entries()) if (isNew[index] === true) insert(state, event);
  return { outcome: 'appended', isNew };
}

/** A text that two tenants' events never share. */
export function nameOf({ tenant, id }: Pick<NewEvent, 'tenant' | 'id'>): string {
  return `${tenant.length} ${tenant} ${id}`;
}

function insert(state: State, event: NewEvent): void {
  const seq = state.nextSeq();
  const row: EventRow = {
    seq,
    event: Object.freeze({ ...event, key: String(seq) }),
    createdAtMs: state.now(),
    isRouted: false,
    leasedUntilMs: 0,
    deliveries: new Map(),
    pending: 0,
  };
  state.events.push(row);
  state.eventsByKey.set(row.event.key, row);
  state.eventsByName.set(nameOf(event), row);
  state.unrouted.add(row);
}

function takeUnrouted(
  state: State,
  { limit, leaseMs }: { readonly limit: number; readonly leaseMs: number },
): readonly StoredEvent[] {
  const nowMs = state.now();
  const taken: StoredEvent[] = [];
  for (const row of routable(state, nowMs)) {
    if (taken.length >= limit) break;
    row.leasedUntilMs = nowMs + leaseMs;
    taken.push(row.event);
  }
  return taken;
}

/** Events that nobody has in hand, the oldest first; those of a key behind none that somebody has. */
export function* routable(state: State, nowMs: number): Generator<EventRow> {
  const heldKeys = new Set<string>();
  for (const row of state.unrouted) {
    const { orderingKey, tenant } = row.event;
    const key = orderingKey === undefined ? undefined : nameOf({ tenant, id: orderingKey });
    const isHeld = row.leasedUntilMs > nowMs;
    if (isHeld && key !== undefined) heldKeys.add(key);
    if (!isHeld && (key === undefined || !heldKeys.has(key))) yield row;
  }
}

function subscribers(state: State, query: Parameters<EventLog<never>['subscribers']>[0]): Page<Subscriber> {
  const patterns = new Set(query.patterns);
  const isWanted = ({ record }: EndpointRow): boolean =>
    record.tenant === query.tenant && record.events.some((pattern) => patterns.has(pattern));
  const rows = filtered(state.endpoints.oldestFirst(startOf('endpoints', query)), isWanted);
  return pageOf('endpoints', rows, query.limit, ({ record: { id, status, filters, firstDelayMs } }) => ({
    endpointId: id,
    status,
    filters,
    firstDelayMs,
  }));
}

function route(state: State, { event, deliveries, isLast }: Routing): void {
  const row = state.eventsByKey.get(event.key);
  if (row === undefined || row.isRouted) return;
  for (const delivery of deliveries) {
    if (!row.deliveries.has(delivery.endpointId)) deliver(state, row, delivery);
  }
  if (!isLast) return;
  row.isRouted = true;
  state.unrouted.delete(row);
}

function deliver(state: State, event: EventRow, { id, endpointId, status, delayMs }: NewDelivery): void {
  const nowMs = state.now();
  const lane = state.laneOf(endpointId);
  const row: DeliveryRow = {
    id,
    seq: state.nextSeq(),
    orderingKey: event.event.orderingKey,
    keyOrder: event.seq,
    event,
    lane,
    createdAtMs: nowMs,
    status,
    dueAtMs: nowMs + delayMs,
    finishedAtMs: status === 'skipped' ? nowMs : undefined,
    attempts: [],
    spent: 0,
    postponements: 0,
    successesAtFirstFailure: undefined,
  };
  event.deliveries.set(endpointId, row);
  lane.deliveries.push(row);
  state.deliveries.push(row);
  state.deliveriesById.set(id, row);
  if (status === 'pending') state.wait(row);
}
