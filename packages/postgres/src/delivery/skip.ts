import type { WorkLedger } from '@countersign/sender';
import { number } from '../client/row.js';
import type { SqlClient } from '../client/sql-client.js';
import { LaneCounts } from './lane-counts.js';
import type { Session } from './session.js';

/** Deliveries that one transaction skips at most: no lane is locked for long. */
const SKIPPED_AT_ONCE = 1000;

interface Step {
  readonly lane: number;
  readonly skipped: number;
}

/** Skips what is pending where nothing will be sent to any more, and nobody has something in flight. */
export async function skip(session: Session, { limit }: Parameters<WorkLedger['skip']>[0]): Promise<number> {
  let skipped = 0;
  let after = 0;
  while (skipped < limit) {
    const most = Math.min(limit - skipped, SKIPPED_AT_ONCE);
    const step = await session.database.transaction((client) => skipSome(session, client, after, most));
    if (step === undefined) break;
    skipped += step.skipped;
    // A lane with more is looked at again.
    after = step.skipped < most ? step.lane : step.lane - 1;
  }
  return skipped;
}

async function skipSome(
  session: Session,
  client: SqlClient,
  after: number,
  most: number,
): Promise<Step | undefined> {
  const { sql, now } = session;
  const [left] = (await client.query(sql.leftLanes, [now(), after])).rows;
  if (left === undefined) return undefined;
  const lane = number(left, 'seq');
  const { rows } = await client.query(sql.skip, [now(), lane, most]);
  const counts = new LaneCounts();
  for (const row of rows) counts.end(lane, row);
  await counts.write(session, client);
  return { lane, skipped: rows.length };
}
