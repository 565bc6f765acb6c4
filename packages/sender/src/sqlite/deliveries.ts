import {
  ANY_TENANT,
  type DeliveryQuery,
  type DeliveryRecord,
  type DeliveryStatus,
  type Page,
  type StoredAttempt,
  type StoredEvent,
  type TenantScope,
} from '../ports/records.js';
import { fromJson } from '../record/json.js';
import { pageOf, startOf } from '../record/paging.js';
import { scopeParameter } from '../record/scope.js';
import { storedEvent } from './intake.js';
import { laneSeen } from './lane-counts.js';
import { number, numberOrNone, oneOf, type Row, text, textOrNone } from './row.js';
import type { Session } from './session.js';

const STATUSES = ['pending', 'delivered', 'failed', 'skipped'] as const;

/** One delivery. */
export function delivery({ sql }: Session, scope: TenantScope, id: string): DeliveryRecord | undefined {
  const row = sql.get('delivery', id, scopeParameter(scope));
  return row === undefined ? undefined : deliveryRecord(row);
}

/** The event that a delivery is of. */
export function eventOf({ sql }: Session, scope: TenantScope, deliveryId: string): StoredEvent | undefined {
  const row = sql.get('eventOfDelivery', deliveryId, scopeParameter(scope));
  return row === undefined ? undefined : storedEvent(row);
}

/** A delivery's attempts, the oldest first. */
export function attempts({ sql }: Session, scope: TenantScope, deliveryId: string): readonly StoredAttempt[] {
  return sql.all('attempts', deliveryId, scopeParameter(scope)).map((row) => ({
    number: number(row, 'number'),
    atMs: number(row, 'at'),
    durationMs: number(row, 'duration_ms'),
    status: numberOrNone(row, 'status'),
    error: anyText(row, 'error'),
    responseBody: anyText(row, 'response_body'),
  }));
}

/** Deliveries, the newest first. */
export function deliveries(session: Session, scope: TenantScope, query: DeliveryQuery): Page<DeliveryRecord> {
  const before = startOf('deliveries', query) ?? Number.MAX_SAFE_INTEGER;
  const lookUp = lookUpOf(session, scope, query);
  // Each status has a part of the index to itself, in order: the newest of each, and of these the newest.
  const statuses = query.status === undefined ? STATUSES : [query.status];
  const rows = statuses
    .flatMap((status) => lookUp(status, before, query.limit + 1))
    .map((row) => ({ seq: number(row, 'seq'), row }))
    .sort((a, b) => b.seq - a.seq);
  return pageOf('deliveries', rows, query.limit, ({ row }) => deliveryRecord(row));
}

/** Reads the newest deliveries of one status before a number. */
type LookUp = (status: DeliveryStatus, before: number, count: number) => readonly Row[];

function lookUpOf(session: Session, scope: TenantScope, { endpointId, eventId }: DeliveryQuery): LookUp {
  const { sql } = session;
  const tenant = scopeParameter(scope);
  const lane = endpointId === undefined ? null : laneSeen(session, scope, endpointId);
  if (lane === undefined) return () => [];
  if (eventId !== undefined) {
    return (status, before, count) =>
      sql.all('deliveriesOfEvent', eventId, tenant, status, before, lane, count);
  }
  if (lane !== null) {
    return (status, before, count) => sql.all('deliveriesOfEndpoint', lane, status, before, tenant, count);
  }
  return scope === ANY_TENANT
    ? (status, before, count) => sql.all('lostDeliveries', status, before, count)
    : (status, before, count) => sql.all('lostDeliveriesOfTenant', scope, status, before, count);
}

function deliveryRecord(row: Row): DeliveryRecord {
  return {
    id: text(row, 'id'),
    endpointId: text(row, 'endpoint_id'),
    eventId: text(row, 'event_id'),
    eventType: text(row, 'event_type'),
    tenant: text(row, 'tenant'),
    status: oneOf(row, 'status', STATUSES),
    attempts: number(row, 'attempts'),
    createdAtMs: number(row, 'created_at'),
    finishedAtMs: numberOrNone(row, 'finished_at'),
    nextAttemptAtMs: numberOrNone(row, 'next_attempt_at'),
    lastStatus: numberOrNone(row, 'last_status'),
    lastError: anyText(row, 'last_error'),
  };
}

/** A text that may hold anything. */
function anyText(row: Row, column: string): string | undefined {
  const json = textOrNone(row, column);
  return json === undefined ? undefined : fromJson<string>(json);
}
