import type { Records } from '../ports/delivery-store.js';
import type { RequeueQuery, TenantScope } from '../ports/records.js';
import { nameOf } from './events.js';
import { type DeliveryRow, type EventRow, type State, sees } from './state.js';

/** What brings deliveries back, and what forgets them, in memory. */
export function upkeep(state: State): Pick<Records, 'requeue' | 'prune'> {
  return {
    requeue: async (scope, query) => requeue(state, scope, query),
    prune: async ({ olderThanMs, limit }) => prune(state, olderThanMs, limit),
  };
}

function requeue(state: State, scope: TenantScope, query: RequeueQuery): number {
  const nowMs = state.now();
  const rows: DeliveryRow[] = [];
  for (const row of candidates(state, query)) {
    if (rows.length >= query.limit) break;
    if (sees(scope, row.event.event.tenant) && isMeant(row, query, nowMs)) rows.push(row);
  }
  for (const row of rows) startAgain(state, row, nowMs);
  return rows.length;
}

/** Of the endpoint, the oldest first. */
function candidates(state: State, { endpointId, deliveryIds }: RequeueQuery): Iterable<DeliveryRow> {
  const lane = state.lanes.get(endpointId);
  if (lane === undefined) return [];
  if (deliveryIds === undefined) return lane.deliveries.oldestFirst();
  const named = [...new Set(deliveryIds)].flatMap((id) => state.deliveriesById.get(id) ?? []);
  return named.filter((row) => row.lane === lane).sort((a, b) => a.seq - b.seq);
}

function isMeant(
  { status, createdAtMs, finishedAtMs }: DeliveryRow,
  query: RequeueQuery,
  nowMs: number,
): boolean {
  const { statuses, createdWithinMs = Number.POSITIVE_INFINITY, finishedForMs } = query;
  if (!statuses.some((wanted) => wanted === status) || nowMs - createdAtMs > createdWithinMs) return false;
  if (finishedForMs === undefined) return true;
  return finishedAtMs !== undefined && nowMs - finishedAtMs >= finishedForMs;
}

function startAgain(state: State, row: DeliveryRow, nowMs: number): void {
  row.spent = 0;
  row.postponements = 0;
  row.successesAtFirstFailure = undefined;
  row.dueAtMs = nowMs;
  row.lane.parkedUntilMs = 0;
  if (row.status === 'pending') row.lane.backlog.reschedule(row);
  else state.wait(row);
}

function prune(state: State, olderThanMs: number, limit: number): number {
  const beforeMs = state.now() - olderThanMs;
  const rows: EventRow[] = [];
  for (const row of state.events.oldestFirst()) {
    if (rows.length >= limit || row.createdAtMs > beforeMs) break;
    if (row.isRouted && row.pending === 0) rows.push(row);
  }
  for (const row of rows) forget(state, row);
  for (const lane of state.lanes.values()) lane.tallies.forgetBefore(beforeMs);
  return rows.length;
}

function forget(state: State, row: EventRow): void {
  state.events.remove(row);
  state.eventsByKey.delete(row.event.key);
  state.eventsByName.delete(nameOf(row.event));
  for (const delivery of row.deliveries.values()) {
    state.deliveries.remove(delivery);
    state.deliveriesById.delete(delivery.id);
    delivery.lane.deliveries.remove(delivery);
  }
}
