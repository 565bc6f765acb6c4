import type { DatabaseSync } from 'node:sqlite';
import type { Now } from '@countersign/core';
import { GroupCommit } from './group-commit.js';
import { Leases } from './leases.js';
import { openDatabase } from './open-database.js';
import { RoutingProgress } from './routing-progress.js';
import { number } from './row.js';
import type { Calls, Session } from './session.js';
import { Statements } from './statements.js';
import { fileError, storeError } from './store-errors.js';
import { UndoLog } from './undo-log.js';

interface Opened {
  readonly database: DatabaseSync;
  readonly session: Session;
  readonly commits: GroupCommit;
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
    opened.database.close();
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
    const { session, commits } = this.#ready();
    try {
      return await commits.write(() => call(session));
    } catch (error) {
      throw storeError(error, this.#path);
    }
  }

  #ready(): Opened {
    if (this.#opened === undefined) throw fileError('store_unavailable', this.#path, 'is not open');
    return this.#opened;
  }

  #openAll(): Opened {
    const database = openDatabase(this.#path);
    try {
      const undoLog = new UndoLog();
      const commits = new GroupCommit(database, undoLog);
      return { database, session: newSession(database, this.#now, undoLog), commits };
    } catch (error) {
      database.close();
      throw storeError(error, this.#path);
    }
  }
}

function newSession(database: DatabaseSync, now: Now, undoLog: UndoLog): Session {
  const sql = new Statements(database);
  const routedTo = numberIn(sql, 'routedTo', 'routed_to');
  let lastEvent = Math.max(routedTo, numberIn(sql, 'lastEvent', 'seq'));
  return {
    sql,
    // Whole milliseconds, never ahead: what is due at once is due at once.
    now: () => Math.floor(now()),
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
