import { HOUR_MS } from '../ports/tallies.js';

/** So many hours are counted at least, beside the running one. */
export const TALLY_HOURS = 48;

/** The running hour, back to the one in which the window began: no more than are kept. */
export function hoursOf(fromMs: number, toMs: number): readonly number[] {
  const last = Math.floor(toMs / HOUR_MS);
  const first = Math.max(Math.floor(fromMs / HOUR_MS), last - TALLY_HOURS);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
