import type { DueDelivery, Lane, LaneState, WorkLedger } from '@countersign/sender';
import { number, numberOrNone, text } from '../client/row.js';
import type { Row } from '../client/sql-client.js';
import { endpointRecord } from './endpoint-rows.js';
import { type LaneToken, laneTokenOf, soughtIds, tokenOf } from './ids.js';
import { storedEvent } from './intake.js';
import type { Session } from './session.js';

/** Gives lanes away, the longest waiting first. */
export async function takeLanes(
  session: Session,
  { limit, leaseMs, endpointIds }: Parameters<WorkLedger['takeLanes']>[0],
): Promise<readonly Lane[]> {
  const { database, sql, now } = session;
  const values = [now(), limit, Math.ceil(leaseMs)];
  const { rows } =
    endpointIds === undefined
      ? await database.query(sql.takeLanes, values)
      : await database.query(sql.takeLanesNamed, [...values, soughtIds(endpointIds)]);
  const taken = [...rows].sort((a, b) => number(a, 'waits_from') - number(b, 'waits_from'));
  return heldLanes(
    session,
    taken.map((row) => ({ lane: String(row['seq']), token: String(row['token']) })),
  );
}

/** A lane of each of several callers who each name one. */
export async function takeNamed(
  session: Session,
  calls: readonly { readonly endpointId: string; readonly leaseMs: number }[],
): Promise<readonly (readonly Lane[])[]> {
  const leaseMs = Math.max(...calls.map((call) => call.leaseMs));
  const endpointIds = [...new Set(calls.map(({ endpointId }) => endpointId))];
  const lanes = await takeLanes(session, { limit: endpointIds.length, leaseMs, endpointIds });
  const left = new Map(lanes.map((lane) => [lane.endpoint.id, lane]));
  return calls.map(({ endpointId }) => {
    const lane = left.get(endpointId);
    left.delete(endpointId);
    return lane === undefined ? [] : [lane];
  });
}

/** Extends leases. */
export async function renew(
  session: Session,
  lanes: readonly Lane[],
  leaseMs: number,
): Promise<readonly Lane[]> {
  const { database, sql, now } = session;
  const tokens = lanes.map(({ token }) => laneTokenOf(token));
  await database.query(sql.extendLeases, [now(), JSON.stringify(tokens), Math.ceil(leaseMs)]);
  return heldLanes(session, tokens);
}

/** Lanes as their owners get them, in the order given; none where the lease is lost or the endpoint is gone. */
async function heldLanes(
  { database, sql, now }: Session,
  tokens: readonly LaneToken[],
): Promise<readonly Lane[]> {
  if (tokens.length === 0) return [];
  const { rows } = await database.query(sql.heldLanes, [now(), JSON.stringify(tokens)]);
  const byToken = new Map(rows.map((row) => [tokenOf(row['seq'], row['token']), row]));
  return tokens.flatMap(({ lane, token }) => {
    const row = byToken.get(tokenOf(lane, token));
    if (row === undefined) return [];
    return [{ endpoint: endpointRecord(row), token: tokenOf(lane, token), state: laneState(row) }];
  });
}

function laneState(row: Row): LaneState {
  const nowMs = number(row, 'now_ms');
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

/** Who asks for what is due. */
export interface DueCall {
  readonly token: string;
  readonly limit: number;
  readonly except: readonly string[];
}

/** What may be attempted now, for several owners at once. */
export async function due(
  { database, sql, now }: Session,
  calls: readonly DueCall[],
): Promise<readonly (readonly DueDelivery[])[]> {
  const asked = calls.map(({ token, limit }) => ({ ...laneTokenOf(token), most: limit }));
  const lanes = [...new Map(asked.map((one) => [tokenOf(one.lane, one.token), one])).values()];
  const except = JSON.stringify([...new Set(calls.flatMap((call) => call.except))]);
  const { rows } = await database.query(sql.due, [now(), JSON.stringify(lanes), except]);
  const byToken = new Map<string, Row[]>();
  for (const row of rows) {
    const token = tokenOf(row['lane'], row['token']);
    const owned = byToken.get(token) ?? [];
    byToken.set(token, owned);
    owned.push(row);
  }
  return calls.map(({ token, limit }) => (byToken.get(token) ?? []).slice(0, limit).map(dueDelivery));
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
