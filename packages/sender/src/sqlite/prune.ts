import { HOUR_MS } from '../ports/tallies.js';
import { TALLY_HOURS } from '../record/hours.js';
import { number } from './row.js';
import type { Calls, Session } from './session.js';

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
  readonly #calls: Calls;
  #seenTo = 0;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  async prune(options: PruneOptions): Promise<number> {
    while ((await this.#calls.write(forgetTallies)) === TALLIES_AT_ONCE);
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
      const range = { after: this.#seenTo, limit: limit - pruned, olderThanMs };
      const step = await this.#calls.write((session) => pruneSome(session, range));
      pruned += step.pruned;
      this.#seenTo = step.seenTo;
      if (step.isEnd) break;
    }
    return pruned;
  }
}

interface Range extends PruneOptions {
  readonly after: number;
}

function pruneSome(session: Session, { after, olderThanMs, limit }: Range): Step {
  const { sql, now } = session;
  const beforeMs = now() - olderThanMs;
  const budget = { deliveries: DELIVERIES_AT_ONCE };
  let [pruned, seenTo] = [0, after];
  const rows = sql.all('eventAges', after, EVENTS_AT_ONCE);
  for (const row of rows) {
    const event = number(row, 'seq');
    if (number(row, 'created_at') > beforeMs || event > session.routing.seenTo) {
      return { pruned, seenTo, isEnd: true };
    }
    if (isOver(session, event)) {
      if (!forget(session, event, budget)) break;
      pruned += 1;
    }
    seenTo = event;
    if (pruned === limit) break;
  }
  return { pruned, seenTo, isEnd: rows.length === 0 };
}

function isOver({ sql, routing }: Session, event: number): boolean {
  return routing.isRouted(event) && sql.get('pendingOfEvent', event) === undefined;
}

/** `false`: there is more of it than may be forgotten in one step. */
function forget({ sql }: Session, event: number, budget: { deliveries: number }): boolean {
  const deliveries = sql.all('deliveriesToForget', event, budget.deliveries + 1);
  const isAll = deliveries.length <= budget.deliveries;
  const lanes = new Set<number>();
  for (const row of deliveries.slice(0, budget.deliveries)) {
    const seq = number(row, 'seq');
    sql.run('forgetAttempts', seq);
    sql.run('forgetDelivery', seq);
    lanes.add(number(row, 'endpoint'));
    budget.deliveries -= 1;
  }
  for (const lane of lanes) sql.run('dropLane', lane);
  if (isAll) sql.run('deleteEvent', event);
  return isAll;
}

function forgetTallies({ sql, now }: Session): number {
  return sql.run('forgetTallies', Math.floor(now() / HOUR_MS) - TALLY_HOURS, TALLIES_AT_ONCE);
}
