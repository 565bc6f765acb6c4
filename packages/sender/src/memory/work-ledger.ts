import type { Outlook, WorkLedger } from '../ports/delivery-store.js';
import { routable } from './events.js';
import { due, renew, takeLanes, waitingLanes, waitsFromMs } from './lanes.js';
import { settle } from './settle.js';
import { attemptsOf, type DeliveryRow, type State } from './state.js';

/** Work, in memory. */
export function workLedger(state: State): WorkLedger {
  return {
    takeLanes: async (options) => takeLanes(state, options),
    due: async (lane, options) => due(state, lane, options),
    renew: async (lanes, leaseMs) => renew(state, lanes, leaseMs),
    settle: async (lane, report) => settle(state, lane, report),
    skip: async ({ limit }) => skip(state, limit),
    outlook: async ({ limit }) => outlook(state, limit),
  };
}

function skip(state: State, limit: number): number {
  const rows: DeliveryRow[] = [];
  for (const row of orphans(state)) {
    if (rows.length >= limit) break;
    rows.push(row);
  }
  for (const row of rows) state.finish(row, 'skipped', attemptsOf(row) > 0);
  return rows.length;
}

/** What is pending where nothing will be sent to any more, and nobody has something in flight. */
function* orphans(state: State): Generator<DeliveryRow> {
  const nowMs = state.now();
  for (const lane of state.busyLanes) {
    const isHeld = lane.token !== undefined && lane.leasedUntilMs > nowMs;
    if (lane.endpoint?.record.status !== 'enabled' && !isHeld) yield* lane.backlog.rows;
  }
}

function outlook(state: State, limit: number): Outlook {
  const nowMs = state.now();
  const isRouteDue = !routable(state, nowMs).next().done;
  const lanes = waitingLanes(state.busyLanes, nowMs).slice(0, limit);
  const nextMs = Math.min(
    isRouteDue ? Number.POSITIVE_INFINITY : leaseEndMs(state, nowMs),
    nextLaneMs(state, nowMs),
  );
  return {
    due: [
      ...(isRouteDue ? [{ kind: 'route', id: '', delayMs: 0 } as const] : []),
      ...lanes.map(({ endpointId }) => ({ kind: 'lane', id: endpointId, delayMs: 0 }) as const),
    ],
    nextInMs: Number.isFinite(nextMs) ? nextMs - nowMs : undefined,
  };
}

/** When the first of the events that are all in somebody's hands comes back. */
function leaseEndMs(state: State, nowMs: number): number {
  let endMs = Number.POSITIVE_INFINITY;
  for (const { leasedUntilMs } of state.unrouted) {
    if (leasedUntilMs > nowMs) endMs = Math.min(endMs, leasedUntilMs);
  }
  return endMs;
}

function nextLaneMs(state: State, nowMs: number): number {
  let nextMs = Number.POSITIVE_INFINITY;
  for (const lane of state.busyLanes) {
    const fromMs = waitsFromMs(lane) ?? 0;
    if (fromMs > nowMs) nextMs = Math.min(nextMs, fromMs);
  }
  return nextMs;
}
