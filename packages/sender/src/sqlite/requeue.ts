import type { RequeueQuery, TenantScope } from '../ports/records.js';
import { scopeParameter } from '../record/scope.js';
import { admit, LaneCounts, laneSeen } from './lane-counts.js';
import { number, oneOf, type Row, textOrNone } from './row.js';
import type { Calls, Session } from './session.js';

const STATUSES = ['pending', 'failed', 'skipped'] as const;

/** Makes deliveries pending and due; how many there were. */
export function requeue(calls: Calls, scope: TenantScope, query: RequeueQuery): Promise<number> {
  const { deliveryIds, statuses } = query;
  const ids = deliveryIds === undefined ? undefined : JSON.stringify(deliveryIds);
  const copy = { ...query, ids, statuses: [...statuses] };
  return calls.write((session) => {
    const lane = laneSeen(session, scope, copy.endpointId);
    return lane === undefined ? 0 : requeueAt(session, lane, scope, copy);
  });
}

type Query = RequeueQuery & { readonly ids: string | undefined };

function requeueAt(session: Session, lane: number, scope: TenantScope, query: Query): number {
  const { sql, now } = session;
  const rows = candidates(session, lane, scope, query);
  if (rows.length === 0) return 0;
  const nowMs = now();
  const counts = new LaneCounts(session);
  for (const row of rows) startAgain(session, lane, row, nowMs, counts);
  counts.write();
  sql.run('unparkLane', lane);
  return rows.length;
}

/** The oldest of all that are meant. */
function candidates(session: Session, lane: number, scope: TenantScope, query: Query): readonly Row[] {
  const { sql, now } = session;
  const { ids, limit, createdWithinMs, finishedForMs } = query;
  const createdMs = createdWithinMs === undefined ? Number.MIN_SAFE_INTEGER : now() - createdWithinMs;
  const finishedMs = finishedForMs === undefined ? Number.MAX_SAFE_INTEGER : now() - finishedForMs;
  const filters = [createdMs, finishedMs, scopeParameter(scope)];
  const from = createdWithinMs === undefined ? 0 : firstCreatedFrom(session, createdMs);
  return statusesOf(query)
    .flatMap((status) =>
      ids === undefined
        ? sql.all('deliveriesToRequeue', lane, status, from, ...filters, limit)
        : sql.all('deliveriesToRequeueNamed', ids, lane, status, ...filters),
    )
    .sort((a, b) => number(a, 'seq') - number(b, 'seq'))
    .slice(0, limit);
}

/** What is pending has not come to an end. */
function statusesOf({ statuses, finishedForMs }: RequeueQuery): RequeueQuery['statuses'] {
  const wanted = [...new Set(statuses)];
  return finishedForMs === undefined ? wanted : wanted.filter((status) => status !== 'pending');
}

/** The number of the first delivery since a time, found by halves: they are in the order of their times. */
function firstCreatedFrom({ sql }: Session, fromMs: number): number {
  const last = sql.get('lastDelivery');
  let [low, high] = [0, last === undefined || last['seq'] === null ? 0 : number(last, 'seq') + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = sql.get('createdFrom', middle);
    if (row === undefined || number(row, 'created_at') >= fromMs) high = middle;
    else low = number(row, 'seq') + 1;
  }
  return low;
}

function startAgain(session: Session, lane: number, row: Row, nowMs: number, counts: LaneCounts): void {
  const { sql } = session;
  const seq = number(row, 'seq');
  if (oneOf(row, 'status', STATUSES) === 'pending') {
    sql.run('rushDelivery', nowMs, seq);
    counts.add(lane, { pending: 0, retrying: 0 });
    return;
  }
  const key = textOrNone(row, 'ordering_key');
  const isFirst = key === undefined || admit(sql, lane, key, number(row, 'event'));
  sql.run('requeueDelivery', nowMs, isFirst ? 0 : 1, seq);
  counts.add(lane, { pending: 1, retrying: number(row, 'attempts') > 0 ? 1 : 0 });
}
