import type { EventLog, Routing, StoredEvent } from '@countersign/sender';
import { jsonOrNull } from '@countersign/sender/stores';
import { StandsInTheWay } from '../client/database.js';
import { number, oneOf, text } from '../client/row.js';
import type { SqlClient } from '../client/sql-client.js';
import { soughtIds } from './ids.js';
import { storedEvent } from './intake.js';
import { LaneCounts, laneIn } from './lane-counts.js';
import type { Session } from './session.js';

const STATUSES = ['pending', 'skipped', 'delivered', 'failed'] as const;

type TakeOptions = Parameters<EventLog<never>['takeUnrouted']>[0];

/** Gives events to somebody who routes them. */
export function takeUnrouted(
  { database, sql, now }: Session,
  { limit, leaseMs }: TakeOptions,
): Promise<readonly StoredEvent[]> {
  return database.transaction(async (client) => {
    await client.query(sql.lockRouting, [database.schema]);
    const { rows } = await client.query(sql.takeUnrouted, [now(), limit, Math.ceil(leaseMs)]);
    return rows.map(storedEvent);
  });
}

/** Writes the deliveries of events. Where that fails, they are in nobody's hands: others need not wait for a lease. */
export async function route(session: Session, routings: readonly Routing[]): Promise<void> {
  const { database, sql } = session;
  try {
    await database.transaction((client) => routeIn(session, client, routings));
  } catch (error) {
    const events = JSON.stringify(routings.map(({ event }) => event.key));
    await database.query(sql.giveBack, [events]).catch(() => {});
    throw error;
  }
}

async function routeIn(session: Session, client: SqlClient, routings: readonly Routing[]): Promise<void> {
  const { sql } = session;
  const keysOf = (isLast: boolean): string =>
    JSON.stringify(routings.filter((part) => part.isLast === isLast).map(({ event }) => event.key));
  // First: whoever else routes them waits, and then finds nothing left to do.
  const last = await client.query(sql.finishRouting, [keysOf(true)]);
  const parts = routings.some(({ isLast }) => !isLast);
  const others = parts ? await client.query(sql.lockUnrouted, [keysOf(false)]) : { rows: [] };
  const unrouted = new Set([...last.rows, ...others.rows].map((row) => String(row['event'])));
  const left = routings.filter(({ event }) => unrouted.has(event.key));
  if (left.length > 0) await addDeliveries(session, client, left);
}

async function addDeliveries(
  session: Session,
  client: SqlClient,
  routings: readonly Routing[],
): Promise<void> {
  const lanes = await findLanes(session, client, routings);
  const values = routings.flatMap(({ event, deliveries }) =>
    deliveries.flatMap(({ id, endpointId, status, delayMs }) => {
      const lane = lanes.byEndpoint.get(endpointId);
      // The id is another tenant's by now.
      if (lane === undefined || lane.tenant !== event.tenant) return [];
      const { key, tenant, orderingKey } = event;
      const delivery = { id, event: key, lane: lane.seq, tenant, ordering_key: jsonOrNull(orderingKey) };
      return [{ ...delivery, status, delay_ms: delayMs }];
    }),
  );
  if (values.length === 0) return;
  const placed = values.map((value, place) => ({ place, ...value }));
  const { rows } = await client.query(session.sql.addDeliveries, [lanes.nowMs, JSON.stringify(placed)]);
  const counts = new LaneCounts();
  for (const row of rows) {
    counts.of(laneIn(row));
    if (oneOf(row, 'status', STATUSES) !== 'pending') continue;
    counts.of(laneIn(row)).pending += 1;
    counts.touchKey(laneIn(row), row);
  }
  // Late, so that the owners of lanes need not wait for what is written here.
  if (!(await counts.lock(session, client))) throw new StandsInTheWay('a lane was dropped meanwhile');
  await counts.write(session, client);
}

interface FoundLanes {
  readonly nowMs: number;
  readonly byEndpoint: ReadonlyMap<string, { readonly seq: number; readonly tenant: string }>;
}

/** The lanes of all that is to be delivered; closed ones of endpoints that are gone. */
async function findLanes(
  session: Session,
  client: SqlClient,
  routings: readonly Routing[],
): Promise<FoundLanes> {
  const tenants = new Map<string, string>();
  for (const { event, deliveries } of routings) {
    for (const { endpointId } of deliveries) {
      if (!tenants.has(endpointId)) tenants.set(endpointId, event.tenant);
    }
  }
  const ids = [...tenants.keys()];
  const found = await lanesOf(session, client, ids);
  const missing = ids.filter((id) => !found.byEndpoint.has(id));
  if (missing.length === 0) return found;
  const added = missing.map((id) => ({ id, tenant: tenants.get(id) }));
  await client.query(session.sql.addClosedLanes, [JSON.stringify(added)]);
  return lanesOf(session, client, ids);
}

async function lanesOf(
  { sql, now }: Session,
  client: SqlClient,
  ids: readonly string[],
): Promise<FoundLanes> {
  const { rows } = await client.query(sql.lanesOf, [now(), soughtIds(ids)]);
  const byEndpoint = new Map(
    rows.map((row) => [text(row, 'endpoint_id'), { seq: number(row, 'seq'), tenant: text(row, 'tenant') }]),
  );
  return { nowMs: rows[0] === undefined ? 0 : number(rows[0], 'now_ms'), byEndpoint };
}
