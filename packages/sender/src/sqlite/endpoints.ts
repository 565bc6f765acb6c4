import type {
  EndpointDraft,
  EndpointRecord,
  EndpointTotals,
  Page,
  PageQuery,
  RecordTotals,
  TenantScope,
} from '../ports/records.js';
import { ANY_TENANT } from '../ports/records.js';
import { columnsOf } from '../record/endpoint-columns.js';
import { hoursOf } from '../record/hours.js';
import { pageOf, startOf } from '../record/paging.js';
import { scopeParameter } from '../record/scope.js';
import { endpointRecord } from './endpoint-rows.js';
import { addLane, laneOf } from './lane-counts.js';
import { number, numberOrNone, oneOf, type Row, text } from './row.js';
import type { Calls, Session } from './session.js';

/** One endpoint. */
export function endpoint(session: Session, scope: TenantScope, id: string): EndpointRecord | undefined {
  const row = rowOf(session, scope, id);
  return row === undefined ? undefined : endpointRecord(row, session.now());
}

function rowOf({ sql }: Session, scope: TenantScope, id: string): Row | undefined {
  return sql.get('endpoint', id, scopeParameter(scope));
}

/** Endpoints, the oldest first. */
export function endpoints({ sql, now }: Session, scope: TenantScope, query: PageQuery): Page<EndpointRecord> {
  const after = startOf('endpoints', query) ?? 0;
  const count = query.limit + 1;
  const rows =
    scope === ANY_TENANT
      ? sql.all('endpoints', after, count)
      : sql.all('endpointsOfTenant', scope, after, count);
  const nowMs = now();
  const numbered = rows.map((row) => ({ seq: number(row, 'seq'), row }));
  return pageOf('endpoints', numbered, query.limit, ({ row }) => endpointRecord(row, nowMs));
}

/** A new endpoint; `undefined` where its id is taken. */
export function createEndpoint(calls: Calls, draft: EndpointDraft): Promise<EndpointRecord | undefined> {
  const copy = structuredClone(draft);
  return calls.write((session) => {
    const { sql, now } = session;
    const known = laneOf(session, copy.id);
    if (known !== undefined && sql.run('dropLane', known) === 0) return undefined;
    const nowMs = now();
    const columns = columnsOf(copy, nowMs);
    const { id, tenant, status, disabledReason, firstDelayMs, patterns, filters, secrets, settings } =
      columns;
    const lane = addLane(session, id, status === 'enabled');
    const texts = [patterns, filters, secrets, settings];
    sql.run('insertEndpoint', lane, id, tenant, status, disabledReason, nowMs, nowMs, firstDelayMs, ...texts);
    sql.run('subscribe', tenant, lane, patterns);
    return endpoint(session, tenant, id);
  });
}

/** Another endpoint in the place of one; `undefined` where it has changed meanwhile. */
export function replaceEndpoint(
  calls: Calls,
  expectedRevision: number,
  draft: EndpointDraft,
): Promise<EndpointRecord | undefined> {
  const copy = structuredClone(draft);
  return calls.write((session) => {
    const row = rowOf(session, ANY_TENANT, copy.id);
    if (row === undefined || number(row, 'revision') !== expectedRevision) return undefined;
    replace(session, row, copy);
    return endpoint(session, ANY_TENANT, copy.id);
  });
}

function replace({ sql, now }: Session, row: Row, draft: EndpointDraft): void {
  const [lane, nowMs] = [number(row, 'seq'), now()];
  const before = endpointRecord(row, nowMs);
  const { status, disabledReason, firstDelayMs, patterns, filters, secrets, settings } = columnsOf(
    draft,
    nowMs,
  );
  const texts = [patterns, filters, secrets, settings];
  sql.run('updateEndpoint', status, disabledReason, nowMs, firstDelayMs, ...texts, lane);
  sql.run('unsubscribe', before.tenant, text(row, 'events'), lane);
  sql.run('subscribe', before.tenant, lane, patterns);
  sql.run('openLane', status === 'enabled' ? 1 : 0, lane);
  const isElsewhere = draft.settings.url !== before.settings.url;
  if (before.status === 'disabled' || isElsewhere) sql.run('refreshLane', lane);
}

/** Deletes an endpoint; its lane stays for what is in the record. */
export function deleteEndpoint(session: Session, scope: TenantScope, id: string): boolean {
  const row = rowOf(session, scope, id);
  if (row === undefined) return false;
  const { sql } = session;
  const lane = number(row, 'seq');
  sql.run('deleteEndpoint', lane);
  sql.run('unsubscribe', text(row, 'tenant'), text(row, 'events'), lane);
  sql.run('closeLane', lane);
  sql.run('dropLane', lane);
  return true;
}

/** Numbers of one endpoint. */
export function endpointTotals(
  session: Session,
  scope: TenantScope,
  id: string,
  windowMs: number,
): EndpointTotals | undefined {
  const { sql, now } = session;
  const row = rowOf(session, scope, id);
  const lane = row === undefined ? undefined : sql.get('lane', number(row, 'seq'));
  if (row === undefined || lane === undefined) return undefined;
  const hours = JSON.stringify(hoursOf(now() - windowMs, now()));
  return {
    pending: number(lane, 'pending'),
    retrying: number(lane, 'retrying'),
    lastDeliveredAtMs: numberOrNone(lane, 'last_delivered_at'),
    tallies: sql.all('tallies', hours, number(row, 'seq')).map((tally) => ({
      measure: oneOf(tally, 'measure', ['delivered', 'failed', 'response']),
      bin: number(tally, 'bin'),
      count: number(tally, 'count'),
      totalMs: number(tally, 'total_ms'),
    })),
  };
}

/** Numbers of the whole record. */
export function totals({ sql }: Session): RecordTotals {
  const row = sql.get('totals');
  if (row === undefined) throw new TypeError('no totals');
  return {
    endpoints: number(row, 'endpoints'),
    pending: number(row, 'pending'),
    retrying: number(row, 'retrying'),
  };
}
