/** What a transaction changes outside the database, so that it is taken back with it. */
export class UndoLog {
  #undos: (() => void)[] = [];

  /** Something was changed; this takes it back. */
  onUndo(undo: () => void): void {
    this.#undos.push(undo);
  }

  /** The transaction has been committed. */
  keep(): void {
    this.#undos = [];
  }

  /** The transaction has failed: the last change is taken back first. */
  undo(): void {
    const undos = this.#undos.reverse();
    this.#undos = [];
    for (const undo of undos) undo();
  }
}
