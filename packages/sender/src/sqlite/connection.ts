import type { DatabaseSync } from 'node:sqlite';
import type { Now } from '@countersign/core';
import { ClockMark } from './clock-mark.js';
import { prepareFile } from './database-file.js';
import { type FileLock, lockFile } from './file-lock.js';
import { GroupCommit } from './group-commit.js';
import { Leases } from './leases.js';
import { openDatabase } from './open-database.js';
import { OpenFiles } from './open-files.js';
import { RoutingProgress } from './routing-progress.js';
import { number } from './row.js';
import type { Calls, Session } from './session.js';
import { moveBack, seenAtMs, setBackMs } from './set-back.js';
import { Statements } from './statements.js';
import { fileError, storeError } from './store-errors.js';
import { transaction } from './transaction.js';
import { UndoLog } from './undo-log.js';

interface Opened {
  readonly lock: FileLock;
  readonly database: DatabaseSync;
  readonly session: Session;
  readonly commits: GroupCommit;
  readonly clockMark: ClockMark;
}

/** The file, open or not. */
export class Connection implements Calls {
  readonly #path: string;
  readonly #now: Now;
  #opened: Opened | undefined;

  constructor(path: string, now: Now) {
    this.#path = path;
    this.#now = now;
  }

  async open(): Promise<void> {
    this.#opened ??= this.#openAll();
  }

  /** What waits to be written is written first. */
  async close(): Promise<void> {
    const opened = this.#opened;
    if (opened === undefined) return;
    this.#opened = undefined;
    opened.commits.flush();
    try {
      opened.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Nothing is lost: the log stays beside the file, and is read when it is opened again.
    }
    try {
      opened.database.close();
    } finally {
      opened.lock.release();
    }
  }

  async read<T>(call: (session: Session) => T): Promise<T> {
    const { session } = this.#ready();
    try {
      return call(session);
    } catch (error) {
      throw storeError(error, this.#path);
    }
  }

  async write<T>(call: (session: Session) => T): Promise<T> {
    const { session, commits, clockMark } = this.#ready();
    try {
      return await commits.write(() => {
        clockMark.see(session.now());
        return call(session);
      });
    } catch (error) {
      throw storeError(error, this.#path);
    }
  }

  #ready(): Opened {
    if (this.#opened === undefined) throw fileError('store_unavailable', this.#path, 'is not open');
    return this.#opened;
  }

  #openAll(): Opened {
    prepareFile(this.#path);
    // Before the database itself is opened: to close it again would fold its log, which may be in somebody's hands.
    const lock = lockFile(this.#path);
    try {
      return this.#openLocked(lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  #openLocked(lock: FileLock): Opened {
    const database = openDatabase(this.#path);
    try {
      const undoLog = new UndoLog();
      const sql = new Statements(database);
      // Whole milliseconds, never ahead: what is due at once is due at once.
      const now = (): number => Math.floor(this.#now());
      followClock(database, sql, now());
      const files = new OpenFiles(this.#path);
      return {
        lock,
        database,
        session: newSession(sql, now, undoLog),
        commits: new GroupCommit(database, undoLog, () => files.check()),
        clockMark: new ClockMark(sql, seenAtMs(sql), undoLog),
      };
    } catch (error) {
      database.close();
      throw storeError(error, this.#path);
    }
  }
}

/** Nobody works with the database yet. */
function followClock(database: DatabaseSync, sql: Statements, nowMs: number): void {
  const byMs = setBackMs(sql, nowMs);
  if (byMs > 0) transaction(database, () => moveBack(sql, nowMs, byMs));
}

function newSession(sql: Statements, now: Now, undoLog: UndoLog): Session {
  const routedTo = numberIn(sql, 'routedTo', 'routed_to');
  let lastEvent = Math.max(routedTo, numberIn(sql, 'lastEvent', 'seq'));
  return {
    sql,
    now,
    leases: new Leases(undoLog),
    routing: new RoutingProgress(routedTo, undoLog),
    nextEventSeq: () => {
      lastEvent += 1;
      return lastEvent;
    },
  };
}

function numberIn(sql: Statements, name: 'routedTo' | 'lastEvent', column: string): number {
  const row = sql.get(name);
  return row === undefined || row[column] === null ? 0 : number(row, column);
}
