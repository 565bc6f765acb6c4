import { Pool } from 'pg';
import { PgBoss } from 'pg-boss';
import { DATA } from '../../sender/payload.js';
import { DATABASE_URL, type Engine, type EngineSetting, timesOf } from '../engine.js';
import { posterTo } from '../post.js';

const BATCH = 1000;
const FETCHED_AT_ONCE = 100;
const QUEUE = 'deliveries';

interface Delivery {
  readonly endpoint: number;
  readonly data: unknown;
}

/**
 * What a team writes on pg-boss: a job for each delivery, fetched and completed in batches, the next one while the last
 * is under way. It logs no attempts and knows no endpoints.
 */
export async function pgBossByHand({ urls, connections, run }: EngineSetting): Promise<Engine> {
  const schema = `bench_${run}`;
  const options = { connectionString: DATABASE_URL, schema, max: 8 };
  const boss = new PgBoss({ ...options, supervise: false, schedule: false });
  boss.on('error', () => {});
  const pool = new Pool({ connectionString: DATABASE_URL, max: 2 });
  const poster = posterTo(urls, connections);
  const jobOf = (index: number) => ({ data: { endpoint: index % urls.length, data: DATA } });
  let isStarted = false;
  let isRunning = false;
  let loops: readonly Promise<void>[] = [];
  const begin = async (): Promise<void> => {
    if (isStarted) return;
    isStarted = true;
    await boss.start();
  };
  const loop = async (): Promise<void> => {
    while (isRunning) {
      const jobs = await boss.fetch<Delivery>(QUEUE, { batchSize: FETCHED_AT_ONCE });
      await Promise.all(jobs.map(({ id, data }) => poster.post(id, data.endpoint)));
      if (jobs.length > 0)
        await boss.complete(
          QUEUE,
          jobs.map(({ id }) => id),
        );
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return {
    async prepare() {
      await begin();
      await boss.createQueue(QUEUE, { retryLimit: 10, retryBackoff: true });
    },
    async fill(count) {
      for (let from = 0; from < count; from += BATCH) {
        const length = Math.min(BATCH, count - from);
        await boss.insert(
          QUEUE,
          Array.from({ length }, (_, index) => jobOf(from + index)),
        );
      }
    },
    async start() {
      await begin();
      isRunning = true;
      // One fetches while another posts.
      loops = [loop(), loop()];
    },
    async stop() {
      isRunning = false;
      await Promise.all(loops);
    },
    async sendInTransaction(count) {
      await begin();
      const client = await pool.connect();
      const db = { executeSql: (text: string, values?: unknown[]) => client.query(text, values) };
      const times = await timesOf(count, async () => {
        await client.query('BEGIN');
        await boss.send(QUEUE, jobOf(0).data, { db });
        await client.query('COMMIT');
      });
      client.release();
      return times;
    },
    async remove() {
      await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    },
    async close() {
      await boss.stop({ graceful: false });
      await poster.close();
      await pool.end();
    },
  };
}
