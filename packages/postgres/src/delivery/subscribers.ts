import type { EventLog, Page, Subscriber } from '@countersign/sender';
import { fromJson, pageOf, startOf } from '@countersign/sender/stores';
import { number, numberOrNone, oneOf, text, textOrNone } from '../client/row.js';
import type { Row } from '../client/sql-client.js';
import { soughtId, soughtIds } from './ids.js';
import type { Session } from './session.js';

type SubscriberQuery = Parameters<EventLog<never>['subscribers']>[0];

/** Endpoints that subscribe to one of some patterns. */
export async function subscribers(
  { database, sql }: Session,
  query: SubscriberQuery,
): Promise<Page<Subscriber>> {
  const { tenant, patterns, limit } = query;
  const after = startOf('endpoints', query) ?? 0;
  const values = [soughtId(tenant), soughtIds(patterns), after, limit + 1];
  const { rows } = await database.query(sql.subscribers, values);
  const numbered = rows.map((row) => ({ seq: number(row, 'lane'), row }));
  return pageOf('endpoints', numbered, limit, ({ row }) => subscriberOf(row));
}

function subscriberOf(row: Row): Subscriber {
  const filters = textOrNone(row, 'filters');
  return {
    endpointId: text(row, 'id'),
    status: oneOf(row, 'status', ['enabled', 'disabled']),
    filters: filters === undefined ? undefined : fromJson(filters),
    firstDelayMs: numberOrNone(row, 'first_delay_ms'),
  };
}
