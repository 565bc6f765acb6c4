import { bullmqQueue } from '@countersign/redis/bullmq';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { describeWithRedis, redisUrl } from '../services/services.js';
import { bullQueue, deleteKeys, testPrefix } from './bullmq.js';
import { consume, lane, route } from './consumer.js';
import { sharingCases } from './sharing.js';

/** Ends all connections of a name. */
async function killAll(name: string): Promise<number> {
  const redis = new Redis(redisUrl);
  const clients = String(await redis.call('CLIENT', 'LIST')).split('\n');
  const ids = clients
    .filter((client) => client.includes(` name=${name}`))
    .map((client) => /^id=(\d+)/.exec(client)?.[1] ?? '');
  for (const id of ids) await redis.call('CLIENT', 'KILL', 'ID', id);
  redis.disconnect();
  return ids.length;
}

async function keysOf(prefix: string): Promise<readonly string[]> {
  const redis = new Redis(redisUrl);
  const keys = await redis.keys(`${prefix}:*`);
  redis.disconnect();
  return keys;
}

describeWithRedis('bullmqQueue', () => {
  sharingCases({
    async two() {
      const prefix = testPrefix();
      const [one, other] = [bullQueue(prefix), bullQueue(prefix)];
      const waiting = async (): Promise<number> => {
        const counts = await one.bull.getJobCounts('wait', 'delayed', 'active', 'completed', 'failed');
        return Object.values(counts).reduce((sum, count) => sum + count, 0);
      };
      return [
        { queue: one.queue, waiting },
        { queue: other.queue, waiting },
      ];
    },
  });

  test('goes on by itself after all its keys are gone, again and again', async () => {
    const prefix = testPrefix();
    const { queue } = bullQueue(prefix);
    const { woken } = consume(queue);
    for (let times = 0; times < 3; times += 1) {
      await queue.wake([lane(`${times}`), lane('again'), route]);
      await expect.poll(() => woken).toContain(`${times}`);
      await queue.wake([lane('gone', 300)]);
      await deleteKeys(prefix);
    }
    await queue.wake([lane('last')]);
    await expect.poll(() => woken).toContain('last');
    expect(woken.filter((id) => id === 'again')).toHaveLength(3);
  });

  test('goes on by itself after its connections are ended, again and again', async () => {
    const prefix = testPrefix();
    const { queue } = bullQueue(prefix);
    const consumer = consume(queue);
    await queue.wake([lane('first')]);
    await expect.poll(() => consumer.woken).toContain('first');
    for (let times = 0; times < 3; times += 1) {
      expect(await killAll(prefix)).toBeGreaterThanOrEqual(2);
      const isPassedOn = (): Promise<boolean> => {
        const passed = queue.wake([lane(`${times}`)]);
        return passed.then(
          () => true,
          () => false,
        );
      };
      await expect.poll(isPassedOn).toBe(true);
      await expect.poll(() => consumer.woken).toContain(`${times}`);
    }
    expect(consumer.failure).toBeUndefined();
  });

  test('a job that is left behind, in no list, stands in the way for a minute at most', async () => {
    const prefix = testPrefix();
    const { bull } = bullQueue(prefix);
    let nowMs = Date.now();
    const queue = bullmqQueue({
      queue: bull,
      worker: () => expect.fail('nobody consumes'),
      now: () => nowMs,
    });
    await queue.wake([lane('a')]);
    const redis = new Redis(redisUrl);
    await redis.del(`${prefix}:countersign:wait`);
    redis.disconnect();
    await queue.wake([lane('a')]);
    expect(await bull.getWaitingCount()).toBe(0);
    nowMs += 60_000;
    await queue.wake([lane('a')]);
    expect(await bull.getWaitingCount()).toBe(1);
  });

  test('with a transaction of a database, passes nothing on', async () => {
    const { queue, bull } = bullQueue(testPrefix());
    await queue.wake([route], { query: async () => ({ rows: [] }) });
    expect(await bull.getJobCountByTypes('wait', 'delayed')).toBe(0);
  });

  test('leaves nothing behind but what the queue needs, however many wakes there were', async () => {
    const prefix = testPrefix();
    const { queue } = bullQueue(prefix);
    const { woken } = consume(queue);
    for (let times = 0; times < 20; times += 1) {
      await queue.wake(Array.from({ length: 20 }, (_, index) => lane(`${times}-${index}`, index % 2)));
    }
    await expect.poll(() => woken.length).toBe(400);
    await expect.poll(async () => (await keysOf(prefix)).length).toBeLessThan(8);
  });

  test('an abort ends the consuming while Redis is away, whether it was ever there or not', async () => {
    const never = consume(bullQueue(testPrefix(), 'redis://127.0.0.1:1').queue);
    await new Promise((resolve) => setTimeout(resolve, 300));
    never.abort();
    await expect.poll(() => never.hasEnded, { timeout: 2000 }).toBe(true);
    expect(never.failure).toBeUndefined();
  });

  test('refuses a worker of another queue, and what is no queue', async () => {
    const prefix = testPrefix();
    const { bull } = bullQueue(prefix);
    const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
    onTestFinished(() => connection.disconnect());
    const queue = bullmqQueue({
      queue: bull,
      worker: (options) => new Worker('other', null, { prefix, connection, ...options }),
    });
    const consumed = queue.consume(async () => {}, { concurrency: 1, signal: new AbortController().signal });
    await expect(consumed).rejects.toThrow(`\`worker\` must be a Worker of the queue ${prefix}:countersign`);
    // @ts-expect-error
    expect(() => bullmqQueue({ queue: bull })).toThrow('`worker` must be a function that makes a Worker');
    // @ts-expect-error
    expect(() => bullmqQueue({ queue: {}, worker: () => {} })).toThrow('`queue` must be a Queue of BullMQ 6');
  });

  test('takes the instances of BullMQ as they are documented', async () => {
    const name = `test-${crypto.randomUUID()}`;
    const queue = new Queue(name, { connection: { url: redisUrl, maxRetriesPerRequest: 1 } });
    onTestFinished(async () => {
      await queue.obliterate({ force: true });
      await queue.close();
    });
    const delivery = bullmqQueue({
      queue,
      worker: (options) =>
        new Worker(name, null, { connection: { url: redisUrl, maxRetriesPerRequest: null }, ...options }),
    });
    const { woken } = consume(delivery);
    await delivery.wake([lane('a')]);
    await expect.poll(() => woken).toEqual(['a']);
  });
});
