import type { WorkLedger } from '../ports/delivery-store.js';
import type { DueDelivery, Lane, LaneState } from '../ports/records.js';
import { endpointRecord } from './endpoint-rows.js';
import { storedEvent } from './intake.js';
import { number, numberOrNone, type Row, text } from './row.js';
import type { Session } from './session.js';

/** A lane with something to do. */
export interface WaitingLane {
  readonly lane: number;
  readonly endpointId: string;
  /** Since when it waits, or will wait: its lease, if there is one, ends no later. */
  readonly fromMs: number;
}

/** Gives lanes away, the longest waiting first. */
export function takeLanes(
  session: Session,
  { limit, leaseMs, endpointIds }: Parameters<WorkLedger['takeLanes']>[0],
): readonly Lane[] {
  const { leases, now } = session;
  const nowMs = now();
  const waiting = endpointIds === undefined ? waitingLanes(session, limit) : named(session, endpointIds);
  return waiting.slice(0, limit).flatMap(({ lane, endpointId }) => {
    const token = leases.take(endpointId, lane, nowMs + leaseMs);
    return laneOf(session, lane, token);
  });
}

/** Lanes that may be given away now, the longest waiting first. */
export function waitingLanes(session: Session, limit: number): readonly WaitingLane[] {
  const { sql, leases, now } = session;
  // Of those that are or were held, memory knows better: they are read in addition.
  const rows = sql.all('waitingLanes', now(), limit + leases.size);
  return inOrder(session, rows).slice(0, limit);
}

function named(session: Session, endpointIds: readonly string[]): readonly WaitingLane[] {
  const { sql, now } = session;
  return inOrder(session, sql.all('waitingLanesNamed', JSON.stringify(endpointIds), now()));
}

function inOrder(session: Session, rows: readonly Row[]): readonly WaitingLane[] {
  const nowMs = session.now();
  return rows
    .map((row) => waitingLane(session, row))
    .filter(({ fromMs }) => fromMs <= nowMs)
    .sort((a, b) => a.fromMs - b.fromMs);
}

/** A row of `waits_from`, with what memory knows of leases. */
export function waitingLane({ leases }: Session, row: Row): WaitingLane {
  const endpointId = text(row, 'endpoint_id');
  const fromMs = Math.max(number(row, 'waits_from'), leases.untilMs(endpointId));
  return { lane: number(row, 'seq'), endpointId, fromMs };
}

/** What may be attempted now. */
export function due(
  { sql, leases, now }: Session,
  { endpoint, token }: Lane,
  { limit, except }: Parameters<WorkLedger['due']>[1],
): readonly DueDelivery[] {
  const lease = leases.owned(endpoint.id, token);
  if (lease === undefined) return [];
  const lane = sql.get('lane', lease.lane);
  if (lane === undefined || number(lane, 'is_open') === 0) return [];
  return sql.all('dueDeliveries', lease.lane, now(), JSON.stringify(except), limit).map(dueDelivery);
}

function dueDelivery(row: Row): DueDelivery {
  return {
    id: text(row, 'delivery_id'),
    event: storedEvent(row),
    attempts: number(row, 'attempts'),
    spent: number(row, 'spent'),
    postponements: number(row, 'postponements'),
    successesAtFirstFailure: numberOrNone(row, 'successes_at_first_failure'),
  };
}

/** Extends leases. */
export function renew(session: Session, lanes: readonly Lane[], leaseMs: number): readonly Lane[] {
  const { leases, now } = session;
  const untilMs = now() + leaseMs;
  return lanes.flatMap(({ endpoint, token }) => {
    const lease = leases.owned(endpoint.id, token);
    if (lease === undefined) return [];
    const renewed = laneOf(session, lease.lane, token);
    if (renewed.length > 0) leases.extend(endpoint.id, lease, untilMs);
    return renewed;
  });
}

/** A lane as its owner gets it; none where the endpoint is gone. */
function laneOf({ sql, now }: Session, lane: number, token: string): readonly Lane[] {
  const [endpoint, row] = [sql.get('endpointOfLane', lane), sql.get('lane', lane)];
  if (endpoint === undefined || row === undefined) return [];
  const nowMs = now();
  return [{ endpoint: endpointRecord(endpoint, nowMs), token, state: laneState(row, nowMs) }];
}

function laneState(row: Row, nowMs: number): LaneState {
  const parkForMs = number(row, 'parked_until') - nowMs;
  const failingSinceMs = numberOrNone(row, 'failing_since');
  const rateDebtMs = number(row, 'rate_debt_until') - nowMs;
  return {
    parkForMs: parkForMs > 0 ? parkForMs : undefined,
    failingForMs: failingSinceMs === undefined ? undefined : nowMs - failingSinceMs,
    failures: number(row, 'failures'),
    successes: number(row, 'successes'),
    rateDebtMs: rateDebtMs > 0 ? rateDebtMs : undefined,
  };
}
