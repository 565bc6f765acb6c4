import { ANY_TENANT, type Lane, type LaneReport } from '@countersign/sender';
import { jsonOrNull } from '@countersign/sender/stores';
import { number, oneOf } from '../client/row.js';
import type { SqlClient } from '../client/sql-client.js';
import { endpoint } from './endpoints.js';
import { laneTokenOf, tokenOf } from './ids.js';
import { LaneCounts, laneIn } from './lane-counts.js';
import type { Session } from './session.js';

const STATUSES = ['pending', 'delivered', 'failed'] as const;

/** What a lane's owner has to say, as it was when he said it. */
export interface SettleCall {
  readonly lane: Lane;
  readonly report: LaneReport;
}

/** A copy, as far as the caller could change it. */
export function settleCallOf(lane: Lane, report: LaneReport): SettleCall {
  const copy = {
    ...report,
    settlements: report.settlements.map(({ deliveryId, attempt, next }) => {
      return { deliveryId, attempt: { ...attempt }, next: { ...next } };
    }),
    tallies: report.tallies.map((tally) => ({ ...tally })),
    state: { ...report.state },
  };
  return { lane, report: copy };
}

/** Writes what the owners of some lanes have to say; `false`: he is the owner no longer. */
export async function settleAll(session: Session, calls: readonly SettleCall[]): Promise<readonly boolean[]> {
  return session.database.transaction(async (client) => {
    const answers = new Map<SettleCall, boolean>();
    for (const round of roundsOf(calls)) {
      const held = await settleRound(session, client, round);
      for (const call of round) answers.set(call, held.has(call));
    }
    return calls.map((call) => answers.get(call) === true);
  });
}

/** What is said of one lane goes one after the other. */
function roundsOf(calls: readonly SettleCall[]): readonly (readonly SettleCall[])[] {
  const counts = new Map<string, number>();
  const rounds: SettleCall[][] = [];
  for (const call of calls) {
    const { lane } = laneTokenOf(call.lane.token);
    const round = counts.get(lane) ?? 0;
    counts.set(lane, round + 1);
    rounds[round] = [...(rounds[round] ?? []), call];
  }
  return rounds;
}

/** A call with the number of the lane that its owner holds. */
interface Held extends SettleCall {
  readonly seq: number;
}

async function settleRound(
  session: Session,
  client: SqlClient,
  calls: readonly SettleCall[],
): Promise<ReadonlySet<SettleCall>> {
  const { sql, now } = session;
  const tokens = calls.map(({ lane }) => laneTokenOf(lane.token));
  const { rows } = await client.query(sql.lockHeld, [now(), JSON.stringify(tokens)]);
  const [first] = rows;
  if (first === undefined) return new Set();
  const nowMs = number(first, 'now_ms');
  const seqs = new Map(rows.map((row) => [tokenOf(row['seq'], row['token']), number(row, 'seq')]));
  const held = calls.flatMap((call) => {
    const seq = seqs.get(call.lane.token);
    return seq === undefined ? [] : [{ ...call, seq }];
  });
  const { counts, delivered } = await writeSettlements(session, client, held, nowMs);
  await counts.arrangeKeys(session, client);
  const states = held.map((call) => laneColumns(call, counts, delivered, nowMs));
  await client.query(sql.keepLaneStates, [nowMs, JSON.stringify(states), JSON.stringify(tallyColumns(held))]);
  for (const call of held) await disable(session, client, call, nowMs);
  return new Set(calls.filter(({ lane }) => seqs.has(lane.token)));
}

interface Written {
  readonly counts: LaneCounts;
  /** Lanes at which something was delivered. */
  readonly delivered: ReadonlySet<number>;
}

async function writeSettlements(
  { sql }: Session,
  client: SqlClient,
  calls: readonly Held[],
  nowMs: number,
): Promise<Written> {
  const counts = new LaneCounts();
  const delivered = new Set<number>();
  for (const settlements of withoutRepeats(calls.flatMap(settlementColumns))) {
    const { rows } = await client.query(sql.settle, [nowMs, JSON.stringify(settlements)]);
    for (const row of rows) {
      const status = oneOf(row, 'status', STATUSES);
      if (status === 'delivered') delivered.add(laneIn(row));
      if (status !== 'pending') counts.end(laneIn(row), row);
      else if (row['was_retrying'] === false) counts.of(laneIn(row)).retrying += 1;
    }
  }
  return { counts, delivered };
}

type SettlementColumns = ReturnType<typeof settlementColumns>[number];

function settlementColumns({ seq, report }: Held) {
  return report.settlements.map(({ deliveryId, attempt, next }) => {
    const { number: attemptNumber, durationMs, status = null, error, responseBody } = attempt;
    const texts = { error: jsonOrNull(error), response_body: jsonOrNull(responseBody) };
    const made = { number: attemptNumber, duration_ms: durationMs, http_status: status, ...texts };
    const delivery = { lane: seq, id: deliveryId, ...made, status: next.status };
    if (next.status !== 'pending') return delivery;
    const { delayMs, spent, postponements, successesAtFirstFailure } = next;
    return { ...delivery, delay_ms: delayMs, spent, postponements, successes: successesAtFirstFailure };
  });
}

/** A statement writes a row once: what is said twice of a delivery is said in two. */
function withoutRepeats(
  settlements: readonly SettlementColumns[],
): readonly (readonly SettlementColumns[])[] {
  const counts = new Map<string, number>();
  const rounds: SettlementColumns[][] = [];
  for (const settlement of settlements) {
    const round = counts.get(settlement.id) ?? 0;
    counts.set(settlement.id, round + 1);
    rounds[round] ??= [];
    rounds[round].push(settlement);
  }
  return rounds;
}

/** One row is written once. */
function tallyColumns(calls: readonly Held[]): readonly unknown[] {
  const sums = new Map<
    string,
    { lane: number; measure: string; bin: number; count: number; total_ms: number }
  >();
  for (const { seq: lane, report } of calls) {
    for (const { measure, bin, count, totalMs } of report.tallies) {
      const name = `${lane} ${measure} ${bin}`;
      const sum = sums.get(name) ?? { lane, measure, bin, count: 0, total_ms: 0 };
      sum.count += count;
      sum.total_ms += totalMs;
      sums.set(name, sum);
    }
  }
  return [...sums.values()];
}

function laneColumns(
  { seq, report }: Held,
  counts: LaneCounts,
  delivered: ReadonlySet<number>,
  nowMs: number,
): Readonly<Record<string, unknown>> {
  const { parkForMs, failingForMs, failures, successes, rateDebtMs } = report.state;
  return {
    lane: seq,
    ...counts.of(seq),
    parked_until: parkForMs === undefined ? 0 : Math.ceil(nowMs + parkForMs),
    failing_since: failingForMs === undefined ? null : Math.round(nowMs - failingForMs),
    failures,
    successes,
    rate_debt_until: rateDebtMs === undefined ? 0 : Math.ceil(nowMs + rateDebtMs),
    last_delivered_at: delivered.has(seq) ? nowMs : null,
    release: report.release,
  };
}

async function disable(
  session: Session,
  client: SqlClient,
  { seq, lane, report }: Held,
  nowMs: number,
): Promise<void> {
  if (report.disable === undefined) return;
  const now = await endpoint(session, ANY_TENANT, lane.endpoint.id, client);
  if (now?.settings.url !== lane.endpoint.settings.url) return;
  const { sql } = session;
  const { rows } = await client.query(sql.disableEndpoint, [nowMs, seq, report.disable]);
  if (rows.length > 0) await client.query(sql.closeLane, [seq]);
}
