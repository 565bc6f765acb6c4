import type { Statements } from './statements.js';
import type { UndoLog } from './undo-log.js';

/** So rarely that it costs nothing. When the clock was set back, waits are off by no more. */
const EVERY_MS = 1000;

/**
 * The latest time that the store has worked at, in the file: when it is opened again, it shows whether the clock was
 * set back meanwhile.
 */
export class ClockMark {
  readonly #sql: Statements;
  readonly #undoLog: UndoLog;
  #seenAtMs: number;

  constructor(sql: Statements, seenAtMs: number, undoLog: UndoLog) {
    this.#sql = sql;
    this.#seenAtMs = seenAtMs;
    this.#undoLog = undoLog;
  }

  /** Part of a transaction that is made anyway. */
  see(nowMs: number): void {
    const before = this.#seenAtMs;
    if (nowMs < before + EVERY_MS) return;
    this.#sql.run('setClock', nowMs);
    this.#seenAtMs = nowMs;
    this.#undoLog.onUndo(() => {
      this.#seenAtMs = before;
    });
  }
}
