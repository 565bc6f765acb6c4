import { type AppendResult, type NewEvent, SenderError, type StoredEvent } from '@countersign/sender';
import { fromJson, jsonOrNull } from '@countersign/sender/stores';
import { number, text, textOrNone } from '../client/row.js';
import type { Row, SqlClient } from '../client/sql-client.js';
import type { Session } from './session.js';

/** Somebody prunes the very event, again and again. */
const TRIES = 3;

/** Events that are given together: all of a call, or none. */
export type AppendCall = readonly NewEvent[];

/** Takes the events of several calls in, in one transaction. Where one of them is refused, each by itself. */
export async function appendAll(
  session: Session,
  calls: readonly AppendCall[],
): Promise<readonly AppendResult[]> {
  const { database } = session;
  const whole = calls.flat();
  const result = await database.transaction((client) => appendIn(session, client, whole));
  if (calls.length === 1) return [result];
  if (result.outcome === 'appended') return split(calls, result.isNew);
  const results: AppendResult[] = [];
  for (const call of calls) {
    results.push(await database.transaction((client) => appendIn(session, client, call)));
  }
  return results;
}

function split(calls: readonly AppendCall[], isNew: readonly boolean[]): readonly AppendResult[] {
  let from = 0;
  return calls.map(({ length }) => {
    from += length;
    return { outcome: 'appended', isNew: isNew.slice(from - length, from) };
  });
}

/** Takes events in with a transaction. Nothing but an insert where they are new. */
export async function appendIn(
  session: Session,
  client: SqlClient,
  events: AppendCall,
): Promise<AppendResult> {
  const { sql, now } = session;
  const values = JSON.stringify(events.map(columnsOf));
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { rows } = await client.query(sql.append, [now(), values]);
    const added = new Set(rows.map((row) => nameOf(text(row, 'id'), text(row, 'tenant'))));
    const isNew = events.map((event) => added.delete(nameOf(event.id, event.tenant)));
    if (!isNew.includes(false)) return { outcome: 'appended', isNew };
    const known = await digestsOf(session, client, events);
    const isMissing = events.some((event) => !known.has(nameOf(event.id, event.tenant)));
    const conflicts = events.filter((event) => known.get(nameOf(event.id, event.tenant)) !== event.digest);
    if (conflicts.length === 0) return { outcome: 'appended', isNew };
    await client.query(sql.takeBack, [JSON.stringify(rows.map((row) => number(row, 'seq')))]);
    if (!isMissing) return { outcome: 'conflict', ids: [...new Set(conflicts.map(({ id }) => id))] };
  }
  throw new SenderError('store_unavailable', 'an event with this id is being forgotten: send it again');
}

async function digestsOf(
  { sql }: Session,
  client: SqlClient,
  events: AppendCall,
): Promise<ReadonlyMap<string, string>> {
  const names = JSON.stringify(events.map(({ id, tenant }) => ({ id, tenant })));
  const { rows } = await client.query(sql.digests, [names]);
  return new Map(rows.map((row) => [nameOf(text(row, 'id'), text(row, 'tenant')), text(row, 'digest')]));
}

function nameOf(id: string, tenant: string): string {
  return `${id}\n${tenant}`;
}

function columnsOf(event: NewEvent, place: number): Readonly<Record<string, unknown>> {
  const { id, tenant, type, orderingKey, endpointId = null, timestampMs, digest, data } = event;
  const key = jsonOrNull(orderingKey);
  return {
    place,
    id,
    tenant,
    type,
    ordering_key: key,
    endpoint_id: endpointId,
    timestamp: timestampMs,
    digest,
    data,
  };
}

/** An event as it is given back. */
export function storedEvent(row: Row): StoredEvent {
  const key = textOrNone(row, 'ordering_key');
  return {
    key: String(row['seq']),
    id: text(row, 'id'),
    tenant: text(row, 'tenant'),
    type: text(row, 'type'),
    data: text(row, 'data'),
    digest: text(row, 'digest'),
    timestampMs: number(row, 'timestamp'),
    orderingKey: key === undefined ? undefined : fromJson<string>(key),
    endpointId: textOrNone(row, 'endpoint_id'),
  };
}
