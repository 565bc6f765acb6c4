const COMPACT_FROM = 16;

/** Rows in the order of their numbers, of which the last is always the greatest. */
export class Timeline<T extends { readonly seq: number }> {
  #rows: T[] = [];
  readonly #removed = new Set<T>();

  push(row: T): void {
    this.#rows.push(row);
  }

  remove(row: T): void {
    this.#removed.add(row);
    if (this.#removed.size < COMPACT_FROM || this.#removed.size * 2 < this.#rows.length) return;
    this.#rows = this.#rows.filter((kept) => !this.#removed.has(kept));
    this.#removed.clear();
  }

  /** Rows whose numbers are greater. Nothing may be removed on the way. */
  *oldestFirst(after = 0): Generator<T> {
    for (let index = this.#firstAfter(after); index < this.#rows.length; index += 1) {
      const row = this.#rows[index];
      if (row !== undefined && !this.#removed.has(row)) yield row;
    }
  }

  /** Rows whose numbers are less. Nothing may be removed on the way. */
  *newestFirst(before = Number.POSITIVE_INFINITY): Generator<T> {
    for (let index = this.#firstAfter(before - 1) - 1; index >= 0; index -= 1) {
      const row = this.#rows[index];
      if (row !== undefined && !this.#removed.has(row)) yield row;
    }
  }

  #firstAfter(seq: number): number {
    let [low, high] = [0, this.#rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#rows[middle]?.seq ?? 0) > seq) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
