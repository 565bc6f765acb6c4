/** What tallies are summed up by. */
export const HOUR_MS = 3_600_000;

/** Something counted, for statistics: added to what the hour has. */
export interface Tally {
  /** `response`: an answer, whatever its status; its time is in `totalMs`, and `bin` says how long it took. */
  readonly measure: 'delivered' | 'failed' | 'response';
  readonly bin: number;
  readonly count: number;
  readonly totalMs: number;
}
