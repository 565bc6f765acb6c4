import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { UndoLog } from './undo-log.js';

/** More than this wait for the next transaction, so that nothing else waits too long. */
const MOST_AT_ONCE = 256;
/** Turns of the event loop that one transaction gathers from: nothing where it idles, many writes where it is busy. */
const TURNS = 4;

interface Write {
  /** Writes. */
  readonly run: () => void;
  /** It is durable. */
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes that were asked for in a few turns of the event loop, in one transaction: they share the wait for the disk.
 * Where one of them fails, each is made again in a transaction of its own, so that it fails alone.
 */
export class GroupCommit {
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly #undoLog: UndoLog;
  readonly #beforeCommit: () => void;
  #waiting: Write[] = [];
  #isScheduled = false;

  /** What `beforeCommit` throws, the writes reject with. */
  constructor(database: DatabaseSync, undoLog: UndoLog, beforeCommit: () => void) {
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.#rollback = database.prepare('ROLLBACK');
    this.#undoLog = undoLog;
    this.#beforeCommit = beforeCommit;
  }

  /** Resolves with what `call` returns once that is durable. `call` may run twice: it changes only what is undone. */
  write<T>(call: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let result: { readonly value: T } | undefined;
      this.#waiting.push({
        run: () => {
          result = { value: call() };
        },
        resolve: () => {
          if (result !== undefined) resolve(result.value);
        },
        reject,
      });
      this.#schedule();
    });
  }

  /** Makes all that waits, now. */
  flush(): void {
    while (this.#waiting.length > 0) this.#flushSome();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#afterTurns(TURNS);
  }

  #afterTurns(turns: number): void {
    setImmediate(() => {
      if (turns > 1 && this.#waiting.length < MOST_AT_ONCE) {
        this.#afterTurns(turns - 1);
        return;
      }
      this.#isScheduled = false;
      this.#flushSome();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  #flushSome(): void {
    const writes = this.#waiting.splice(0, MOST_AT_ONCE);
    if (writes.length === 0) return;
    const failure = this.#transaction(writes);
    if (failure === undefined) for (const { resolve } of writes) resolve();
    else if (writes.length === 1) writes[0]?.reject(failure.error);
    else for (const write of writes) this.#alone(write);
  }

  #alone(write: Write): void {
    const failure = this.#transaction([write]);
    if (failure === undefined) write.resolve();
    else write.reject(failure.error);
  }

  #transaction(writes: readonly Write[]): { readonly error: unknown } | undefined {
    try {
      this.#begin.run();
      for (const { run } of writes) run();
      this.#beforeCommit();
      this.#commit.run();
      this.#undoLog.keep();
      return undefined;
    } catch (error) {
      this.#undo();
      return { error };
    }
  }

  #undo(): void {
    this.#undoLog.undo();
    try {
      this.#rollback.run();
    } catch {
      // SQLite has rolled back by itself, as it does when a disk fails.
    }
  }
}
