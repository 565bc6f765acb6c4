import { bullmqQueue } from '@countersign/redis/bullmq';
import { Queue, Worker } from 'bullmq';
import { type Engine, type EngineSetting, REDIS_URL } from '../engine.js';
import { countersign } from './countersign.js';

/** The sender on Postgres, woken by BullMQ. */
export async function countersignOnBullmq(setting: EngineSetting): Promise<Engine> {
  const name = `bench-${setting.run}`;
  const connection = { url: REDIS_URL, maxRetriesPerRequest: null };
  const queue = new Queue(name, { connection: { url: REDIS_URL, enableOfflineQueue: false } });
  await queue.waitUntilReady();
  return countersign(setting, {
    queue: bullmqQueue({ queue, worker: (options) => new Worker(name, null, { connection, ...options }) }),
    remove: () => queue.obliterate({ force: true }),
    close: () => queue.close(),
  });
}
