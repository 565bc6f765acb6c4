import type { Lane, LaneReport, LaneState, Settlement } from '../ports/records.js';
import { ownRow } from './lanes.js';
import { attemptsOf, type EndpointRow, type LaneRow, type State } from './state.js';

/** Writes what a lane's owner has to say; `false`: he is the owner no longer. */
export function settle(state: State, lane: Lane, report: LaneReport): boolean {
  const row = ownRow(state, lane);
  if (row === undefined) return false;
  const nowMs = state.now();
  for (const settlement of report.settlements) settleOne(state, row, settlement, nowMs);
  row.tallies.add(report.tallies, nowMs);
  keepState(row, report.state, nowMs);
  const { endpoint } = row;
  const isThere = endpoint?.record.settings.url === lane.endpoint.settings.url;
  if (report.disable !== undefined && isThere && endpoint.record.status === 'enabled') {
    disable(endpoint, report.disable, nowMs);
  }
  if (report.release) {
    row.token = undefined;
    row.leasedUntilMs = nowMs;
  }
  return true;
}

function settleOne(
  state: State,
  lane: LaneRow,
  { deliveryId, attempt, next }: Settlement,
  nowMs: number,
): void {
  const row = state.deliveriesById.get(deliveryId);
  if (row?.lane !== lane || row.status !== 'pending' || attempt.number <= attemptsOf(row)) return;
  const wasRetrying = row.attempts.length > 0;
  row.attempts.push(Object.freeze({ ...attempt, atMs: nowMs }));
  if (next.status !== 'pending') {
    state.finish(row, next.status, wasRetrying);
    if (next.status === 'delivered') lane.lastDeliveredAtMs = nowMs;
    return;
  }
  if (!wasRetrying) state.countRetrying(lane, 1);
  row.spent = next.spent;
  row.postponements = next.postponements;
  row.successesAtFirstFailure = next.successesAtFirstFailure;
  row.dueAtMs = nowMs + next.delayMs;
  lane.backlog.reschedule(row);
}

function keepState(row: LaneRow, state: LaneState, nowMs: number): void {
  row.parkedUntilMs = nowMs + (state.parkForMs ?? 0);
  row.failingSinceMs = state.failingForMs === undefined ? undefined : nowMs - state.failingForMs;
  row.failures = state.failures;
  row.successes = state.successes;
  row.rateDebtUntilMs = nowMs + (state.rateDebtMs ?? 0);
}

function disable(
  endpoint: EndpointRow,
  disabledReason: NonNullable<LaneReport['disable']>,
  nowMs: number,
): void {
  endpoint.record = {
    ...endpoint.record,
    status: 'disabled',
    disabledReason,
    revision: endpoint.record.revision + 1,
    updatedAtMs: nowMs,
  };
}
