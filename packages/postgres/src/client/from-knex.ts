import { unnumbered } from './placeholders.js';
import type { Row, SqlClient } from './sql-client.js';

/** A transaction of Knex over `pg`, as far as it is used. */
export interface KnexTransaction {
  raw(text: string, values: readonly unknown[]): PromiseLike<{ readonly rows: readonly Row[] }>;
}

/**
 * Knex: its transaction.
 *
 * @example
 * await knex.transaction(async (trx) => {
 *   await trx('orders').insert({ id });
 *   await sender.send({ type: 'order.placed', data: { id } }, { transaction: fromKnex(trx) });
 * });
 */
export function fromKnex(trx: KnexTransaction): SqlClient {
  return {
    async query(text, values) {
      const { parts, values: given } = unnumbered(text, values);
      // Any other question mark would be a placeholder, too.
      return trx.raw(parts.map((part) => part.replaceAll('?', '\\?')).join('?'), given);
    },
  };
}
