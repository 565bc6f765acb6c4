import { responseBinBoundMs } from '../attempt/response-bins.js';
import type { EndpointTotals } from '../ports/records.js';
import type { Tally } from '../ports/tallies.js';

/** The time that statistics are about. */
export const STATS_WINDOW_MS = 24 * 3_600_000;

/** Numbers of an endpoint: of the last 24 hours in whole hours, and as it is now. */
export interface EndpointStats {
  /** Deliveries that came to an end in the window: `successful` and `failed` together. */
  readonly total: number;
  readonly successful: number;
  readonly failed: number;
  /** 0 to 1; `undefined` where none came to an end. */
  readonly successRate: number | undefined;
  /** Over all answers, whatever their status; `undefined` where there was none. */
  readonly averageResponseTimeMs: number | undefined;
  /** 95 % of the answers took no longer, to within 19 %. */
  readonly p95ResponseTimeMs: number | undefined;
  /** Now: not at an end. */
  readonly pending: number;
  /** Now: of these, with an attempt behind them. */
  readonly retryQueue: number;
  readonly lastDeliveredAt: Date | undefined;
}

/** What the counted hours come to. */
export function statsOf({ pending, retrying, lastDeliveredAtMs, tallies }: EndpointTotals): EndpointStats {
  const successful = countOf(tallies, 'delivered');
  const failed = countOf(tallies, 'failed');
  const total = successful + failed;
  const responses = tallies.filter(({ measure }) => measure === 'response');
  const answers = countOf(responses, 'response');
  const totalMs = responses.reduce((sum, tally) => sum + tally.totalMs, 0);
  return {
    total,
    successful,
    failed,
    successRate: total === 0 ? undefined : successful / total,
    averageResponseTimeMs: answers === 0 ? undefined : Math.round(totalMs / answers),
    p95ResponseTimeMs: quantileMs(responses, 0.95),
    pending,
    retryQueue: retrying,
    lastDeliveredAt: lastDeliveredAtMs === undefined ? undefined : new Date(lastDeliveredAtMs),
  };
}

function countOf(tallies: readonly Tally[], measure: Tally['measure']): number {
  return tallies.reduce((sum, tally) => (tally.measure === measure ? sum + tally.count : sum), 0);
}

function quantileMs(responses: readonly Tally[], share: number): number | undefined {
  let left = countOf(responses, 'response') * share;
  for (const { bin, count } of responses.toSorted((a, b) => a.bin - b.bin)) {
    left -= count;
    if (left <= 0) return Math.round(responseBinBoundMs(bin));
  }
  return undefined;
}
