import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { mustBe } from '../errors/describe.js';
import type {
  FailedDeliveries,
  Inbox,
  InboxSettlement,
  StoredDelivery,
  TakenDelivery,
} from '../inbox/port.js';
import type { Claim } from '../replay/port.js';
import type { Now } from '../time/clock.js';
import { factsText, failedDelivery, leaseOf, rowNumber, takenDelivery } from './inbox-rows.js';
import { inboxArea, inboxSql } from './inbox-sql.js';
import { checkedPath, openDatabase } from './open-database.js';
import { transaction } from './transaction.js';

const MOST_LISTED = 1000;
type StatementName = keyof typeof inboxSql;

/** Options of {@link sqliteInbox}. */
export interface SqliteInboxOptions {
  /** The database file, made where there is none. */
  readonly path: string;
  /** Epoch milliseconds; default `Date.now`. */
  readonly now?: Now | undefined;
}

/** An inbox in a file. */
export interface SqliteInbox extends Inbox {
  /** Closes the file; calls after it reject. What is in it stays. */
  close(): void;
}

/**
 * An inbox in a SQLite file, for `ack: 'before'` on one machine, whose processes may share it. What is put survives a
 * loss of power. It needs Node.js 22.13 or later. The file is opened by the first call.
 *
 * Throws a `ConfigurationError` for options that cannot work; calls reject with one where the file is another
 * program's or cannot be made.
 *
 * @example
 * const inbox = sqliteInbox({ path: 'inbox.db' });
 * const receiver = createReceiver({ secrets: () => process.env.WEBHOOK_SECRET, ack: 'before', inbox })
 *   .on('invoice.paid', (event) => book(event.data));
 * await runInbox(receiver);
 */
export function sqliteInbox(options: SqliteInboxOptions): SqliteInbox {
  if (typeof options !== 'object' || options === null)
    throw mustBe('options', 'an object with `path`', options);
  const { now = Date.now } = options;
  if (typeof now !== 'function') throw mustBe('now', 'a function', now);
  return new InboxOfFile(checkedPath(options.path), now);
}

/** Each call is one transaction. */
class InboxOfFile implements SqliteInbox {
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

  async put(
    delivery: StoredDelivery,
    { rememberMs }: { readonly rememberMs: number },
  ): Promise<'stored' | 'known'> {
    const { key, receiver, headers, body } = delivery;
    return this.#transaction((nowMs) => {
      this.#run('forget', nowMs, key);
      const facts = factsText(delivery);
      const row = [key, Math.ceil(rememberMs), receiver, facts, headers, body];
      return this.#run('put', nowMs, ...row) === 0 ? 'known' : 'stored';
    });
  }

  async take({ receiver, limit, leaseMs }: Parameters<Inbox['take']>[0]): Promise<readonly TakenDelivery[]> {
    return this.#transaction((nowMs) => {
      const due = this.#of('due').all(nowMs, receiver, limit).map(takenDelivery);
      for (const { claim } of due) {
        const [seq = 0] = leaseOf(claim) ?? [];
        this.#run('take', nowMs, seq, Math.ceil(leaseMs));
      }
      return due;
    });
  }

  async renew(
    claims: readonly Claim[],
    { leaseMs }: { readonly leaseMs: number },
  ): Promise<readonly Claim[]> {
    if (claims.length === 0) return [];
    return this.#transaction((nowMs) =>
      claims.filter((claim) => {
        const lease = leaseOf(claim);
        if (lease === undefined || this.#of('own').get(...lease) === undefined) return false;
        this.#run('extend', nowMs, ...lease, Math.ceil(leaseMs));
        return true;
      }),
    );
  }

  async settle(claim: Claim, settlement: InboxSettlement): Promise<boolean> {
    const lease = leaseOf(claim);
    if (lease === undefined) return false;
    return this.#transaction((nowMs) => {
      const isSettled = this.#run(settlement.kind, nowMs, ...lease, ...detailsOf(settlement)) > 0;
      // Nobody else has taken it: then this token has settled it before.
      return isSettled || this.#of('own').get(...lease) !== undefined;
    });
  }

  async failed({
    receiver,
    limit = 100,
    cursor,
  }: Parameters<Inbox['failed']>[0] = {}): Promise<FailedDeliveries> {
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST_LISTED)
      throw mustBe('limit', `a whole number from 1 to ${MOST_LISTED}`, limit);
    const before = cursor === undefined ? null : rowNumber(cursor);
    if (before === undefined) throw mustBe('cursor', 'a `nextCursor`', cursor);
    const rows = this.#of('listFailed').all(receiver ?? null, before, limit + 1);
    const data = rows.slice(0, limit).map(failedDelivery);
    return { data, nextCursor: rows.length > limit ? data.at(-1)?.id : undefined };
  }

  async requeue(ids: readonly string[]): Promise<number> {
    const numbers = new Set(ids.map(rowNumber));
    return this.#transaction((nowMs) => {
      let requeued = 0;
      for (const seq of numbers) if (seq !== undefined) requeued += this.#run('requeue', nowMs, seq);
      return requeued;
    });
  }

  async prune({ receiver, doneMs, failedMs, limit }: Parameters<Inbox['prune']>[0]): Promise<number> {
    const horizons = [Math.floor(doneMs), failedMs === undefined ? null : Math.floor(failedMs)];
    return this.#transaction((nowMs) => this.#run('prune', nowMs, receiver, ...horizons, limit));
  }

  #transaction<T>(step: (nowMs: number) => T): T {
    const database = this.#opened();
    return transaction(database, () => step(Math.floor(this.#now())));
  }

  #opened(): DatabaseSync {
    if (this.#isClosed) throw new Error(`the inbox ${this.#path} is closed`);
    this.#database ??= openDatabase(this.#path, inboxArea);
    return this.#database;
  }

  #run(name: StatementName, ...values: readonly SQLInputValue[]): number {
    return Number(this.#of(name).run(...values).changes);
  }

  #of(name: StatementName): StatementSync {
    let statement = this.#statements.get(name);
    if (statement === undefined) {
      statement = this.#opened().prepare(inboxSql[name]);
      this.#statements.set(name, statement);
    }
    return statement;
  }
}

/** What a settlement says beside its kind, as the values of its statement. */
function detailsOf(settlement: InboxSettlement): readonly SQLInputValue[] {
  if (settlement.kind === 'retry') return [Math.ceil(settlement.delayMs), JSON.stringify(settlement.error)];
  return settlement.kind === 'failed' ? [JSON.stringify(settlement.error)] : [];
}
