import type { SqlClient, SqlPool } from '@countersign/postgres';
import type { Pool } from 'pg';
import { z } from 'zod';

/** How many pages of 8 KiB a statement has looked at, the most that it ever has. */
export type Pages = ReadonlyMap<string, number>;

/**
 * A pool that also has each statement explained, with what it really reads, in a savepoint that is rolled back. The
 * names are those of a table of statements; what is none of them is left alone.
 */
export function watchedPool(pool: Pool, statements: Readonly<Record<string, string>>) {
  const pages = new Map<string, number>();
  const names = new Map(Object.entries(statements).map(([name, text]) => [text, name]));
  const explain = async (client: SqlClient, text: string, values: unknown[]): Promise<void> => {
    const name = names.get(text);
    if (name === undefined) return;
    await client.query('SAVEPOINT explained', []);
    const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values);
    await client.query('ROLLBACK TO explained', []);
    pages.set(name, Math.max(pages.get(name) ?? 0, pagesOf(rows[0])));
  };
  const client: SqlPool = {
    async query(text, values) {
      const connection = await pool.connect();
      try {
        await connection.query('BEGIN');
        await explain(connection, text, values);
        await connection.query('ROLLBACK');
      } finally {
        connection.release();
      }
      return pool.query(text, values);
    },
    async connect() {
      const connection = await pool.connect();
      return {
        async query(text, values) {
          await explain(connection, text, values);
          return connection.query(text, values);
        },
        release: (error) => connection.release(error),
      };
    },
  };
  return { client, pages };
}

function pagesOf(row: Readonly<Record<string, unknown>> | undefined): number {
  const [{ Plan: plan }] = z
    .tuple([z.object({ Plan: z.record(z.string(), z.unknown()) })])
    .parse(row?.['QUERY PLAN']);
  return Number(plan['Shared Hit Blocks']) + Number(plan['Shared Read Blocks']);
}
