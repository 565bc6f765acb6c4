import { setTimeout as wait } from 'node:timers/promises';
import { type RedisClient, redisReplayStore } from '@countersign/redis';
import { replayStoreContract } from '@countersign/testing';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, test } from 'vitest';
import { describeWithRedis, redisUrl } from '../services/services.js';

const prefix = `test:${crypto.randomUUID()}:`;

function keepsTheContract(client: RedisClient): void {
  for (const { name, run } of replayStoreContract) {
    // The clock of Redis cannot be moved: the cases wait side by side.
    test.concurrent(name, { timeout: 30_000 }, () =>
      run({ store: redisReplayStore({ client, prefix }), advance: (ms) => wait(ms) }),
    );
  }
}

describeWithRedis('redisReplayStore over ioredis keeps the contract of every replay store', () => {
  const client = new Redis(redisUrl, { lazyConnect: true });
  beforeAll(() => client.connect());
  afterAll(() => client.disconnect());
  keepsTheContract(client);
});

describeWithRedis('redisReplayStore over node-redis keeps the contract of every replay store', () => {
  const client = createClient({ url: redisUrl });
  beforeAll(async () => void (await client.connect()));
  afterAll(() => client.destroy());
  keepsTheContract(client);
});
