import type { Records } from '../ports/delivery-store.js';
import type { DeliveryQuery, DeliveryRecord, Page, TenantScope } from '../ports/records.js';
import { filtered, pageOf, startOf } from '../record/paging.js';
import { attemptsOf, type DeliveryRow, type State, sees } from './state.js';

type DeliveryRecords = Pick<Records, 'delivery' | 'deliveries' | 'eventOf' | 'attempts'>;

/** Deliveries as people read them, in memory. */
export function deliveryRecords(state: State): DeliveryRecords {
  const find = (scope: TenantScope, id: string): DeliveryRow | undefined => {
    const row = state.deliveriesById.get(id);
    return row !== undefined && sees(scope, row.event.event.tenant) ? row : undefined;
  };
  return {
    delivery: async (scope, id) => {
      const row = find(scope, id);
      return row === undefined ? undefined : recordOf(row);
    },
    deliveries: async (scope, query) => list(state, scope, query),
    eventOf: async (scope, deliveryId) => find(scope, deliveryId)?.event.event,
    attempts: async (scope, deliveryId) => [...(find(scope, deliveryId)?.attempts ?? [])],
  };
}

function list(state: State, scope: TenantScope, query: DeliveryQuery): Page<DeliveryRecord> {
  const before = startOf('deliveries', query);
  const timeline =
    query.endpointId === undefined ? state.deliveries : state.lanes.get(query.endpointId)?.deliveries;
  const rows = filtered(
    timeline?.newestFirst(before) ?? [],
    ({ event: { event }, status }) =>
      sees(scope, event.tenant) &&
      (query.eventId ?? event.id) === event.id &&
      (query.status ?? status) === status,
  );
  return pageOf('deliveries', rows, query.limit, recordOf);
}

function recordOf(row: DeliveryRow): DeliveryRecord {
  const { event } = row.event;
  const last = row.attempts.at(-1);
  return {
    id: row.id,
    endpointId: row.lane.endpointId,
    eventId: event.id,
    eventType: event.type,
    tenant: event.tenant,
    status: row.status,
    attempts: attemptsOf(row),
    createdAtMs: row.createdAtMs,
    finishedAtMs: row.finishedAtMs,
    nextAttemptAtMs: row.lane.backlog.hasTurn(row) ? row.dueAtMs : undefined,
    lastStatus: last?.status,
    lastError: last?.error,
  };
}
