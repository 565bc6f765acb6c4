import { setTimeout as pause } from 'node:timers/promises';
import type { SqlClient } from '@countersign/postgres';
import { pgBossQueue } from '@countersign/postgres/pg-boss';
import { bullmqQueue } from '@countersign/redis/bullmq';
import type { DeliveryQueue } from '@countersign/sender';
import { Queue, Worker } from 'bullmq';
import { PgBoss } from 'pg-boss';
import type { SenderSettings } from './settings.js';

const NAME = 'chaos';
const AFTER_FAILURE_MS = 100;

/** What passes wake-ups on; `undefined`: nothing but the record. */
export async function queueOf({
  queue,
  databaseUrl,
  redisUrl,
}: SenderSettings): Promise<DeliveryQueue<SqlClient> | undefined> {
  switch (queue) {
    case 'none':
      return undefined;
    case 'pg-boss':
      return pgBossQueue({ boss: await startedBoss(databaseUrl) });
    case 'bullmq':
      return bullmqQueueOn(redisUrl);
  }
}

/** The database may be away just now. */
async function startedBoss(connectionString: string): Promise<PgBoss> {
  for (;;) {
    const boss = new PgBoss({ connectionString, max: 4, connectionTimeoutMillis: 2000 });
    boss.on('error', () => {});
    try {
      return await boss.start();
    } catch {
      await boss.stop({ graceful: false }).catch(() => {});
      await pause(AFTER_FAILURE_MS);
    }
  }
}

function bullmqQueueOn(url: string): DeliveryQueue<SqlClient> {
  const queue = new Queue(NAME, { connection: { url, maxRetriesPerRequest: 1, enableOfflineQueue: false } });
  queue.on('error', () => {});
  return bullmqQueue({
    queue,
    worker(options) {
      const connection = { url, maxRetriesPerRequest: null };
      return new Worker(NAME, null, { connection, ...options }).on('error', () => {});
    },
  });
}
