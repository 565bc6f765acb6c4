import type { Pool } from 'pg';
import { isUndone, SCHEMA, TRANSACTIONAL } from './settings.js';

/** An event of the record. */
export interface LedgerEvent {
  readonly id: string;
  readonly type: string;
  readonly orderingKey: string | null;
}

/** Something that a handler did. */
export interface Effect {
  readonly receiver: string;
  readonly event: string;
}

/** All that was done, in the order in which it was. */
export interface Ledger {
  readonly events: readonly LedgerEvent[];
  /** Events that were sent together with an order: those whose order is there. */
  readonly orders: readonly string[];
  readonly effects: readonly Effect[];
  /** Deliveries by their status. */
  readonly deliveries: Readonly<Record<string, number>>;
}

/** The tables of the application. Nothing is unique: what comes twice is there twice. */
export async function makeTables(pool: Pool): Promise<void> {
  await pool.query('CREATE TABLE orders (event text NOT NULL)');
  await pool.query('CREATE TABLE effects (seq bigserial, receiver text NOT NULL, event text NOT NULL)');
}

/** Events and deliveries that are not at their end. */
export async function countOpen(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ open: number }>(
    `SELECT ((SELECT count(*) FROM ${SCHEMA}.unrouted)
       + (SELECT count(*) FROM ${SCHEMA}.deliveries WHERE status = 'pending'))::integer AS open`,
  );
  return rows[0]?.open ?? Number.NaN;
}

export async function readLedger(pool: Pool): Promise<Ledger> {
  const events = await pool.query<LedgerEvent>(
    `SELECT id, type, ordering_key AS "orderingKey" FROM ${SCHEMA}.events ORDER BY seq`,
  );
  const orders = await pool.query<{ event: string }>('SELECT event FROM orders');
  const effects = await pool.query<Effect>('SELECT receiver, event FROM effects ORDER BY seq');
  const deliveries = await pool.query<{ status: string; count: number }>(
    `SELECT status, count(*)::integer AS count FROM ${SCHEMA}.deliveries GROUP BY status`,
  );
  return {
    events: events.rows,
    orders: orders.rows.map(({ event }) => event),
    effects: effects.rows,
    deliveries: Object.fromEntries(deliveries.rows.map(({ status, count }) => [status, count])),
  };
}

/** What of it breaks a promise, in words. */
export function broken(
  ledger: Ledger,
  acknowledged: ReadonlySet<string>,
  receivers: readonly string[],
): readonly string[] {
  const { events, orders, effects, deliveries } = ledger;
  const known = new Set(events.map(({ id }) => id));
  const ordered = new Set(orders);
  const times = timesOf(effects);
  const timesAt = (receiver: string, id: string): number => times.get(nameOf(receiver, id)) ?? 0;
  const { delivered = 0 } = deliveries;
  return [
    ...[...acknowledged]
      .filter((id) => !known.has(id))
      .map((id) => `${id}: acknowledged, and not in the record`),
    ...events.filter(({ id }) => isUndone(id)).map(({ id }) => `${id}: rolled back, and in the record`),
    ...orders.filter((id) => !known.has(id)).map((id) => `${id}: an order without its event`),
    ...events
      .filter(({ id }) => id.endsWith('ordered') && !ordered.has(id))
      .map(({ id }) => `${id}: an event without its order`),
    ...effects.filter(({ event }) => !known.has(event)).map(({ event }) => `${event}: an effect of no event`),
    ...receivers.flatMap((receiver) => [
      ...events.filter(({ id }) => timesAt(receiver, id) === 0).map(({ id }) => `${id}: lost at ${receiver}`),
      ...events
        .filter(({ id, type }) => type === TRANSACTIONAL && timesAt(receiver, id) > 1)
        .map(({ id }) => `${id}: ${timesAt(receiver, id)} transactional effects at ${receiver}`),
      ...outOfOrder(ledger, receiver),
    ]),
    ...(delivered === events.length * receivers.length && Object.keys(deliveries).length === 1
      ? []
      : [`of ${events.length} events at ${receivers.length} receivers: ${JSON.stringify(deliveries)}`]),
  ];
}

/** Effects beyond the first of each event at each receiver. */
export function countRepeats({ effects }: Ledger): number {
  return effects.length - timesOf(effects).size;
}

/** Events of one key whose first effect came before that of an older one. */
function outOfOrder({ events, effects }: Ledger, receiver: string): readonly string[] {
  const places = new Map<string, number>();
  for (const [place, effect] of effects.entries()) {
    if (effect.receiver === receiver && !places.has(effect.event)) places.set(effect.event, place);
  }
  const last = new Map<string, number>();
  return events.flatMap(({ id, orderingKey }) => {
    if (orderingKey === null) return [];
    const place = places.get(id) ?? 0;
    const before = last.get(orderingKey) ?? -1;
    last.set(orderingKey, Math.max(place, before));
    return place > before ? [] : [`${id}: before an older event of its key at ${receiver}`];
  });
}

function timesOf(effects: readonly Effect[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { receiver, event } of effects) {
    const name = nameOf(receiver, event);
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  return times;
}

function nameOf(receiver: string, event: string): string {
  return `${receiver} ${event}`;
}
