import type { Pool } from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { testPool } from '../services/postgres.js';
import { describeWithPostgres } from '../services/services.js';
import { consume, lane, route } from './consumer.js';
import { bossQueue } from './pg-boss.js';
import { sharingCases } from './sharing.js';

async function jobsIn(pool: Pool, schema: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${schema}.job WHERE name = 'countersign'`,
  );
  return rows[0]?.count ?? Number.NaN;
}

/** A client that has begun a transaction. */
async function begun(pool: Pool) {
  const client = await pool.connect();
  onTestFinished(async () => {
    await client.query('ROLLBACK');
    client.release();
  });
  await client.query('BEGIN');
  return client;
}

describeWithPostgres('pgBossQueue', () => {
  sharingCases({
    async two() {
      const pool = testPool();
      const { queue, schema } = await bossQueue(pool);
      const waiting = (): Promise<number> => jobsIn(pool, schema);
      return [
        { queue, waiting },
        { queue: (await bossQueue(pool, schema)).queue, waiting },
      ];
    },
  });

  test('what is woken in a transaction comes with its commit, and not without', async () => {
    const pool = testPool();
    const { queue, schema } = await bossQueue(pool);
    const { woken } = consume(queue);
    const undone = await begun(pool);
    await queue.wake([route, lane('undone')], undone);
    const kept = await begun(pool);
    await queue.wake([lane('kept'), lane('later', 400)], kept);
    await queue.wake([lane('beside')]);
    await expect.poll(() => woken).toEqual(['beside']);
    await undone.query('ROLLBACK');
    const committedMs = Date.now();
    await kept.query('COMMIT');
    await expect.poll(() => woken, { interval: 5 }).toEqual(['beside', 'kept']);
    // By the notification of the commit.
    expect(Date.now() - committedMs).toBeLessThan(300);
    await expect.poll(() => woken).toEqual(['beside', 'kept', 'later']);
    await expect.poll(() => jobsIn(pool, schema)).toBe(0);
    expect(woken).toHaveLength(3);
  });

  test('two open transactions never wait for each other, nor anybody for them', async () => {
    const pool = testPool();
    const { queue } = await bossQueue(pool);
    const clients = [await begun(pool), await begun(pool)];
    for (const client of clients) await client.query("SET LOCAL lock_timeout = '500ms'");
    for (const wakes of [[route], [lane('a'), lane('b'), lane('a', 900)], [lane('b'), lane('a'), route]]) {
      for (const client of clients) await queue.wake(wakes, client);
      await queue.wake(wakes);
    }
    const { woken } = consume(queue);
    await expect.poll(() => new Set(woken)).toEqual(new Set(['route', 'a', 'b']));
    for (const client of clients) await client.query('COMMIT');
  });

  test('jobs of transactions, of which none knows another, are worked together', async () => {
    const pool = testPool();
    const { queue, schema } = await bossQueue(pool);
    const client = await begun(pool);
    for (let times = 0; times < 200; times += 1) await queue.wake([route], client);
    await client.query('COMMIT');
    const { woken } = consume(queue, { concurrency: 50 });
    await expect.poll(() => jobsIn(pool, schema)).toBe(0);
    expect(woken.length).toBeLessThan(12);
  });

  test('processes that wake the same endpoints at once, in any order, do not stop each other', async () => {
    const pool = testPool();
    const { queue, schema } = await bossQueue(pool);
    const { queue: other } = await bossQueue(pool, schema);
    const ids = Array.from({ length: 100 }, (_, index) => `ep_${index}`);
    const calls = Array.from({ length: 30 }, (_, times) => {
      const wakes = (times % 2 === 0 ? ids : ids.toReversed()).map((id) => lane(id));
      return (times % 3 === 0 ? queue : other).wake(wakes);
    });
    await Promise.all(calls);
    expect(await jobsIn(pool, schema)).toBe(100);
  });

  test('many processes that make the queue at once make one, with jobs that live short', async () => {
    const pool = testPool();
    const { queue, schema, boss } = await bossQueue(pool);
    const others = [await bossQueue(pool, schema), await bossQueue(pool, schema)];
    await Promise.all([queue, ...others.map((other) => other.queue)].map((one) => one.wake([lane('a')])));
    expect(await jobsIn(pool, schema)).toBe(1);
    expect(await boss.getQueues()).toMatchObject([
      { name: 'countersign', policy: 'short', retryLimit: 0, expireInSeconds: 60, deleteAfterSeconds: 60 },
    ]);
  });

  test('without notifications, a wake-up of another process comes within about half a second', async () => {
    const pool = testPool();
    const { queue, schema } = await bossQueue(pool, undefined, false);
    const { queue: other } = await bossQueue(pool, schema, false);
    const { woken } = consume(queue);
    await other.wake([lane('a')]);
    await expect.poll(() => woken, { timeout: 3000 }).toEqual(['a']);
  });

  test('an abort ends the consuming while the database does not answer', async () => {
    const pool = testPool();
    const { queue, schema } = await bossQueue(pool);
    const consumer = consume(queue);
    await queue.wake([lane('a')]);
    await expect.poll(() => consumer.woken).toEqual(['a']);
    const blocking = await begun(pool);
    await blocking.query(`LOCK TABLE ${schema}.job, ${schema}.job_common IN ACCESS EXCLUSIVE MODE`);
    await new Promise((resolve) => setTimeout(resolve, 700));
    consumer.abort();
    await expect.poll(() => consumer.hasEnded, { timeout: 2000 }).toBe(true);
  });

  test('where its connections are ended, consuming fails and can be begun again', async () => {
    const pool = testPool();
    const { queue, schema } = await bossQueue(pool);
    const first = consume(queue);
    await queue.wake([lane('a')]);
    await expect.poll(() => first.woken).toEqual(['a']);
    for (let times = 0; times < 3; times += 1) {
      await pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
        schema,
      ]);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const second = consume(queue);
    await expect
      .poll(() =>
        queue.wake([lane('b')]).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await expect.poll(() => [...first.woken, ...second.woken]).toContain('b');
  });

  test('what listens outlives what a fetch rejects with, and ends with the signal', async () => {
    const { boss, queue } = await bossQueue(testPool());
    const listen = vi.spyOn(boss.getDb(), 'listen');
    const abort = new AbortController();
    const consuming = (): Promise<void> =>
      queue.consume(async () => {}, { concurrency: 1, signal: abort.signal });
    vi.spyOn(boss, 'fetch').mockRejectedValueOnce(new Error('the database has gone'));
    await expect(consuming()).rejects.toThrow('has gone');
    const close = vi.spyOn(await listen.mock.results[0]?.value, 'close');

    const second = consuming();
    await queue.wake([lane('a')]);
    expect(listen).toHaveBeenCalledTimes(1);
    expect(close).not.toHaveBeenCalled();
    abort.abort();
    await second;
    expect(close).toHaveBeenCalledTimes(1);
  });
});
