import type { EventLog, Page, Subscriber } from '@countersign/sender';
import { fromJson, pageOf, startOf } from '@countersign/sender/stores';
import { number, numberOrNone, oneOf, text, textOrNone } from '../client/row.js';
import type { Row } from '../client/sql-client.js';
import { soughtId } from './ids.js';
import type { Session } from './session.js';

/** Whose subscribers are asked for. */
export type SubscriberQuery = Parameters<EventLog<never>['subscribers']>[0];

/** Endpoints that subscribe to one of some patterns, for several askers at once. */
export async function subscribers(
  { database, sql }: Session,
  queries: readonly SubscriberQuery[],
): Promise<readonly Page<Subscriber>[]> {
  const values = queries.flatMap((query, asker) => {
    const { tenant, patterns, limit } = query;
    const place = {
      asker,
      tenant: soughtId(tenant),
      after: startOf('endpoints', query) ?? 0,
      most: limit + 1,
    };
    return patterns.map((pattern) => ({ ...place, pattern: soughtId(pattern) }));
  });
  const { rows } = await database.query(sql.subscribers, [JSON.stringify(values)]);
  const found = queries.map((): { readonly seq: number; readonly row: Row }[] => []);
  for (const row of rows) found[number(row, 'asker')]?.push({ seq: number(row, 'lane'), row });
  return queries.map(({ limit }, asker) =>
    pageOf('endpoints', found[asker] ?? [], limit, ({ row }) => subscriberOf(row)),
  );
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
