import { randomBytes } from 'node:crypto';
import { bullmqQueue } from '@countersign/redis/bullmq';
import type { DeliveryQueue } from '@countersign/sender';
import { Queue, Worker } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import { onTestFinished } from 'vitest';
import { redisUrl } from '../services/services.js';

/** A prefix whose keys are deleted when the test ends. */
export function testPrefix(): string {
  const prefix = `test_${randomBytes(6).toString('hex')}`;
  onTestFinished(() => deleteKeys(prefix));
  return prefix;
}

/** Forgets all that a prefix has, as a Redis does that was restarted without a disk. */
export async function deleteKeys(prefix: string): Promise<void> {
  const redis = new Redis(redisUrl);
  const keys = await redis.keys(`${prefix}:*`);
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
}

/** A queue over instances of BullMQ in a process of its own, as it were. Its connections have the prefix for a name. */
export function bullQueue(prefix: string, url = redisUrl) {
  const open = (options: Pick<RedisOptions, 'enableOfflineQueue' | 'maxRetriesPerRequest'>): Redis => {
    const connection = new Redis(url, { connectionName: prefix, ...options });
    connection.on('error', () => {});
    onTestFinished(() => connection.disconnect());
    return connection;
  };
  const producing = open({ maxRetriesPerRequest: 1, enableOfflineQueue: false });
  const bull = new Queue('countersign', { prefix, connection: producing });
  bull.on('error', () => {});
  const connection = open({ maxRetriesPerRequest: null });
  const queue: DeliveryQueue<unknown> = bullmqQueue({
    queue: bull,
    worker: (options) => {
      const worker = new Worker('countersign', null, { prefix, connection, ...options });
      return worker.on('error', () => {});
    },
  });
  return { bull, queue };
}
