import { postgresStore, type SqlClient } from '@countersign/postgres';
import { createSender, type DeliveryQueue } from '@countersign/sender';
import { Pool } from 'pg';
import { DATA } from '../../sender/payload.js';
import { DATABASE_URL, type Engine, type EngineSetting, timesOf } from '../engine.js';

const BATCH = 1000;

/** What wakes the senders, where the record alone does not. */
export interface Waking {
  readonly queue: DeliveryQueue<SqlClient>;
  /** Removes what all processes share. */
  remove(pool: Pool): Promise<unknown>;
  close(): Promise<unknown>;
}

/** The sender on Postgres, as it is by default, with its record of attempts. */
export async function countersign(
  { urls, connections, run }: EngineSetting,
  waking?: Waking,
): Promise<Engine> {
  const schema = `bench_${run}`;
  const pool = new Pool({ connectionString: DATABASE_URL, max: 8 });
  const open = () =>
    createSender({
      store: postgresStore({ client: pool, schema }),
      queue: waking?.queue,
      concurrency: connections,
      allowHttp: true,
      allowPrivateNetworks: true,
      onEvent: () => {},
    });
  let sender = open();
  const typeOf = (index: number): string => `bench.e${index % urls.length}`;
  const eventOf = (index: number) => ({ type: typeOf(index), data: DATA });
  return {
    async prepare() {
      const concurrency = Math.max(2, Math.ceil(connections / urls.length));
      for (const [index, url] of urls.entries()) {
        await sender.endpoints.create({ url, events: [typeOf(index)], concurrency });
      }
    },
    async fill(count) {
      for (let from = 0; from < count; from += BATCH) {
        const length = Math.min(BATCH, count - from);
        await sender.sendMany(Array.from({ length }, (_, index) => eventOf(from + index)));
      }
    },
    async start() {
      await sender.start();
    },
    async stop() {
      await sender.stop();
      sender = open();
    },
    async sendInTransaction(count) {
      await sender.totals();
      const client = await pool.connect();
      const times = await timesOf(count, async () => {
        await client.query('BEGIN');
        await sender.send(eventOf(0), { transaction: client });
        await client.query('COMMIT');
      });
      client.release();
      return times;
    },
    async remove() {
      await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await waking?.remove(pool);
    },
    async close() {
      await sender.stop();
      await waking?.close();
      await pool.end();
    },
  };
}
