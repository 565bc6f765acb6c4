import type { Row, SqlClient, SqlConnection, SqlPool } from './sql-client.js';

/** All that the statements of this package are given. */
type Value = string | number | boolean | null;

/** The `sql` of a transaction of postgres.js, as far as it is used. */
export interface PostgresJsTransaction {
  unsafe(text: string, values: Value[]): PromiseLike<readonly Row[]>;
}

/** A client of postgres.js, as far as it is used. */
export interface PostgresJs extends PostgresJsTransaction {
  reserve(): Promise<PostgresJsTransaction & { release(): void }>;
}

/**
 * postgres.js: its client, for `postgresStore({ client: fromPostgresJs(sql) })`, or the `sql` of its transaction.
 *
 * @example
 * await sql.begin(async (tx) => {
 *   await tx`INSERT INTO orders (id) VALUES (${id})`;
 *   await sender.send({ type: 'order.placed', data: { id } }, { transaction: fromPostgresJs(tx) });
 * });
 */
export function fromPostgresJs(sql: PostgresJs): SqlPool;
export function fromPostgresJs(sql: PostgresJsTransaction): SqlClient;
export function fromPostgresJs(sql: PostgresJsTransaction | PostgresJs): SqlClient | SqlPool {
  return 'reserve' in sql ? poolOf(sql) : clientOf(sql);
}

function clientOf(sql: PostgresJsTransaction): SqlClient {
  return {
    query: async (text, values) => ({ rows: await sql.unsafe(text, values.map(checkedValue)) }),
  };
}

function poolOf(sql: PostgresJs): SqlPool {
  return {
    ...clientOf(sql),
    async connect(): Promise<SqlConnection> {
      const reserved = await sql.reserve();
      return { ...clientOf(reserved), release: () => reserved.release() };
    },
  };
}

function checkedValue(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value === null) return null;
  throw new TypeError(`a statement is given a value of no column: ${typeof value}`);
}
