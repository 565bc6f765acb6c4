import type { DueDelivery, Lane, LaneState } from '../ports/records.js';
import { recordOf } from './endpoint-rows.js';
import { attemptsOf, type DeliveryRow, type LaneRow, type State } from './state.js';

/** Gives lanes away, the longest waiting first. */
export function takeLanes(
  state: State,
  options: {
    readonly limit: number;
    readonly leaseMs: number;
    readonly endpointIds?: readonly string[] | undefined;
  },
): readonly Lane[] {
  const nowMs = state.now();
  const named = options.endpointIds?.flatMap((id) => state.lanes.get(id) ?? []);
  const taken = waitingLanes(named ?? state.busyLanes, nowMs).slice(0, options.limit);
  return taken.flatMap((lane) => {
    lane.token = String(state.nextSeq());
    lane.leasedUntilMs = nowMs + options.leaseMs;
    return laneOf(lane, nowMs);
  });
}

/** Lanes that may be given away now, the longest waiting first. */
export function waitingLanes(lanes: Iterable<LaneRow>, nowMs: number): readonly LaneRow[] {
  const waiting: { readonly lane: LaneRow; readonly sinceMs: number }[] = [];
  for (const lane of new Set(lanes)) {
    const sinceMs = waitsFromMs(lane);
    if (sinceMs !== undefined && sinceMs <= nowMs) waiting.push({ lane, sinceMs });
  }
  return waiting.sort((a, b) => a.sinceMs - b.sinceMs).map(({ lane }) => lane);
}

/** From when on somebody may have the lane; `undefined` where there is nothing to do. */
export function waitsFromMs({
  endpoint,
  backlog,
  leasedUntilMs,
  parkedUntilMs,
}: LaneRow): number | undefined {
  const dueMs = endpoint?.record.status === 'enabled' ? backlog.nextDueMs() : undefined;
  return dueMs === undefined ? undefined : Math.max(dueMs, leasedUntilMs, parkedUntilMs);
}

/** The row of a lane, as long as nobody else has been given it and it was not let go of. */
export function ownRow(state: State, { endpoint, token }: Lane): LaneRow | undefined {
  const lane = state.lanes.get(endpoint.id);
  return lane?.token === token ? lane : undefined;
}

/** What may be attempted now. */
export function due(
  state: State,
  lane: Lane,
  { limit, except }: { readonly limit: number; readonly except: readonly string[] },
): readonly DueDelivery[] {
  const row = ownRow(state, lane);
  if (row?.endpoint?.record.status !== 'enabled') return [];
  return row.backlog.due(state.now(), limit, new Set(except)).map(dueDeliveryOf);
}

/** Extends leases. */
export function renew(state: State, lanes: readonly Lane[], leaseMs: number): readonly Lane[] {
  const nowMs = state.now();
  return lanes.flatMap((lane) => {
    const row = ownRow(state, lane);
    if (row?.endpoint === undefined) return [];
    row.leasedUntilMs = nowMs + leaseMs;
    return laneOf(row, nowMs);
  });
}

function laneOf(row: LaneRow, nowMs: number): readonly Lane[] {
  const { endpoint, token } = row;
  if (endpoint === undefined || token === undefined) return [];
  return [{ endpoint: recordOf(endpoint, nowMs), token, state: stateOf(row, nowMs) }];
}

function stateOf(row: LaneRow, nowMs: number): LaneState {
  const { parkedUntilMs, failingSinceMs, failures, successes, rateDebtUntilMs } = row;
  return {
    parkForMs: parkedUntilMs > nowMs ? parkedUntilMs - nowMs : undefined,
    failingForMs: failingSinceMs === undefined ? undefined : nowMs - failingSinceMs,
    failures,
    successes,
    rateDebtMs: rateDebtUntilMs > nowMs ? rateDebtUntilMs - nowMs : undefined,
  };
}

function dueDeliveryOf(row: DeliveryRow): DueDelivery {
  const { id, event, spent, postponements, successesAtFirstFailure } = row;
  return {
    id,
    event: event.event,
    attempts: attemptsOf(row),
    spent,
    postponements,
    successesAtFirstFailure,
  };
}
