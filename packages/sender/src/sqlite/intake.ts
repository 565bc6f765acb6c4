import type { AppendResult, NewEvent, StoredEvent } from '../ports/records.js';
import { fromJson, jsonOrNull } from '../record/json.js';
import { number, type Row, text, textOrNone } from './row.js';
import type { Calls, Session } from './session.js';

/** Takes events in: all or none. */
export function append(calls: Calls, events: readonly NewEvent[]): Promise<AppendResult> {
  // Copies: the caller may change what it gave before the transaction begins.
  const copies = events.map((event) => ({ ...event }));
  return calls.write((session) => insertAll(session, copies));
}

function insertAll(session: Session, events: readonly NewEvent[]): AppendResult {
  const inserted: number[] = [];
  const conflicts = new Set<string>();
  const isNew = events.map((event) => {
    const seq = insert(session, event);
    if (seq !== undefined) inserted.push(seq);
    else if (!isStored(session, event)) conflicts.add(event.id);
    return seq !== undefined;
  });
  if (conflicts.size === 0) return { outcome: 'appended', isNew };
  for (const seq of inserted) session.sql.run('deleteEvent', seq);
  return { outcome: 'conflict', ids: [...conflicts] };
}

function insert({ sql, now, nextEventSeq }: Session, event: NewEvent): number | undefined {
  const { id, tenant, type, orderingKey, endpointId = null, timestampMs, digest, data } = event;
  const seq = nextEventSeq();
  const key = jsonOrNull(orderingKey);
  const columns = [seq, id, tenant, type, key, endpointId, timestampMs, now(), digest, data];
  return sql.run('insertEvent', ...columns) === 1 ? seq : undefined;
}

function isStored({ sql }: Session, { id, tenant, digest }: NewEvent): boolean {
  const row = sql.get('digestOfEvent', id, tenant);
  return row !== undefined && text(row, 'digest') === digest;
}

/** An event as it is given back. */
export function storedEvent(row: Row): StoredEvent {
  const key = textOrNone(row, 'ordering_key');
  return {
    key: String(number(row, 'seq')),
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
