import { mustBe } from '@countersign/core/strict';
import { unnumbered } from './placeholders.js';
import type { Row, SqlClient } from './sql-client.js';
import { refuseWholeClient } from './whole-client.js';

/** A transaction of drizzle-orm over `pg` or postgres.js, as far as it is used. */
export interface DrizzleTransaction<Query> {
  execute(query: Query): PromiseLike<readonly Row[] | { readonly rows: readonly Row[] }>;
  /** A whole client has none. */
  rollback(): unknown;
}

/** The tag `sql` of drizzle-orm. */
export type DrizzleSql<Query> = (strings: TemplateStringsArray, ...values: unknown[]) => Query;

const MARK = { field: 'tx', library: 'Drizzle', isTransaction: (given: object) => 'rollback' in given };

/**
 * Drizzle: its transaction, and its tag `sql`. Throws a `ConfigurationError` for anything else.
 *
 * @example
 * import { sql } from 'drizzle-orm';
 *
 * await database.transaction(async (tx) => {
 *   await tx.insert(orders).values({ id });
 *   await sender.send({ type: 'order.placed', data: { id } }, { transaction: fromDrizzle(tx, sql) });
 * });
 */
export function fromDrizzle<Query>(tx: DrizzleTransaction<Query>, sql: DrizzleSql<Query>): SqlClient {
  refuseWholeClient(tx, MARK);
  if (typeof sql !== 'function') throw mustBe('sql', 'the tag `sql` of drizzle-orm', sql);
  return {
    async query(text, values) {
      const { parts, values: given } = unnumbered(text, values);
      const result = await tx.execute(sql(Object.assign([...parts], { raw: parts }), ...given));
      return { rows: 'rows' in result ? result.rows : result };
    },
  };
}
