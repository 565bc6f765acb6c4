import type { Row, SqlClient } from './sql-client.js';
import { refuseWholeClient } from './whole-client.js';

/** A statement as Kysely runs it. */
export interface KyselyStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly query: {
    readonly kind: 'RawNode';
    readonly sqlFragments: readonly string[];
    readonly parameters: [];
  };
  readonly queryId: { readonly queryId: string };
}

/** A transaction of Kysely, as far as it is used. */
export interface KyselyTransaction {
  executeQuery(query: KyselyStatement): PromiseLike<{ readonly rows: readonly unknown[] }>;
  /** `false` of a whole client. */
  readonly isTransaction: true;
}

const MARK = {
  field: 'trx',
  library: 'Kysely',
  isTransaction: (given: object) => 'isTransaction' in given && given.isTransaction === true,
};

/**
 * Kysely: its transaction. Throws a `ConfigurationError` for anything else.
 *
 * @example
 * await database.transaction().execute(async (trx) => {
 *   await trx.insertInto('orders').values({ id }).execute();
 *   await sender.send({ type: 'order.placed', data: { id } }, { transaction: fromKysely(trx) });
 * });
 */
export function fromKysely(trx: KyselyTransaction): SqlClient {
  refuseWholeClient(trx, MARK);
  return {
    async query(text, parameters) {
      const query = { kind: 'RawNode', sqlFragments: [text], parameters: [] } as const;
      const statement = { sql: text, parameters, query: { ...query, parameters: [] as [] } };
      const { rows } = await trx.executeQuery({ ...statement, queryId: { queryId: 'countersign' } });
      return { rows: rows.filter(isRow) };
    },
  };
}

function isRow(row: unknown): row is Row {
  return typeof row === 'object' && row !== null;
}
