import { kindOf } from '@countersign/core/strict';
import { isOfPg } from './named-statements.js';

/** What only a transaction of a library has, and what makes a client of it. */
const ADAPTERS = [
  ['$queryRawUnsafe', 'fromPrisma(tx)'],
  ['executeQuery', 'fromKysely(trx)'],
  ['unsafe', 'fromPostgresJs(tx)'],
  ['raw', 'fromKnex(trx)'],
  ['execute', 'fromDrizzle(tx, sql)'],
] as const;

/** What a transaction must be, where it is something else; `undefined` for one that can be used. */
export function transactionFault(transaction: unknown): string | undefined {
  const isThing =
    (typeof transaction === 'object' && transaction !== null) || typeof transaction === 'function';
  if (!isThing) return `must be a client of pg that has begun a transaction, got ${kindOf(transaction)}`;
  if (isPool(transaction))
    return 'must be a client of pg that has begun a transaction, got a Pool: its statements may run on any connection';
  if ('query' in transaction && typeof transaction.query === 'function') return undefined;
  const [, adapter] = ADAPTERS.find(([name]) => name in transaction) ?? [];
  return adapter === undefined
    ? 'must be a client of pg that has begun a transaction, got something without `query`'
    : `must be a client of pg, or what an adapter makes: \`${adapter}\``;
}

/** Of `pg`, or what `fromPostgresJs` makes of a whole client. A connection of its own can be released or ended. */
function isPool(client: object): boolean {
  return isOfPg(client) || ('connect' in client && !('release' in client) && !('end' in client));
}
