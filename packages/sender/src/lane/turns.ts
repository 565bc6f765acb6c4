/** Who waits, by owner: owners are served in turn, and of one owner who has waited longest. */
export class Turns {
  /** The owner whose turn is next first. */
  readonly #waiting = new Map<string, Set<() => void>>();
  #size = 0;

  /** Those who wait. */
  get size(): number {
    return this.#size;
  }

  /** Waits for `onTurn` to be called, once; the returned function gives the turn up. */
  add(owner: string, onTurn: () => void): () => void {
    const own = this.#waiting.get(owner) ?? new Set();
    // Its own, so that one who waits twice waits twice.
    const turn = (): void => onTurn();
    own.add(turn);
    this.#waiting.set(owner, own);
    this.#size += 1;
    return () => this.#remove(owner, own, turn);
  }

  /** Serves the first whose owner may have something now; `false`: there is none. */
  serve(mayHave: (owner: string) => boolean): boolean {
    for (const [owner, own] of this.#waiting) {
      const [turn] = own;
      if (turn === undefined || !mayHave(owner)) continue;
      this.#remove(owner, own, turn);
      // Behind the others, with all who still wait.
      if (this.#waiting.delete(owner)) this.#waiting.set(owner, own);
      turn();
      return true;
    }
    return false;
  }

  #remove(owner: string, own: Set<() => void>, turn: () => void): void {
    if (!own.delete(turn)) return;
    this.#size -= 1;
    if (own.size === 0 && this.#waiting.get(owner) === own) this.#waiting.delete(owner);
  }
}
