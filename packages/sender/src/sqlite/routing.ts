import type { EventLog } from '../ports/delivery-store.js';
import type { NewDelivery, Routing, StoredEvent } from '../ports/records.js';
import { jsonOrNull } from '../record/json.js';
import { storedEvent } from './intake.js';
import { admit, LaneCounts } from './lane-counts.js';
import type { SeenEvent } from './routing-progress.js';
import { number, type Row, text, textOrNone } from './row.js';
import type { Calls, Session } from './session.js';

/** More are not looked at before some of them are routed, however many wait for their key. */
const MOST_SEEN = 10_000;
const SEEN_AT_ONCE = 100;

type TakeOptions = Parameters<EventLog<never>['takeUnrouted']>[0];

/** Gives events to somebody who routes them. */
export function takeUnrouted(session: Session, { limit, leaseMs }: TakeOptions): readonly StoredEvent[] {
  const { sql, now, routing } = session;
  const nowMs = now();
  routing.sweep();
  const rows = new Map<number, Row>();
  let free = routing.free(nowMs, limit);
  while (free.length < limit && routing.seenCount < MOST_SEEN) {
    const next = sql.all('eventsFrom', routing.seenTo, limit);
    if (next.length === 0) break;
    for (const row of next) rows.set(number(row, 'seq'), row);
    routing.see(next.map(seenEvent));
    free = routing.free(nowMs, limit);
  }
  routing.lease(free, nowMs + leaseMs);
  return free.flatMap((seq) => {
    const row = rows.get(seq) ?? sql.get('event', seq);
    return row === undefined ? [] : [storedEvent(row)];
  });
}

/** Whether {@link takeUnrouted} would give something. */
export function isRouteDue(session: Session): boolean {
  const { now, routing } = session;
  const nowMs = now();
  routing.sweep();
  while (routing.free(nowMs, 1).length === 0) {
    if (routing.seenCount >= MOST_SEEN || !seeMore(session, Number.MAX_SAFE_INTEGER)) return false;
  }
  return true;
}

/** Looks at the next events, up to a number; `false` where there are none. */
function seeMore({ sql, routing }: Session, to: number): boolean {
  const next = sql.all('eventKeysFrom', routing.seenTo, to, SEEN_AT_ONCE);
  routing.see(next.map(seenEvent));
  return next.length > 0;
}

function seenEvent(row: Row): SeenEvent {
  const key = textOrNone(row, 'ordering_key');
  return { seq: number(row, 'seq'), key: key === undefined ? undefined : `${text(row, 'tenant')} ${key}` };
}

interface Part extends Pick<Routing, 'isLast'> {
  readonly seq: number;
  readonly tenant: string;
  readonly orderingKey: string | null;
  readonly deliveries: readonly NewDelivery[];
}

/** Writes the deliveries of events. Where that fails, they are in nobody's hands: others need not wait for a lease. */
export async function route(calls: Calls, routings: readonly Routing[]): Promise<void> {
  const parts = routings.map(({ event, deliveries, isLast }) => ({
    seq: Number(event.key),
    tenant: event.tenant,
    orderingKey: jsonOrNull(event.orderingKey),
    deliveries: deliveries.map((delivery) => ({ ...delivery })),
    isLast,
  }));
  let session: Session | undefined;
  try {
    await calls.write((open) => {
      session = open;
      routeAll(open, parts);
    });
  } catch (error) {
    session?.routing.giveBack(parts.map(({ seq }) => seq));
    throw error;
  }
}

function routeAll(session: Session, parts: readonly Part[]): void {
  const { sql, routing } = session;
  const routedTo = routing.routedTo;
  const counts = new LaneCounts(session);
  for (const part of parts) routePart(session, part, counts);
  counts.write();
  if (routing.routedTo !== routedTo) sql.run('setRoutedTo', routing.routedTo);
}

function routePart(session: Session, part: Part, counts: LaneCounts): void {
  const { routing } = session;
  // Taken before the store was opened again. Nothing behind it: this transaction's own events may not last.
  while (routing.seenTo < part.seq && seeMore(session, part.seq));
  if (routing.seenTo < part.seq || routing.isRouted(part.seq)) return;
  for (const delivery of part.deliveries) insertDelivery(session, part, delivery, counts);
  if (part.isLast) routing.finish(part.seq);
}

function insertDelivery(
  session: Session,
  { seq: event, tenant, orderingKey }: Part,
  { id, endpointId, status, delayMs }: NewDelivery,
  counts: LaneCounts,
): void {
  const { sql, now } = session;
  const nowMs = now();
  const lane = counts.laneOf(endpointId, tenant);
  if (lane === undefined) return;
  const isPending = status === 'pending';
  if (orderingKey !== null && sql.get('deliveryOf', event, lane) !== undefined) return;
  const isBlocked = isPending && orderingKey !== null && !admit(sql, lane, orderingKey, event);
  const dueAtMs = isPending ? Math.ceil(nowMs + delayMs) : null;
  const finishedAtMs = isPending ? null : nowMs;
  const columns = [
    id,
    event,
    lane,
    tenant,
    orderingKey,
    status,
    isBlocked ? 1 : 0,
    dueAtMs,
    nowMs,
    finishedAtMs,
  ];
  if (sql.run('insertDelivery', ...columns) === 1 && isPending) counts.add(lane, { pending: 1, retrying: 0 });
}
