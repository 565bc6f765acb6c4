import { setTimeout as pause } from 'node:timers/promises';
import { generateSecret } from '@countersign/core';
import { postgresStore } from '@countersign/postgres';
import { createSender } from '@countersign/sender';
import type { Pool } from 'pg';
import { expect, onTestFailed, test } from 'vitest';
import { type OwnPostgres, ownPostgres, postgresPrograms } from '../services/own-postgres.js';
import { type OwnRedis, ownRedis, redisPrograms } from '../services/own-redis.js';
import { describeWithPrograms, freePort } from '../services/own-server.js';
import { testPool } from '../services/postgres.js';
import { Company } from './company.js';
import { type Fault, planOf } from './faults.js';
import { broken, countOpen, countRepeats, makeTables, readLedger } from './ledger.js';
import { type Random, randomOf } from './random.js';
import { PLAIN, type QueueKind, type ReceiverSettings, SCHEMA, SHARDS, TRANSACTIONAL } from './settings.js';

/** `CHAOS_ROUNDS=200` for a night; of each variant. */
const ROUNDS = Number(process.env['CHAOS_ROUNDS'] ?? 10);
/** `CHAOS_SEED=…` repeats what was done, though not when a process was struck by it. */
const SEED = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const SHORTEST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 1200;
/** One lease of what a killed sender held, and the rests of endpoints that have failed. */
const QUIET_WITHIN_MS = 90_000;
const MOST_SHOWN = 20;
const RECEIVERS = ['r1', 'r2'];

interface Scene {
  readonly company: Company;
  readonly postgres: OwnPostgres;
  readonly redis: OwnRedis;
  readonly pool: Pool;
}

describeWithPrograms({ ...postgresPrograms, ...redisPrograms })('chaos', () => {
  test.each<QueueKind>(['none', 'pg-boss', 'bullmq'])(
    `${ROUNDS} rounds lose nothing and do nothing twice (queue: %s)`,
    {
      timeout: 60_000 + QUIET_WITHIN_MS + ROUNDS * 10_000,
    },
    async (queue) => {
      const random = randomOf(SEED);
      const scene = await open(queue, random);
      const { company, pool } = scene;
      for (const fault of planOf(ROUNDS, queue === 'bullmq', random)) {
        await pause(SHORTEST_PAUSE_MS + random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS));
        await strike(fault, scene);
        company.mustRun();
      }
      await company.quieten();
      await expect.poll(() => countOpen(pool), { interval: 200, timeout: QUIET_WITHIN_MS }).toBe(0);
      company.mustRun();

      const ledger = await readLedger(pool);
      const acknowledged = company.acknowledged();
      const counts = {
        acknowledged: acknowledged.size,
        events: ledger.events.length,
        orders: ledger.orders.length,
      };
      const told = { ...counts, repeats: countRepeats(ledger), notices: company.notices() };
      process.stdout.write(`chaos, seed ${SEED}, queue ${queue}: ${JSON.stringify(told)}\n`);
      expect(broken(ledger, acknowledged, RECEIVERS).slice(0, MOST_SHOWN)).toEqual([]);
      expect(acknowledged.size).toBeGreaterThan(10 * ROUNDS);
      await company.end();
    },
  );
});

async function open(queue: QueueKind, random: Random): Promise<Scene> {
  const [postgres, redis] = [await ownPostgres(), await ownRedis()];
  const pool = testPool({ url: postgres.url });
  await makeTables(pool);
  const receivers = await Promise.all(
    RECEIVERS.map(async (name): Promise<ReceiverSettings> => {
      return { name, port: await freePort(), secret: generateSecret(), databaseUrl: postgres.url };
    }),
  );
  await subscribe(pool, receivers);
  const sender = { databaseUrl: postgres.url, redisUrl: redis.url, queue };
  const company = await Company.start({ sender, receivers, random });
  onTestFailed(() => void process.stderr.write(`seed ${SEED}\n${company.complaints()}\n`));
  return { company, postgres, redis, pool };
}

/** Every receiver gets every event, shard by shard. */
async function subscribe(pool: Pool, receivers: readonly ReceiverSettings[]): Promise<void> {
  const sender = createSender({
    store: postgresStore({ client: pool, schema: SCHEMA }),
    allowHttp: true,
    allowPrivateNetworks: ['127.0.0.0/8'],
  });
  for (const { name, port, secret } of receivers) {
    for (let shard = 0; shard < SHARDS; shard += 1) {
      await sender.endpoints.create({
        id: `${name}-${shard}`,
        url: `http://127.0.0.1:${port}/`,
        events: [PLAIN, TRANSACTIONAL],
        filters: { custom_filters: { shard } },
        secret,
      });
    }
  }
  await sender.stop();
}

function strike(fault: Fault, { company, postgres, redis, pool }: Scene): unknown {
  switch (fault) {
    case 'kill a sender':
      return company.killSender();
    case 'kill a receiver':
      return company.killReceiver();
    case 'stop a sender':
      return company.stopSender();
    case 'cut the connections':
      return Promise.all([cutConnections(pool), redis.cut()]);
    case 'restart PostgreSQL':
      return postgres.restart('fast');
    case 'crash PostgreSQL':
      return postgres.restart('immediate');
    case 'flush Redis':
      return redis.flush();
    case 'kill Redis':
      return redis.restart();
  }
}

async function cutConnections(pool: Pool): Promise<void> {
  await pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  );
}
