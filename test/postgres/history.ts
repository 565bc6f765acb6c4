import type { Pool } from 'pg';

/** Fills a record with what has come to its end: so many events of an endpoint, every other of them failed. */
export async function addHistory(
  pool: Pool,
  schema: string,
  endpointId: string,
  count: number,
): Promise<void> {
  const status = `CASE WHEN n % 2 = 0 THEN 'failed' ELSE 'delivered' END`;
  await pool.query(
    `INSERT INTO ${schema}.events (id, tenant, type, timestamp, created_at, digest, data)
     SELECT 'old_' || n, 'acme', 'job.done', 1000, 1000, 'digest', '{}' FROM generate_series(1, $1::integer) n`,
    [count],
  );
  await pool.query(
    `INSERT INTO ${schema}.deliveries
       (event, lane, created_at, finished_at, attempts, blocked, status, id, tenant)
     SELECT e.seq, l.seq, 1000, 1000, 1, false, ${status}, 'old_dlv_' || n, 'acme'
     FROM generate_series(1, $1::integer) n
     JOIN ${schema}.events e ON e.id = 'old_' || n JOIN ${schema}.lanes l ON l.endpoint_id = $2`,
    [count, endpointId],
  );
  await pool.query(
    `INSERT INTO ${schema}.attempts (delivery, number, at, duration_ms, status)
     SELECT seq, 1, 1000, 12, 200 FROM ${schema}.deliveries`,
  );
  await pool.query('ANALYZE');
}
