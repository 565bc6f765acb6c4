import { postgresReplayStore } from '@countersign/postgres';
import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { replaySql } from '../../packages/postgres/src/replay/sql.js';
import { watchedPool } from '../postgres/watched-pool.js';
import { testPool, testSchema } from '../services/postgres.js';
import { describeWithPostgres } from '../services/services.js';
import { horizons, lease, newClaim, settling } from './claims.js';

/** Indexes that have grown by a level, or pages that are split just then. To read all would be 600 pages. */
const GROWTH = 16;

/** So many keys, expired so long ago; of negative times, that long from now. */
const addKeys = (pool: Pool, schema: string, count: number, agoMs: number) =>
  pool.query(
    `INSERT INTO ${schema}.replays (key, token, until, is_committed)
     SELECT gen_random_uuid(), 'gone', extract(epoch FROM now()) * 1000 - $2::bigint, true
     FROM generate_series(1, $1::integer)`,
    [count, agoMs],
  );

const countOf = async (pool: Pool, schema: string): Promise<number> =>
  Number((await pool.query(`SELECT count(*) FROM ${schema}.replays WHERE token = 'gone'`)).rows[0]?.count);

describeWithPostgres('keys in Postgres', () => {
  test('that have expired go in batches, at the first commit and after each hundred', async () => {
    const pool = testPool();
    const schema = testSchema(pool);
    const replay = postgresReplayStore({ client: pool, schema });
    const claim = newClaim();
    await replay.claim(claim, lease());
    await addKeys(pool, schema, 1200, 120_000);
    await addKeys(pool, schema, 3, 1000);
    await replay.commit(claim, horizons);
    await expect.poll(() => countOf(pool, schema)).toBe(703);
    for (let commits = 1; commits < 100; commits += 1) await replay.commit(claim, horizons);
    expect(await countOf(pool, schema)).toBe(703);
    await replay.commit(claim, horizons);
    await expect.poll(() => countOf(pool, schema)).toBe(203);
    await Promise.all(Array.from({ length: 100 }, () => replay.commit(claim, horizons)));
    // What has just expired is left to whoever takes it over.
    await expect.poll(() => countOf(pool, schema)).toBe(3);
  });

  test('cost the same to look up, however many there are', async () => {
    const pool = testPool();
    const schema = testSchema(pool);
    await postgresReplayStore({ client: pool, schema }).release(newClaim(), settling);
    const pagesWith = async (count: number) => {
      await addKeys(pool, schema, count, -60_000);
      await pool.query(`VACUUM ANALYZE ${schema}.replays`);
      const { client, pages } = watchedPool(pool, replaySql(schema));
      const replay = postgresReplayStore({ client, schema, prepare: false });
      const claim = newClaim();
      await replay.claim(claim, lease());
      await replay.claim(newClaim(claim.key), lease());
      await replay.commit(claim, horizons);
      await replay.release(claim, settling);
      await expect.poll(() => pages.size).toBe(4);
      return pages;
    };
    const few = await pagesWith(2000);
    const many = await pagesWith(50_000);
    for (const [name, count] of many) {
      expect(count, name).toBeLessThanOrEqual((few.get(name) ?? 0) + GROWTH);
    }
  });
});
