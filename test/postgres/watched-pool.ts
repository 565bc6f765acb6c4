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
  const explainAlone = async (client: SqlClient, text: string, values: unknown[]): Promise<void> => {
    await client.query('BEGIN', []);
    await explain(client, text, values);
    await client.query('ROLLBACK', []);
  };
  const client: SqlPool = {
    async query(text, values) {
      const connection = await pool.connect();
      try {
        await explainAlone(connection, text, values);
      } finally {
        connection.release();
      }
      return pool.query(text, values);
    },
    async connect() {
      const connection = await pool.connect();
      let hasBegun = false;
      return {
        async query(text, values) {
          hasBegun ||= text.startsWith('BEGIN');
          await (hasBegun ? explain : explainAlone)(connection, text, values);
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
