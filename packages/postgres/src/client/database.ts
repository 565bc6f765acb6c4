import { mustBe } from '@countersign/core/strict';
import { outliveCuts } from './cut-connections.js';
import { isOfPg, preparing } from './named-statements.js';
import { serverCode } from './server-errors.js';
import type { Row, SqlClient, SqlConnection, SqlPool } from './sql-client.js';

/** What every store of this package is told. */
export interface DatabaseOptions {
  /** A `Pool` of `pg`, or `fromPostgresJs(sql)`. It is the caller's: nothing here closes it. */
  readonly client: SqlPool;
  /** The schema that holds the tables, made where there is none. Default `countersign`. */
  readonly schema?: string | undefined;
  /**
   * Whether a pool of `pg` prepares statements on each connection. Default `true`. `false` behind PgBouncer in
   * transaction mode before 1.21, or without `max_prepared_statements`.
   */
  readonly prepare?: boolean | undefined;
}

/** How often a transaction is tried in which others stood in its way. */
const TRIES = 5;
const MADE_ANEW = ['40001', '40P01']; // serialization_failure, deadlock_detected
/** Less than a lease. */
const IDLE_IN_TRANSACTION_MS = 10_000;
/**
 * Whatever the database's defaults are: every statement sees what others have committed before it, and the locks of a
 * process that is stopped, or whose machine is gone, do not outlive its leases.
 */
const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`;
const SCHEMA = /^[a-z_][a-z0-9_]{0,62}$/;

/** Others have changed what a transaction rests on: it is made anew. */
export class StandsInTheWay extends Error {}

/** The caller's database, as far as the stores of this package use it. */
export class Database implements SqlClient {
  readonly schema: string;
  readonly #pool: SqlPool;
  readonly #prepares: boolean;

  constructor(options: DatabaseOptions) {
    if (typeof options !== 'object' || options === null)
      throw mustBe('options', 'an object with `client`', options);
    const { client, schema = 'countersign', prepare = true } = options;
    if (!isPool(client))
      throw mustBe('client', 'a Pool of pg, or what `fromPostgresJs` makes of a client', client);
    if (typeof schema !== 'string' || !SCHEMA.test(schema)) {
      throw mustBe('schema', '1 to 63 of a-z, 0-9 and _, beginning with no digit', schema);
    }
    if (typeof prepare !== 'boolean') throw mustBe('prepare', 'true or false', prepare);
    outliveCuts(client);
    this.#pool = client;
    this.#prepares = prepare && isOfPg(client);
    this.schema = schema;
  }

  async query(text: string, values: unknown[] = []): Promise<{ readonly rows: readonly Row[] }> {
    return this.#prepared(this.#pool).query(text, values);
  }

  /** One statement that is not begun after the abort, also where it has waited for a connection until then. */
  async queryBefore(signal: AbortSignal, text: string, values: unknown[]): Promise<readonly Row[]> {
    const connection = await this.#pool.connect();
    if (signal.aborted) {
      connection.release();
      throw signal.reason;
    }
    try {
      const { rows } = await this.#prepared(connection).query(text, values);
      connection.release();
      return rows;
    } catch (error) {
      connection.release(error instanceof Error ? error : new Error('the connection is lost'));
      throw error;
    }
  }

  /** Several statements, whole or not at all; again, where the server has chosen this one to give way. */
  async transaction<T>(work: (client: SqlClient) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#transactionOnce(work);
      } catch (error) {
        const isMadeAnew = error instanceof StandsInTheWay || MADE_ANEW.includes(serverCode(error) ?? '');
        if (tries >= TRIES || !isMadeAnew) throw error;
      }
    }
  }

  /** The connections of a pool of `pg` are its clients. */
  #prepared(client: SqlClient): SqlClient {
    return this.#prepares ? preparing(client) : client;
  }

  async #transactionOnce<T>(work: (client: SqlClient) => Promise<T>): Promise<T> {
    const connection = await this.#pool.connect();
    try {
      await connection.query(BEGIN, []);
      const result = await work(this.#prepared(connection));
      await connection.query('COMMIT', []);
      connection.release();
      return result;
    } catch (error) {
      await giveUp(connection, error);
      throw error;
    }
  }
}

/** Only a connection that has rolled back goes back to the others. */
async function giveUp(connection: SqlConnection, error: unknown): Promise<void> {
  try {
    await connection.query('ROLLBACK', []);
    connection.release();
  } catch {
    connection.release(error instanceof Error ? error : new Error('the connection is lost'));
  }
}

function isPool(client: unknown): client is SqlPool {
  return (
    typeof client === 'object' &&
    client !== null &&
    'query' in client &&
    typeof client.query === 'function' &&
    'connect' in client &&
    typeof client.connect === 'function'
  );
}
