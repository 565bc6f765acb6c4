import type { EventLog } from '../ports/delivery-store.js';
import type { Page, Subscriber } from '../ports/records.js';
import { fromJson } from '../record/json.js';
import { pageOf, startOf } from '../record/paging.js';
import { number, numberOrNone, oneOf, type Row, text, textOrNone } from './row.js';
import type { Session } from './session.js';

type SubscriberQuery = Parameters<EventLog<never>['subscribers']>[0];

/** Endpoints that subscribe to one of some patterns. */
export function subscribers({ sql }: Session, query: SubscriberQuery): Page<Subscriber> {
  const { tenant, patterns, limit } = query;
  const after = startOf('endpoints', query) ?? 0;
  const found = new Map<number, Row>();
  for (const pattern of new Set(patterns)) {
    for (const row of sql.all('subscribers', tenant, pattern, after, limit + 1)) {
      found.set(number(row, 'seq'), row);
    }
  }
  const rows = [...found].sort(([a], [b]) => a - b).map(([seq, row]) => ({ seq, row }));
  return pageOf('endpoints', rows, limit, ({ row }) => subscriberOf(row));
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
