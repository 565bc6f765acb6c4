import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresStore, type SqlClient } from '@countersign/postgres';
import { pgBossQueue } from '@countersign/postgres/pg-boss';
import { bullmqQueue } from '@countersign/redis/bullmq';
import { createSender, type DeliveryQueue, type DeliveryStore, type Sender } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { sqliteStore } from '@countersign/sender/sqlite';
import { Queue, Worker } from 'bullmq';
import { Pool } from 'pg';
import { PgBoss } from 'pg-boss';
import { databaseUrl, redisUrl } from '../services/services.js';

/** Two senders that share one record and deliver, and one that only sends. */
export interface Company {
  readonly one: Sender;
  readonly other: Sender;
  readonly producer: Sender<Record<string, unknown>, SqlClient>;
  /** Where the record can join one: runs a step in a transaction. */
  readonly transaction: ((step: (client: SqlClient) => Promise<void>) => Promise<void>) | undefined;
  close(): Promise<void>;
}

interface Parts {
  readonly store: () => DeliveryStore<SqlClient>;
  /** One for each sender. */
  readonly queues?: readonly DeliveryQueue<SqlClient>[];
  readonly transaction?: Company['transaction'];
  close(): Promise<void>;
}

async function companyOf({ store, queues = [], transaction, close }: Parts): Promise<Company> {
  const open = (queue: DeliveryQueue<SqlClient> | undefined): Sender<Record<string, unknown>, SqlClient> =>
    createSender({
      store: store(),
      queue,
      allowHttp: true,
      allowPrivateNetworks: true,
      onEvent: () => {},
    });
  const [one, other, producer] = [open(queues[0]), open(queues[1]), open(queues[2])];
  await Promise.all([one.start(), other.start()]);
  return {
    one,
    other,
    producer,
    transaction,
    async close() {
      await Promise.all([one, other, producer].map((sender) => sender.stop({ timeoutMs: 0 })));
      await close();
    },
  };
}

function onOneStore(store: DeliveryStore, close: () => Promise<void>): Promise<Company> {
  return companyOf({ store: () => store, close });
}

interface Postgres {
  readonly pool: Pool;
  readonly schema: string;
  readonly parts: Parts;
}

function onPostgres(): Postgres {
  const pool = new Pool({ connectionString: databaseUrl, max: 12 });
  const schema = `test_${randomBytes(6).toString('hex')}`;
  const parts: Parts = {
    store: () => postgresStore({ client: pool, schema }),
    async transaction(step) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await step(client);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        client.release();
      }
    },
    async close() {
      await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await pool.end();
    },
  };
  return { pool, schema, parts };
}

/** The records, and what wakes who works them. */
export const engines: Readonly<Record<string, () => Promise<Company>>> = {
  memory: () => onOneStore(memoryStore(), async () => {}),
  async SQLite() {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-'));
    const store = sqliteStore({ path: join(folder, 'webhooks.db') });
    return onOneStore(store, async () => rmSync(folder, { recursive: true }));
  },
  Postgres: () => companyOf(onPostgres().parts),
  async 'Postgres and pg-boss'() {
    const { schema, parts } = onPostgres();
    const bosses: PgBoss[] = [];
    for (let processes = 0; processes < 3; processes += 1) {
      const boss = new PgBoss({ connectionString: databaseUrl, schema: `${schema}_boss`, max: 4 });
      boss.on('error', () => {});
      bosses.push(await boss.start());
    }
    return companyOf({
      ...parts,
      queues: bosses.map((boss) => pgBossQueue({ boss })),
      async close() {
        await Promise.all(bosses.map((boss) => boss.stop({ graceful: false })));
        const pool = new Pool({ connectionString: databaseUrl, max: 1 });
        await pool.query(`DROP SCHEMA IF EXISTS ${schema}_boss CASCADE`);
        await pool.end();
        await parts.close();
      },
    });
  },
  async 'Postgres and BullMQ'() {
    const { schema, parts } = onPostgres();
    const queues: Queue[] = [];
    const queue = (): DeliveryQueue<unknown> => {
      const connection = { url: redisUrl, maxRetriesPerRequest: null };
      const made = new Queue(schema, { connection: { url: redisUrl, enableOfflineQueue: false } });
      queues.push(made);
      return bullmqQueue({
        queue: made,
        worker: (options) => new Worker(schema, null, { connection, ...options }),
      });
    };
    return companyOf({
      ...parts,
      queues: [queue(), queue(), queue()],
      async close() {
        await queues[0]?.obliterate({ force: true });
        await Promise.all(queues.map((made) => made.close()));
        await parts.close();
      },
    });
  },
};
