import type { Pool, PoolClient } from 'pg';

/** Runs some statements, whole or not at all. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    // A connection that cannot even roll back is closed.
    await client.query('ROLLBACK').then(
      () => client.release(),
      (cause) => client.release(cause),
    );
    throw error;
  }
}
