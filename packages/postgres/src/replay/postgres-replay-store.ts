import {
  type Claim,
  type ClaimAnswer,
  ConfigurationError,
  type ReplayStore,
  WebhookError,
} from '@countersign/core';
import { finiteNumber, mustBe, untilAborted } from '@countersign/core/strict';
import { Database, type DatabaseOptions } from '../client/database.js';
import { oneOf } from '../client/row.js';
import type { Row, SqlClient } from '../client/sql-client.js';
import { transactionFault } from '../client/transaction.js';
import { migrate } from '../schema/migrate.js';
import { replayArea } from './schema.js';
import { replaySql } from './sql.js';

const DEFAULT_TTL_MS = 7 * 24 * 3_600_000;
const ANSWERS = ['claimed', 'in_progress', 'done'] as const;
/** Expired keys go five times as fast as new ones come, a batch at the first commit and after each so many. */
const COMMITS_PER_BATCH = 100;
const BATCH = 500;

/** Options of {@link postgresReplayStore}. */
export type PostgresReplayStoreOptions = DatabaseOptions;

type ReceiverCommit = Parameters<ReplayStore['commit']>[1];

/** How {@link PostgresReplayStore.commit} commits within a handler. */
export interface TransactionCommit {
  /** The handler's open transaction: a client of `pg`, or what an adapter such as `fromDrizzle` makes of one. */
  readonly transaction: SqlClient;
  /** How long copies are refused if the receiver's own commit never comes, in milliseconds. Default 7 days. */
  readonly ttlMs?: number | undefined;
  /** At least so long, where it is more than `ttlMs`. */
  readonly guardMs?: number | undefined;
}

/** A replay store that several processes share. */
export interface PostgresReplayStore extends ReplayStore {
  /** What the receiver calls when a handler has succeeded. */
  commit(claim: Claim, options: ReceiverCommit): Promise<boolean>;
  /**
   * Marks the key of `context.claim` as processed in the handler's own transaction: what the handler writes there and
   * the commit happen together or not at all. The receiver's commit afterwards finds it, and sets its own horizons.
   *
   * Rejects with a `WebhookError` (`claim_lost`) where another process has taken the key: let the transaction roll
   * back. Rejects with a `ConfigurationError` for options that cannot work.
   *
   * Call it first in a transaction of the level REPEATABLE READ or SERIALIZABLE: a lease that is extended between its
   * beginning and this call ends it there (`40001`).
   *
   * @example
   * receiver.on('invoice.paid', async (event, { claim }) => {
   *   await database.transaction(async (tx) => {
   *     await tx.insert(paid).values({ id: event.id });
   *     await replay.commit(claim, { transaction: fromDrizzle(tx, sql) });
   *   });
   * });
   */
  commit(claim: Claim | undefined, options: TransactionCommit): Promise<void>;
}

/**
 * A replay store in PostgreSQL 13 or later, for receivers in several processes. Its table is made by the first call, in
 * the schema that it shares with the other stores of this package. Time is the database's. Expired keys are deleted in
 * small batches, beside commits.
 *
 * A handler's transaction that has committed its claim holds up nobody: copies are told to come back. A transaction
 * that never ends holds its key for ever: set `idle_in_transaction_session_timeout`.
 *
 * Throws a `ConfigurationError` for options that cannot work. The pool needs room beside the transactions of handlers,
 * or one of its own: a call that gets no connection in time is a 503. `connectionTimeoutMillis` and `query_timeout` of a
 * `Pool` end connections that a machine which is gone has left behind: without them the receiver answers 503 until the
 * system gives them up.
 *
 * @example
 * const replay = postgresReplayStore({ client: new Pool({ connectionString: process.env.DATABASE_URL }) });
 * createReceiver({ provider: github, secrets: () => process.env.WEBHOOK_SECRET, replay });
 */
export function postgresReplayStore(options: PostgresReplayStoreOptions): PostgresReplayStore {
  return new ReplayStoreOfDatabase(new Database(options));
}

class ReplayStoreOfDatabase implements PostgresReplayStore {
  readonly shared = true;
  readonly #database: Database;
  readonly #sql: ReturnType<typeof replaySql>;
  #ready: Promise<void> | undefined;
  #commits = 0;

  constructor(database: Database) {
    this.#database = database;
    this.#sql = replaySql(database.schema);
  }

  async claim(
    { key, token }: Claim,
    { leaseMs, signal }: Parameters<ReplayStore['claim']>[1],
  ): Promise<ClaimAnswer> {
    const [row] = await untilAborted(signal, async () => {
      await this.#prepared();
      // What nobody waits for any more takes no lease. What gives one back may come late.
      return this.#database.queryBefore(signal, this.#sql.claim, [key, token, Math.ceil(leaseMs)]);
    });
    return oneOf(row ?? {}, 'answer', ANSWERS);
  }

  commit(claim: Claim, options: ReceiverCommit): Promise<boolean>;
  commit(claim: Claim | undefined, options: TransactionCommit): Promise<void>;
  async commit(claim: Claim | undefined, options: ReceiverCommit | TransactionCommit): Promise<unknown> {
    if (claim === undefined) throw mustBe('claim', 'the `claim` of the handler’s context', claim);
    if ('transaction' in options) return this.#commitWithin(claim, options);
    const { ttlMs, signal } = options;
    const rows = await this.#run(signal, this.#sql.commit, [claim.key, claim.token, Math.ceil(ttlMs)]);
    this.#forgetSome();
    return rows.length > 0;
  }

  async release({ key, token }: Claim, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    await this.#run(signal, this.#sql.release, [key, token]);
  }

  async #commitWithin(
    { key, token }: Claim,
    { transaction, ttlMs = DEFAULT_TTL_MS, guardMs = 0 }: TransactionCommit,
  ): Promise<void> {
    const fault = transactionFault(transaction);
    if (fault !== undefined) throw new ConfigurationError('invalid_option', `\`transaction\` ${fault}`);
    const keptMs = Math.max(finiteNumber('ttlMs', ttlMs, 1), finiteNumber('guardMs', guardMs, 0));
    const { rows } = await transaction.query(this.#sql.commit, [key, token, Math.ceil(keptMs)]);
    if (rows.length === 0)
      throw new WebhookError('claim_lost', 'the lease ended, and another process has taken the claim');
  }

  #run(signal: AbortSignal, statement: string, values: unknown[]): Promise<readonly Row[]> {
    return untilAborted(signal, async () => {
      await this.#prepared();
      return (await this.#database.query(statement, values)).rows;
    });
  }

  #forgetSome(): void {
    const isTurn = this.#commits % COMMITS_PER_BATCH === 0;
    this.#commits += 1;
    // Nobody waits for it; where it fails, the next batch takes the same keys.
    if (isTurn) void this.#database.query(this.#sql.forget, [BATCH]).catch(() => {});
  }

  #prepared(): Promise<void> {
    this.#ready ??= migrate(this.#database, replayArea).catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }
}
