import { randomBytes } from 'node:crypto';
import { Pool } from 'pg';
import { onTestFinished } from 'vitest';
import { databaseUrl } from './services.js';

/** Connections that are closed when the test ends. */
export function testPool(options: { readonly max?: number; readonly url?: string } = {}): Pool {
  const { max = 6, url = databaseUrl } = options;
  const pool = new Pool({ connectionString: url, max });
  // A connection that ends while it is idle, as in tests that end them.
  pool.on('error', () => {});
  onTestFinished(() => pool.end());
  return pool;
}

/** The name of a schema that is dropped when the test ends. */
export function testSchema(pool: Pool): string {
  const schema = `test_${randomBytes(6).toString('hex')}`;
  onTestFinished(async () => {
    await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  });
  return schema;
}
