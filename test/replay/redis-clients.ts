import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { onTestFinished } from 'vitest';
import { redisUrl } from '../services/services.js';

/** As the store's comment says. */
const failsSoon = { maxRetriesPerRequest: 1, enableOfflineQueue: false };

/** A client of ioredis that is closed when the test ends. */
export function ioRedis(url = redisUrl): Redis {
  const client = new Redis(url, { ...failsSoon, retryStrategy: () => 50 });
  client.on('error', () => {});
  onTestFinished(() => client.disconnect());
  return client;
}

/** The same of node-redis. */
export function nodeRedis(url = redisUrl) {
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: () => 50 } });
  client.on('error', () => {});
  void client.connect();
  onTestFinished(() => client.destroy());
  return client;
}
