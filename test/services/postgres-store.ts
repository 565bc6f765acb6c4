import { postgresStore } from '@countersign/postgres';
import type { DeliveryStore } from '@countersign/sender';
import { fakeClock } from '@countersign/testing';
import type { Pool } from 'pg';

/** A store of a schema for many cases, one after the other, with a clock that stands still. */
export interface StoreOfCases {
  /** Open, and empty. */
  next(): Promise<{ readonly store: DeliveryStore; readonly advance: (ms: number) => Promise<void> }>;
}

/** All tables of a schema are emptied before each case. */
export function storeOfCases(pool: Pool, schema: string): StoreOfCases {
  return {
    async next() {
      const { now, advance } = fakeClock();
      const store = postgresStore({ client: pool, schema, now });
      await store.open();
      const { rows } = await pool.query<{ name: string }>(
        `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
         WHERE schemaname = $1 AND tablename <> 'schema_versions'`,
        [schema],
      );
      await pool.query(`TRUNCATE ${rows.map(({ name }) => name).join(', ')}`);
      return { store, advance };
    },
  };
}
