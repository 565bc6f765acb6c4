import { responseBin } from '../attempt/response-bins.js';
import type { AttemptRecord, Next } from '../ports/records.js';
import type { Tally } from '../ports/tallies.js';

/** Outcomes, summed up for statistics. */
export function talliesOf(
  outcomes: readonly { readonly attempt: AttemptRecord; readonly next: Next }[],
): readonly Tally[] {
  const sums = new Map<string, { measure: Tally['measure']; bin: number; count: number; totalMs: number }>();
  const add = (measure: Tally['measure'], bin: number, durationMs: number): void => {
    const key = `${measure} ${bin}`;
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { measure, bin, count: 1, totalMs: durationMs });
    else {
      sum.count += 1;
      sum.totalMs += durationMs;
    }
  };
  for (const { attempt, next } of outcomes) {
    if (attempt.status !== undefined) add('response', responseBin(attempt.durationMs), attempt.durationMs);
    if (next.status !== 'pending') add(next.status, 0, 0);
  }
  return [...sums.values()];
}
