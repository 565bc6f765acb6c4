import { number, text, truth } from '../client/row.js';
import type { Row, SqlClient } from '../client/sql-client.js';
import type { Session } from './session.js';

/** How the numbers of a lane change. */
export interface LaneChange {
  pending: number;
  retrying: number;
}

/** What one transaction changes at lanes, so that each is written once. They are locked by then. */
export class LaneCounts {
  readonly #changes = new Map<number, LaneChange>();
  readonly #keys = new Map<string, { readonly lane: number; readonly key: string }>();

  /** How this lane changes; none as yet. */
  of(lane: number): LaneChange {
    const known = this.#changes.get(lane) ?? { pending: 0, retrying: 0 };
    this.#changes.set(lane, known);
    return known;
  }

  /** Something of a key has become pending, or is so no longer. */
  touchKey(lane: number, row: Row): void {
    if (row['ordering_key'] === null) return;
    const key = text(row, 'ordering_key');
    this.#keys.set(`${lane} ${key}`, { lane, key });
  }

  /** Something that was pending has come to its end. */
  end(lane: number, row: Row): void {
    const change = this.of(lane);
    change.pending -= 1;
    if (truth(row, 'was_retrying')) change.retrying -= 1;
    this.touchKey(lane, row);
  }

  /** Locks the lanes; `false` where one is no longer there. */
  async lock({ sql }: Session, client: SqlClient): Promise<boolean> {
    const { rows } = await client.query(sql.lockLanes, [JSON.stringify([...this.#changes.keys()])]);
    return rows.length === this.#changes.size;
  }

  /** Says of each key who goes first now. */
  async arrangeKeys({ sql }: Session, client: SqlClient): Promise<void> {
    if (this.#keys.size > 0) await client.query(sql.arrangeKeys, [JSON.stringify([...this.#keys.values()])]);
  }

  /** After the deliveries were written. */
  async write(session: Session, client: SqlClient): Promise<void> {
    await this.arrangeKeys(session, client);
    if (this.#changes.size === 0) return;
    const changes = [...this.#changes].map(([lane, change]) => ({ lane, ...change }));
    await client.query(session.sql.countLanes, [JSON.stringify(changes)]);
  }
}

/** The number of a row's lane. */
export function laneIn(row: Row): number {
  return number(row, 'lane');
}
