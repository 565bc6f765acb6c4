import {
  type Claim,
  ConfigurationError,
  type FailedDeliveries,
  type Inbox,
  type InboxSettlement,
  type Now,
  type StoredDelivery,
  WebhookError,
} from '@countersign/core';
import { mustBe } from '@countersign/core/strict';
import { Database, type DatabaseOptions } from '../client/database.js';
import { number } from '../client/row.js';
import type { Row, SqlClient } from '../client/sql-client.js';
import { transactionFault } from '../client/transaction.js';
import { migrate } from '../schema/migrate.js';
import { base64, factsText, failedDelivery, isRowNumber, leaseOf, takenDelivery } from './rows.js';
import { inboxArea } from './schema.js';
import { inboxSql } from './sql.js';

/** Between a key that is found and its end somebody else may put it again: then it is known. */
const PUT_TRIES = 3;
const MOST_LISTED = 1000;

/** Options of {@link postgresInbox}. */
export interface PostgresInboxOptions extends DatabaseOptions {
  /** Epoch milliseconds, for tests; default: the database's clock, which all processes share. */
  readonly now?: Now | undefined;
}

/** An inbox that several processes share. */
export interface PostgresInbox extends Inbox {
  /**
   * Marks the delivery of `context.claim` as done in the handler's own transaction: what the handler writes there and
   * the end of the delivery happen together or not at all. Rejects with a `WebhookError` (`claim_lost`) where somebody
   * else has taken the delivery: let the transaction roll back.
   */
  commit(claim: Claim | undefined, options: { readonly transaction: SqlClient }): Promise<void>;
}

/**
 * An inbox in PostgreSQL 13 or later, for `ack: 'before'`. Its table is made by the first call, in the schema that it
 * shares with the other stores of this package. Several processes take from it at once (`SKIP LOCKED`).
 *
 * Throws a `ConfigurationError` for options that cannot work. `connectionTimeoutMillis` and `query_timeout` of a
 * `Pool` bound how long a call waits for a server that is away.
 *
 * @example
 * const inbox = postgresInbox({ client: new Pool({ connectionString: process.env.DATABASE_URL }) });
 * const receiver = createReceiver({ secrets: () => process.env.WEBHOOK_SECRET, ack: 'before', inbox })
 *   .on('invoice.paid', (event) => book(event.data));
 * await runInbox(receiver);
 */
export function postgresInbox(options: PostgresInboxOptions): PostgresInbox {
  const database = new Database(options);
  if (options.now !== undefined && typeof options.now !== 'function')
    throw mustBe('now', 'a function', options.now);
  return new InboxOfDatabase(database, options.now);
}

class InboxOfDatabase implements PostgresInbox {
  readonly #database: Database;
  readonly #sql: ReturnType<typeof inboxSql>;
  readonly #clock: Now | undefined;
  #ready: Promise<void> | undefined;

  constructor(database: Database, clock: Now | undefined) {
    this.#database = database;
    this.#sql = inboxSql(database.schema);
    this.#clock = clock;
  }

