import type {
  EndpointDraft,
  EndpointRecord,
  EndpointTotals,
  Page,
  PageQuery,
  RecordTotals,
  TenantScope,
} from '@countersign/sender';
import { ANY_TENANT } from '@countersign/sender';
import { columnsOf, hoursOf, pageOf, scopeParameter, startOf } from '@countersign/sender/stores';
import { number, numberOrNone, oneOf, text } from '../client/row.js';
import type { Row, SqlClient } from '../client/sql-client.js';
import { endpointRecord } from './endpoint-rows.js';
import { soughtId } from './ids.js';
import type { Session } from './session.js';

/** One endpoint. */
export async function endpoint(
  session: Session,
  scope: TenantScope,
  id: string,
  client: SqlClient = session.database,
): Promise<EndpointRecord | undefined> {
  const row = await rowOf(session, client, scope, id);
  return row === undefined ? undefined : endpointRecord(row);
}

async function rowOf(
  { sql, now }: Session,
  client: SqlClient,
  scope: TenantScope,
  id: string,
): Promise<Row | undefined> {
  const { rows } = await client.query(sql.endpoint, [now(), soughtId(id), tenantParameter(scope)]);
  return rows[0];
}

/** For `tenant = coalesce($n, tenant)`. */
export function tenantParameter(scope: TenantScope): string | null {
  const tenant = scopeParameter(scope);
  return tenant === null ? null : soughtId(tenant);
}

/** Endpoints, the oldest first. */
export async function endpoints(
  { database, sql, now }: Session,
  scope: TenantScope,
  query: PageQuery,
): Promise<Page<EndpointRecord>> {
  const after = startOf('endpoints', query) ?? 0;
  const values = [now(), after, query.limit + 1];
  const { rows } =
    scope === ANY_TENANT
      ? await database.query(sql.endpoints, values)
      : await database.query(sql.endpointsOfTenant, [...values, soughtId(scope)]);
  const numbered = rows.map((row) => ({ seq: number(row, 'lane'), row }));
  return pageOf('endpoints', numbered, query.limit, ({ row }) => endpointRecord(row));
}

/** A new endpoint; `undefined` where its id is taken. */
export async function createEndpoint(
  session: Session,
  draft: EndpointDraft,
): Promise<EndpointRecord | undefined> {
  const { database, sql } = session;
  const copy = structuredClone(draft);
  return database.transaction(async (client) => {
    const { id, tenant, status } = copy;
    const [known] = (await client.query(sql.lockLane, [session.now(), id])).rows;
    if (known !== undefined) await client.query(sql.dropLanes, [JSON.stringify([String(known['seq'])])]);
    const [added] = (await client.query(sql.addLane, [id, tenant, status === 'enabled'])).rows;
    if (added === undefined) return undefined;
    const lane = number(added, 'seq');
    const nowMs = await timeIn(session, client);
    const columns = columnsOf(copy, nowMs);
    const { disabledReason, firstDelayMs, patterns, filters, secrets, settings } = columns;
    const texts = [patterns, filters, secrets, settings];
    const values = [nowMs, lane, id, tenant, status, disabledReason, firstDelayMs, ...texts];
    await client.query(sql.addEndpoint, values);
    await client.query(sql.subscribe, [tenant, lane, patterns]);
    return endpoint(session, ANY_TENANT, id, client);
  });
}

async function timeIn({ sql, now }: Session, client: SqlClient): Promise<number> {
  const [row] = (await client.query(sql.time, [now()])).rows;
  if (row === undefined) throw new TypeError('no time');
  return number(row, 'now_ms');
}

/** Another endpoint in the place of one; `undefined` where it has changed meanwhile. */
export async function replaceEndpoint(
  session: Session,
  expectedRevision: number,
  draft: EndpointDraft,
): Promise<EndpointRecord | undefined> {
  const { database, sql, now } = session;
  const copy = structuredClone(draft);
  return database.transaction(async (client) => {
    const [lane] = (await client.query(sql.lockLane, [now(), soughtId(copy.id)])).rows;
    const row = lane === undefined ? undefined : await rowOf(session, client, ANY_TENANT, copy.id);
    if (row === undefined || number(row, 'revision') !== expectedRevision) return undefined;
    await replace(session, client, row, copy);
    return endpoint(session, ANY_TENANT, copy.id, client);
  });
}

async function replace({ sql }: Session, client: SqlClient, row: Row, draft: EndpointDraft): Promise<void> {
  const [lane, nowMs] = [number(row, 'lane'), number(row, 'now_ms')];
  const before = endpointRecord(row);
  const columns = columnsOf(draft, nowMs);
  const { status, disabledReason, firstDelayMs, patterns, filters, secrets, settings } = columns;
  const texts = [patterns, filters, secrets, settings];
  await client.query(sql.replaceEndpoint, [nowMs, lane, status, disabledReason, firstDelayMs, ...texts]);
  await client.query(sql.unsubscribe, [before.tenant, lane, text(row, 'events')]);
  await client.query(sql.subscribe, [before.tenant, lane, patterns]);
  await client.query(sql.openLane, [lane, status === 'enabled']);
  const isElsewhere = draft.settings.url !== before.settings.url;
  if (before.status === 'disabled' || isElsewhere) await client.query(sql.refreshLane, [lane]);
}

/** Deletes an endpoint; its lane stays for what is in the record. */
export async function deleteEndpoint(session: Session, scope: TenantScope, id: string): Promise<boolean> {
  const { database, sql, now } = session;
  return database.transaction(async (client) => {
    await client.query(sql.lockLane, [now(), soughtId(id)]);
    const row = await rowOf(session, client, scope, id);
    if (row === undefined) return false;
    const lane = number(row, 'lane');
    await client.query(sql.deleteEndpoint, [lane]);
    await client.query(sql.unsubscribe, [text(row, 'tenant'), lane, text(row, 'events')]);
    await client.query(sql.closeLane, [lane]);
    await client.query(sql.dropLanes, [JSON.stringify([String(lane)])]);
    return true;
  });
}

/** Numbers of one endpoint. */
export async function endpointTotals(
  { database, sql, now }: Session,
  scope: TenantScope,
  id: string,
  windowMs: number,
): Promise<EndpointTotals | undefined> {
  const values = [now(), soughtId(id), tenantParameter(scope)];
  const [row] = (await database.query(sql.endpointTotals, values)).rows;
  if (row === undefined) return undefined;
  const nowMs = number(row, 'now_ms');
  const hours = JSON.stringify(hoursOf(nowMs - windowMs, nowMs));
  const { rows } = await database.query(sql.tallies, [hours, number(row, 'seq')]);
  return {
    pending: number(row, 'pending'),
    retrying: number(row, 'retrying'),
    lastDeliveredAtMs: numberOrNone(row, 'last_delivered_at'),
    tallies: rows.map((tally) => ({
      measure: oneOf(tally, 'measure', ['delivered', 'failed', 'response']),
      bin: number(tally, 'bin'),
      count: number(tally, 'count'),
      totalMs: number(tally, 'total_ms'),
    })),
  };
}

/** Numbers of the whole record. */
export async function totals({ database, sql }: Session): Promise<RecordTotals> {
  const [row] = (await database.query(sql.totals)).rows;
  if (row === undefined) throw new TypeError('no totals');
  return {
    endpoints: number(row, 'endpoints'),
    pending: number(row, 'pending'),
    retrying: number(row, 'retrying'),
  };
}
