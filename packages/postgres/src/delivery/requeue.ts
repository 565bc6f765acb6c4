import type { RequeueQuery, TenantScope } from '@countersign/sender';
import { number, oneOf } from '../client/row.js';
import type { Row, SqlClient } from '../client/sql-client.js';
import { tenantParameter } from './endpoints.js';
import { soughtId, soughtIds } from './ids.js';
import { LaneCounts } from './lane-counts.js';
import type { Session } from './session.js';

const STATUSES = ['pending', 'failed', 'skipped'] as const;

/** Makes deliveries pending and due; how many there were. */
export async function requeue(session: Session, scope: TenantScope, query: RequeueQuery): Promise<number> {
  const { database, sql, now } = session;
  const copy = structuredClone(query);
  return database.transaction(async (client) => {
    const [lane] = (await client.query(sql.lockLane, [now(), soughtId(copy.endpointId)])).rows;
    const tenant = tenantParameter(scope);
    if (lane === undefined || (tenant !== null && lane['tenant'] !== tenant)) return 0;
    const place = { lane: number(lane, 'seq'), nowMs: number(lane, 'now_ms'), tenant };
    const rows = await candidates(session, client, place, copy);
    return rows.length === 0 ? 0 : startAgain(session, client, place, rows);
  });
}

/** The lane, which is locked, and what may be seen there. */
interface Place {
  readonly lane: number;
  readonly nowMs: number;
  readonly tenant: string | null;
}

/** The oldest of all that are meant. */
async function candidates(
  { sql }: Session,
  client: SqlClient,
  { lane, nowMs, tenant }: Place,
  query: RequeueQuery,
): Promise<readonly Row[]> {
  const { deliveryIds, createdWithinMs, finishedForMs, limit } = query;
  const createdMs = createdWithinMs === undefined ? 0 : Math.ceil(nowMs - createdWithinMs);
  const finishedMs =
    finishedForMs === undefined ? Number.MAX_SAFE_INTEGER : Math.floor(nowMs - finishedForMs);
  const statuses = statusesOf(query);
  const values = [lane, createdMs, tenant, limit];
  if (deliveryIds !== undefined) {
    const named = [...values, soughtIds(deliveryIds), JSON.stringify(statuses), finishedMs];
    return (await client.query(sql.namedToRequeue, named)).rows;
  }
  const found: Row[] = [];
  for (const status of statuses) {
    const { rows } =
      status === 'pending'
        ? await client.query(sql.pendingToRequeue, values)
        : await client.query(sql.lostToRequeue, [...values, finishedMs, status]);
    found.push(...rows);
  }
  return found.sort((a, b) => number(a, 'seq') - number(b, 'seq')).slice(0, limit);
}

/** What is pending has not come to an end. */
function statusesOf({ statuses, finishedForMs }: RequeueQuery): RequeueQuery['statuses'] {
  const wanted = [...new Set(statuses)];
  return finishedForMs === undefined ? wanted : wanted.filter((status) => status !== 'pending');
}

async function startAgain(
  session: Session,
  client: SqlClient,
  { lane, nowMs }: Place,
  rows: readonly Row[],
): Promise<number> {
  const { sql } = session;
  const wanted = JSON.stringify(rows.map((row) => String(row['seq'])));
  // Retention may have been faster: it locks no lanes.
  const written = await client.query(sql.requeue, [nowMs, wanted]);
  const requeued = new Set(written.rows.map((row) => String(row['seq'])));
  const counts = new LaneCounts();
  const change = counts.of(lane);
  for (const row of rows) {
    if (!requeued.has(String(row['seq'])) || oneOf(row, 'status', STATUSES) === 'pending') continue;
    change.pending += 1;
    if (number(row, 'attempts') > 0) change.retrying += 1;
    counts.touchKey(lane, row);
  }
  await counts.write(session, client);
  await client.query(sql.unparkLane, [lane]);
  // Fewer than were asked for would say that there are no more.
  return rows.length;
}
