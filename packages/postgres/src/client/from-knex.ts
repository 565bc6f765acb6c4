import { unnumbered } from './placeholders.js';
import type { Row, SqlClient } from './sql-client.js';
import { refuseWholeClient } from './whole-client.js';

/** A transaction of Knex over `pg`, as far as it is used. */
export interface KnexTransaction {
  raw(text: string, values: readonly unknown[]): PromiseLike<{ readonly rows: readonly Row[] }>;
  /** A whole client has none. */
  isCompleted(): boolean;
}

const MARK = { field: 'trx', library: 'Knex', isTransaction: (given: object) => 'isCompleted' in given };

/**
 * Knex: its transaction. Throws a `ConfigurationError` for anything else.
 *
 * @example
 * await knex.transaction(async (trx) => {
 *   await trx('orders').insert({ id });
 *   await sender.send({ type: 'order.placed', data: { id } }, { transaction: fromKnex(trx) });
 * });
 */
export function fromKnex(trx: KnexTransaction): SqlClient {
  refuseWholeClient(trx, MARK);
  return {
    async query(text, values) {
      const { parts, values: given } = unnumbered(text, values);
      // Any other question mark would be a placeholder, too.
      return trx.raw(parts.map((part) => part.replaceAll('?', '\\?')).join('?'), given);
    },
  };
}
