import type {
  DeliveryQuery,
  DeliveryRecord,
  DeliveryStatus,
  Page,
  StoredAttempt,
  StoredEvent,
  TenantScope,
} from '@countersign/sender';
import { ANY_TENANT } from '@countersign/sender';
import { fromJson, pageOf, startOf } from '@countersign/sender/stores';
import { number, numberOrNone, oneOf, text, textOrNone } from '../client/row.js';
import type { Row } from '../client/sql-client.js';
import { tenantParameter } from './endpoints.js';
import { soughtId } from './ids.js';
import { storedEvent } from './intake.js';
import type { Session } from './session.js';

const STATUSES = ['pending', 'delivered', 'failed', 'skipped'] as const;

/** One delivery. */
export async function delivery(
  { database, sql }: Session,
  scope: TenantScope,
  id: string,
): Promise<DeliveryRecord | undefined> {
  const [row] = (await database.query(sql.delivery, [soughtId(id), tenantParameter(scope)])).rows;
  return row === undefined ? undefined : deliveryRecord(row);
}

/** The event that a delivery is of. */
export async function eventOf(
  { database, sql }: Session,
  scope: TenantScope,
  deliveryId: string,
): Promise<StoredEvent | undefined> {
  const values = [soughtId(deliveryId), tenantParameter(scope)];
  const [row] = (await database.query(sql.eventOfDelivery, values)).rows;
  return row === undefined ? undefined : storedEvent(row);
}

/** A delivery's attempts, the oldest first. */
export async function attempts(
  { database, sql }: Session,
  scope: TenantScope,
  deliveryId: string,
): Promise<readonly StoredAttempt[]> {
  const { rows } = await database.query(sql.attempts, [soughtId(deliveryId), tenantParameter(scope)]);
  return rows.map((row) => ({
    number: number(row, 'number'),
    atMs: number(row, 'at'),
    durationMs: number(row, 'duration_ms'),
    status: numberOrNone(row, 'status'),
    error: anyText(row, 'error'),
    responseBody: anyText(row, 'response_body'),
  }));
}

/** Deliveries, the newest first. */
export async function deliveries(
  session: Session,
  scope: TenantScope,
  query: DeliveryQuery,
): Promise<Page<DeliveryRecord>> {
  const before = startOf('deliveries', query) ?? Number.MAX_SAFE_INTEGER;
  const lookUp = await lookUpOf(session, scope, query);
  // Each status has a part of the index to itself, in order: the newest of each, and of these the newest.
  const statuses = query.status === undefined ? STATUSES : [query.status];
  const found = await Promise.all(statuses.map((status) => lookUp(status, before, query.limit + 1)));
  const rows = found
    .flat()
    .map((row) => ({ seq: number(row, 'seq'), row }))
    .sort((a, b) => b.seq - a.seq);
  return pageOf('deliveries', rows, query.limit, ({ row }) => deliveryRecord(row));
}

/** Reads the newest deliveries of one status before a number. */
type LookUp = (status: DeliveryStatus, before: number, count: number) => Promise<readonly Row[]>;

async function lookUpOf(
  session: Session,
  scope: TenantScope,
  { endpointId, eventId }: DeliveryQuery,
): Promise<LookUp> {
  const { database, sql } = session;
  const tenant = tenantParameter(scope);
  const lane = endpointId === undefined ? null : await laneSeen(session, scope, endpointId);
  const read = async (statement: string, values: unknown[]): Promise<readonly Row[]> =>
    (await database.query(statement, values)).rows;
  if (lane === undefined) return async () => [];
  if (eventId !== undefined) {
    return (status, before, count) =>
      read(sql.deliveriesOfEvent, [status, before, lane, tenant, count, soughtId(eventId)]);
  }
  if (lane !== null) {
    return (status, before, count) => read(sql.deliveriesOfLane, [status, before, lane, tenant, count]);
  }
  return scope === ANY_TENANT
    ? (status, before, count) => read(sql.lostDeliveries, [status, before, count])
    : (status, before, count) => read(sql.lostDeliveriesOfTenant, [status, before, count, tenant]);
}

/**
 * The lane of an endpoint, where a scope may see what is there. Asked before its deliveries are looked at: how long it
 * took would tell another tenant that the endpoint exists.
 */
async function laneSeen(
  { database, sql }: Session,
  scope: TenantScope,
  endpointId: string,
): Promise<number | undefined> {
  const [row] = (await database.query(sql.lane, [soughtId(endpointId), tenantParameter(scope)])).rows;
  return row === undefined ? undefined : number(row, 'seq');
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
