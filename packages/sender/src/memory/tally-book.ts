import { HOUR_MS, type Tally } from '../ports/tallies.js';

/** One endpoint's tallies, hour by hour. */
export class TallyBook {
  readonly #hours = new Map<number, Map<string, Tally>>();

  add(tallies: readonly Tally[], nowMs: number): void {
    if (tallies.length === 0) return;
    const hour = Math.floor(nowMs / HOUR_MS);
    const sums = this.#hours.get(hour) ?? new Map<string, Tally>();
    this.#hours.set(hour, sums);
    for (const tally of tallies) addTo(sums, tally);
  }

  /** Summed since the hour of a time. */
  since(timeMs: number): readonly Tally[] {
    const first = Math.floor(timeMs / HOUR_MS);
    const sums = new Map<string, Tally>();
    for (const [hour, tallies] of this.#hours) {
      if (hour < first) continue;
      for (const tally of tallies.values()) addTo(sums, tally);
    }
    return [...sums.values()];
  }

  /** Leaves out the hours before a time. */
  forgetBefore(timeMs: number): void {
    for (const hour of this.#hours.keys()) {
      if ((hour + 1) * HOUR_MS <= timeMs) this.#hours.delete(hour);
    }
  }
}

function addTo(sums: Map<string, Tally>, { measure, bin, count, totalMs }: Tally): void {
  const name = `${measure} ${bin}`;
  const sum = sums.get(name);
  sums.set(name, {
    measure,
    bin,
    count: (sum?.count ?? 0) + count,
    totalMs: (sum?.totalMs ?? 0) + totalMs,
  });
}
