import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { mustBe } from '../errors/describe.js';
import type { Claim, ClaimAnswer, ReplayStore } from '../replay/port.js';
import type { Now } from '../time/clock.js';
import { checkedPath, openDatabase } from './open-database.js';
import { replayArea, replaySql } from './replay-sql.js';
import { transaction } from './transaction.js';

type StatementName = keyof typeof replaySql;

/** Options of {@link sqliteReplayStore}. */
export interface SqliteReplayStoreOptions {
  /** The database file, made where there is none. A `sqliteInbox` may have the same. */
  readonly path: string;
  /** Epoch milliseconds; default `Date.now`. */
  readonly now?: Now | undefined;
}

/** A replay store in a file. */
export interface SqliteReplayStore extends ReplayStore {
  claim(claim: Claim, options: Parameters<ReplayStore['claim']>[1]): ClaimAnswer;
  commit(claim: Claim, options: Parameters<ReplayStore['commit']>[1]): boolean;
  release(claim: Claim): void;
  /** Closes the file; calls after it throw. What is in it stays. */
  close(): void;
}

/**
 * A replay store in a SQLite file, for one machine, whose processes may share it: it remembers across restarts, and a
 * commit survives a loss of power. It needs Node.js 22.13 or later. The file is opened by the first call.
 *
 * Claim and commit wait for the disk, and this process with them; a call that another process holds up for a second
 * throws, which is a 503. Expired keys are deleted beside commits.
 *
 * Throws a `ConfigurationError` for options that cannot work; calls throw one where the file is another program's or
 * cannot be made.
 *
 * @example
 * const replay = sqliteReplayStore({ path: 'replays.db' });
 * createReceiver({ provider: github, secrets: () => process.env.WEBHOOK_SECRET, replay });
 */
export function sqliteReplayStore(options: SqliteReplayStoreOptions): SqliteReplayStore {
  if (typeof options !== 'object' || options === null)
    throw mustBe('options', 'an object with `path`', options);
  const { now = Date.now } = options;
  if (typeof now !== 'function') throw mustBe('now', 'a function', now);
  return new ReplayStoreOfFile(checkedPath(options.path), now);
}

/** Each call is one transaction. */
class ReplayStoreOfFile implements SqliteReplayStore {
  readonly shared = true;
  readonly #path: string;
  readonly #now: Now;
  readonly #statements = new Map<StatementName, StatementSync>();
  #database: DatabaseSync | undefined;
  #isClosed = false;

  constructor(path: string, now: Now) {
    this.#path = path;
    this.#now = now;
  }

  close(): void {
    this.#isClosed = true;
    this.#database?.close();
    this.#database = undefined;
  }

  claim({ key, token }: Claim, { leaseMs }: { readonly leaseMs: number }): ClaimAnswer {
    return this.#transaction((nowMs) => {
      if (this.#run('take', nowMs, key, token, Math.ceil(leaseMs)) > 0) return 'claimed';
      return this.#of('known').get(key)?.['is_committed'] === 1 ? 'done' : 'in_progress';
    });
  }

  commit({ key, token }: Claim, { ttlMs }: { readonly ttlMs: number }): boolean {
    return this.#transaction((nowMs) => {
      if (this.#run('commit', nowMs, key, token, Math.ceil(ttlMs)) === 0) return false;
      this.#run('forget', nowMs);
      return true;
    });
  }

  release({ key, token }: Claim): void {
    this.#transaction(() => this.#run('release', key, token));
  }

  #transaction<T>(step: (nowMs: number) => T): T {
    const database = this.#opened();
    return transaction(database, () => step(Math.floor(this.#now())));
  }

  #opened(): DatabaseSync {
    if (this.#isClosed) throw new Error(`the replay store ${this.#path} is closed`);
    this.#database ??= openDatabase(this.#path, replayArea);
    return this.#database;
  }

  #run(name: StatementName, ...values: readonly SQLInputValue[]): number {
    return Number(this.#of(name).run(...values).changes);
  }

  #of(name: StatementName): StatementSync {
    let statement = this.#statements.get(name);
    if (statement === undefined) {
      statement = this.#opened().prepare(replaySql[name]);
      this.#statements.set(name, statement);
    }
    return statement;
  }
}