  async put(
    delivery: StoredDelivery,
    { rememberMs }: { readonly rememberMs: number },
  ): Promise<'stored' | 'known'> {
    const { key, receiver, headers } = delivery;
    // Made before anything is waited for: the caller may change its bytes afterwards.
    const row = [key, Math.ceil(rememberMs), receiver, factsText(delivery), headers, base64(delivery.body)];
    for (let tries = 0; tries < PUT_TRIES; tries += 1) {
      if ((await this.#run(this.#sql.put, [this.#now(), ...row])).length > 0) return 'stored';
      if ((await this.#run(this.#sql.forget, [this.#now(), key])).length === 0) return 'known';
    }
    return 'known';
  }

  async take({ receiver, limit, leaseMs }: Parameters<Inbox['take']>[0]) {
    const values = [this.#now(), receiver, limit, Math.ceil(leaseMs)];
    const rows = await this.#run(this.#sql.take, values);
    const byTime = [...rows].sort((a, b) => number(a, 'was_due') - number(b, 'was_due'));
    return byTime.map(takenDelivery);
  }

  async renew(claims: readonly Claim[], { leaseMs }: { readonly leaseMs: number }) {
    const leases = JSON.stringify(claims.map(leaseOf).filter((lease) => lease !== undefined));
    if (leases === '[]') return [];
    await this.#run(this.#sql.renew, [this.#now(), leases, Math.ceil(leaseMs)]);
    const own = new Set((await this.#run(this.#sql.own, [leases])).map(tokenOf));
    return claims.filter(({ token }) => own.has(token));
  }

  async settle(claim: Claim, settlement: InboxSettlement): Promise<boolean> {
    await this.#prepared();
    return this.#settleBy(this.#database, claim, settlement);
  }

  async failed({
    receiver,
    limit = 100,
    cursor,
  }: Parameters<Inbox['failed']>[0] = {}): Promise<FailedDeliveries> {
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST_LISTED)
      throw mustBe('limit', `a whole number from 1 to ${MOST_LISTED}`, limit);
    if (cursor !== undefined && !isRowNumber(cursor)) throw mustBe('cursor', 'a `nextCursor`', cursor);
    const rows = await this.#run(this.#sql.listFailed, [receiver ?? null, cursor ?? null, limit + 1]);
    const data = rows.slice(0, limit).map(failedDelivery);
    return { data, nextCursor: rows.length > limit ? data.at(-1)?.id : undefined };
  }

  async requeue(ids: readonly string[]): Promise<number> {
    const numbers = JSON.stringify(ids.filter(isRowNumber));
    return (await this.#run(this.#sql.requeue, [this.#now(), numbers])).length;
  }

  async prune({ receiver, doneMs, failedMs, limit }: Parameters<Inbox['prune']>[0]): Promise<number> {
    const horizons = [Math.floor(doneMs), failedMs === undefined ? null : Math.floor(failedMs)];
    return (await this.#run(this.#sql.prune, [this.#now(), receiver, ...horizons, limit])).length;
  }

  async commit(
    claim: Claim | undefined,
    { transaction }: { readonly transaction: SqlClient },
  ): Promise<void> {
    if (claim === undefined) throw mustBe('claim', 'the `claim` of the handler’s context', claim);
    const fault = transactionFault(transaction);
    if (fault !== undefined) throw new ConfigurationError('invalid_option', `\`transaction\` ${fault}`);
    if (await this.#settleBy(transaction, claim, { kind: 'done' })) return;
    throw new WebhookError('claim_lost', 'the lease ended, and another process has taken the delivery');
  }

  async #settleBy(client: SqlClient, claim: Claim, settlement: InboxSettlement): Promise<boolean> {
    const lease = leaseOf(claim);
    if (lease === undefined) return false;
    const values = [this.#now(), lease.seq, lease.lease, ...detailsOf(settlement)];
    if ((await client.query(this.#sql[settlement.kind], values)).rows.length > 0) return true;
    // Nobody else has taken it: then this token has settled it before.
    return (await client.query(this.#sql.own, [JSON.stringify([lease])])).rows.length > 0;
  }

  async #run(statement: string, values: unknown[]): Promise<readonly Row[]> {
    await this.#prepared();
    return (await this.#database.query(statement, values)).rows;
  }

  #prepared(): Promise<void> {
    this.#ready ??= migrate(this.#database, inboxArea).catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  #now(): number | null {
    return this.#clock === undefined ? null : Math.floor(this.#clock());
  }
}

/** What a settlement says beside its kind, as the parameters of its statement. */
function detailsOf(settlement: InboxSettlement): readonly unknown[] {
  if (settlement.kind === 'retry') return [Math.ceil(settlement.delayMs), JSON.stringify(settlement.error)];
  return settlement.kind === 'failed' ? [JSON.stringify(settlement.error)] : [];
}

function tokenOf(row: Row): string {
  return `${String(row['seq'])}.${String(row['lease'])}`;
}
