import type { SqlPool } from '../client/sql-client.js';

/** Connections of the command's own. */
export interface OwnPool extends SqlPool {
  end(): Promise<void>;
}

/** `pg` is not installed. */
export class NoDriverError extends Error {}

/** Makes a pool; it connects with the first statement. */
export async function connect(url: string): Promise<OwnPool> {
  const { Pool } = await driver();
  const pool = new Pool({
    connectionString: url,
    max: 2,
    connectionTimeoutMillis: 10_000,
    application_name: 'countersign-postgres move',
  });
  // Of connections that idle. Those that are used reject what is under way.
  pool.on('error', () => {});
  return pool;
}

async function driver(): Promise<typeof import('pg')> {
  try {
    return await import('pg');
  } catch (cause) {
    throw new NoDriverError('the package pg is not installed: npm install pg', { cause });
  }
}
