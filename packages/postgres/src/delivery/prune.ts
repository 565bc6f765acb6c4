import { TALLY_HOURS } from '@countersign/sender/stores';
import { number, truth } from '../client/row.js';
import type { SqlClient } from '../client/sql-client.js';
import type { Session } from './session.js';

/** No step of it holds up others for longer than a moment. */
const EVENTS_AT_ONCE = 100;
const DELIVERIES_AT_ONCE = 1000;
const TALLIES_AT_ONCE = 1000;

interface PruneOptions {
  readonly olderThanMs: number;
  readonly limit: number;
}

interface Step {
  /** Events forgotten. */
  readonly pruned: number;
  /** Up to this number, events were looked at. */
  readonly seenTo: number;
  /** There are no others, or none that is old enough. */
  readonly isEnd: boolean;
}

/**
 * Forgets what is old, the oldest first. A call goes on where the last one has found enough, so that what is kept for
 * long is not looked at each time; it ends when it has looked at everything.
 */
export class Pruning {
  readonly #session: Session;
  #seenTo = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  async prune(options: PruneOptions): Promise<number> {
    const { database, sql, now } = this.#session;
    for (let forgotten = TALLIES_AT_ONCE; forgotten === TALLIES_AT_ONCE; ) {
      const { rows } = await database.query(sql.forgetTallies, [now(), TALLY_HOURS, TALLIES_AT_ONCE]);
      forgotten = rows.length;
    }
    const startedAfter = this.#seenTo;
    const pruned = await this.#pruneFrom(options, Number.MAX_SAFE_INTEGER);
    if (pruned === options.limit) return pruned;
    this.#seenTo = 0;
    const left = { ...options, limit: options.limit - pruned };
    return pruned + (await this.#pruneFrom(left, startedAfter));
  }

  async #pruneFrom({ olderThanMs, limit }: PruneOptions, to: number): Promise<number> {
    let pruned = 0;
    while (pruned < limit && this.#seenTo < to) {
      const step = await pruneSome(this.#session, this.#seenTo, { olderThanMs, limit: limit - pruned });
      pruned += step.pruned;
      this.#seenTo = step.seenTo;
      if (step.isEnd) break;
    }
    return pruned;
  }
}

async function pruneSome(
  session: Session,
  after: number,
  { olderThanMs, limit }: PruneOptions,
): Promise<Step> {
  const { database, sql, now } = session;
  const { rows } = await database.query(sql.oldEvents, [now(), after, olderThanMs, EVENTS_AT_ONCE]);
  let [pruned, seenTo] = [0, after];
  for (const row of rows) {
    if (!truth(row, 'is_old')) return { pruned, seenTo, isEnd: true };
    const event = number(row, 'seq');
    if (truth(row, 'is_routed')) pruned += await forget(session, event);
    seenTo = event;
    if (pruned === limit) break;
  }
  return { pruned, seenTo, isEnd: rows.length === 0 };
}

/** Forgets an event and all that became of it, some deliveries at a time; 0 where something of it is pending. */
async function forget(session: Session, event: number): Promise<number> {
  const { database } = session;
  for (;;) {
    const left = await database.transaction((client) => forgetSome(session, client, event));
    if (left === 'pending') return 0;
    if (left === 'none') return 1;
  }
}

async function forgetSome(
  { sql }: Session,
  client: SqlClient,
  event: number,
): Promise<'pending' | 'some' | 'none'> {
  const [pending] = (await client.query(sql.pendingOfEvent, [event])).rows;
  if (pending === undefined || truth(pending, 'is_pending')) return 'pending';
  const { rows } = await client.query(sql.lockDeliveriesOfEvent, [event, DELIVERIES_AT_ONCE]);
  // Somebody has made it pending meanwhile.
  if (rows.some((row) => row['status'] === 'pending')) return 'pending';
  await client.query(sql.forgetDeliveries, [JSON.stringify(rows.map((row) => String(row['seq'])))]);
  const lanes = JSON.stringify([...new Set(rows.map((row) => String(row['lane'])))]);
  await client.query(sql.lockLeftLanes, [lanes]);
  await client.query(sql.dropLanes, [lanes]);
  if (rows.length === DELIVERIES_AT_ONCE) return 'some';
  await client.query(sql.forgetEvent, [event]);
  return 'none';
}
