import type { WorkLedger } from '../ports/delivery-store.js';
import { LaneCounts, passOn } from './lane-counts.js';
import { number, type Row, text, textOrNone } from './row.js';
import type { Session } from './session.js';

const LANES_AT_ONCE = 50;

/** Skips what is pending where nothing will be sent to any more, and nobody has something in flight. */
export function skip(session: Session, { limit }: Parameters<WorkLedger['skip']>[0]): number {
  const { sql, leases, now } = session;
  const nowMs = now();
  const counts = new LaneCounts(session);
  let skipped = 0;
  let after = 0;
  for (;;) {
    const lanes = sql.all('leftLanes', after, LANES_AT_ONCE);
    for (const row of lanes) {
      after = number(row, 'seq');
      if (leases.untilMs(text(row, 'endpoint_id')) > nowMs) continue;
      skipped += skipAt(session, after, limit - skipped, counts);
    }
    if (lanes.length < LANES_AT_ONCE || skipped >= limit) break;
  }
  counts.write();
  return skipped;
}

function skipAt(session: Session, lane: number, limit: number, counts: LaneCounts): number {
  const { sql, now } = session;
  const rows = sql.all('pendingAt', lane, limit);
  const nowMs = now();
  for (const row of rows) {
    sql.run('skipDelivery', nowMs, number(row, 'seq'));
    counts.add(lane, { pending: -1, retrying: number(row, 'attempts') > 0 ? -1 : 0 });
  }
  for (const key of keysOf(rows)) passOn(sql, lane, key);
  return rows.length;
}

function keysOf(rows: readonly Row[]): ReadonlySet<string> {
  return new Set(rows.flatMap((row) => textOrNone(row, 'ordering_key') ?? []));
}
