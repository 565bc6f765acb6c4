import type { Lane, LaneReport, LaneState, Settlement } from '../ports/records.js';
import { HOUR_MS, type Tally } from '../ports/tallies.js';
import { jsonOrNull } from '../record/json.js';
import { endpointRecord } from './endpoint-rows.js';
import { LaneCounts, passOn } from './lane-counts.js';
import type { Lease } from './leases.js';
import { number, textOrNone } from './row.js';
import type { Calls, Session } from './session.js';

/** Writes what a lane's owner has to say; `false`: he is the owner no longer. */
export function settle(calls: Calls, { endpoint, token }: Lane, report: LaneReport): Promise<boolean> {
  const { id: endpointId, settings } = endpoint;
  const copy = copyOf(report);
  return calls.write((session) => {
    const lease = session.leases.owned(endpointId, token);
    if (lease === undefined) return false;
    settleLane(session, lease, copy, settings.url);
    if (copy.release) session.leases.release(endpointId, lease);
    return true;
  });
}

/** The caller may change what it gave before the transaction begins. */
function copyOf(report: LaneReport): LaneReport {
  return {
    ...report,
    settlements: report.settlements.map(({ deliveryId, attempt, next }) => {
      return { deliveryId, attempt: { ...attempt }, next: { ...next } };
    }),
    tallies: report.tallies.map((tally) => ({ ...tally })),
    state: { ...report.state },
  };
}

function settleLane(session: Session, { lane }: Lease, report: LaneReport, url: string): void {
  const { sql, now } = session;
  const nowMs = now();
  const counts = new LaneCounts(session);
  let hasDelivered = false;
  for (const settlement of report.settlements) {
    const isSettled = settleOne(session, lane, settlement, counts);
    if (isSettled && settlement.next.status === 'delivered') hasDelivered = true;
  }
  counts.write();
  addTallies(session, lane, report.tallies);
  const times = [hasDelivered ? nowMs : null, report.release ? nowMs : null];
  sql.run('keepLaneState', ...stateColumns(report.state, nowMs), ...times, lane);
  if (report.disable === undefined || urlOf(session, lane) !== url) return;
  if (sql.run('disableEndpoint', report.disable, nowMs, lane) === 1) sql.run('closeLane', lane);
}

/** Where the endpoint of a lane is by now. */
function urlOf({ sql, now }: Session, lane: number): string | undefined {
  const row = sql.get('endpointOfLane', lane);
  return row === undefined ? undefined : endpointRecord(row, now()).settings.url;
}

function settleOne(session: Session, lane: number, settlement: Settlement, counts: LaneCounts): boolean {
  const { sql, now } = session;
  const { deliveryId, attempt, next } = settlement;
  const row = sql.get('deliveryToSettle', deliveryId, lane, attempt.number);
  if (row === undefined) return false;
  const seq = number(row, 'seq');
  const wasRetrying = number(row, 'attempts') > 0;
  const nowMs = now();
  const { durationMs, status = null } = attempt;
  const texts = [jsonOrNull(attempt.error), jsonOrNull(attempt.responseBody)];
  sql.run('insertAttempt', seq, attempt.number, nowMs, durationMs, status, ...texts);
  if (next.status === 'pending') {
    const dueAtMs = Math.ceil(nowMs + next.delayMs);
    const { spent, postponements, successesAtFirstFailure } = next;
    sql.run('postponeDelivery', attempt.number, dueAtMs, spent, postponements, successesAtFirstFailure, seq);
    counts.add(lane, { pending: 0, retrying: wasRetrying ? 0 : 1 });
  } else {
    sql.run('finishDelivery', next.status, attempt.number, nowMs, seq);
    const key = textOrNone(row, 'ordering_key');
    if (key !== undefined) passOn(sql, lane, key);
    counts.add(lane, { pending: -1, retrying: wasRetrying ? -1 : 0 });
  }
  return true;
}

function addTallies({ sql, now }: Session, lane: number, tallies: readonly Tally[]): void {
  const hour = Math.floor(now() / HOUR_MS);
  for (const { measure, bin, count, totalMs } of tallies) {
    sql.run('addTally', hour, lane, measure, bin, count, totalMs);
  }
}

function stateColumns(state: LaneState, nowMs: number): readonly (number | null)[] {
  const { parkForMs, failingForMs, failures, successes, rateDebtMs } = state;
  return [
    parkForMs === undefined ? 0 : Math.ceil(nowMs + parkForMs),
    failingForMs === undefined ? null : Math.round(nowMs - failingForMs),
    failures,
    successes,
    rateDebtMs === undefined ? 0 : Math.ceil(nowMs + rateDebtMs),
  ];
}
