import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { testPool, testSchema } from '../services/postgres.js';
import { databaseUrl, describeWithPostgres, describeWithRedis, redisUrl } from '../services/services.js';
import { type RunningExample, startExample } from './example-process.js';
import { post, startSubscriber } from './subscriber.js';

const FOLDER = 'examples/workers-bullmq';

/** The name of a queue whose keys are deleted when the test ends. */
function testQueue(): string {
  const name = `test-${randomBytes(6).toString('hex')}`;
  onTestFinished(async () => {
    const redis = new Redis(redisUrl);
    const keys = await redis.keys(`bull:${name}:*`);
    if (keys.length > 0) await redis.del(keys);
    await redis.quit();
  });
  return name;
}

async function start(): Promise<{ server: RunningExample; workers: readonly RunningExample[] }> {
  const [pool, QUEUE] = [testPool(), testQueue()];
  const env = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, SCHEMA: testSchema(pool), QUEUE };
  const server = await startExample(`${FOLDER}/server.ts`, env);
  const workers = await Promise.all([1, 2].map(() => startExample(`${FOLDER}/worker.ts`, env)));
  onTestFinished(async () => void (await Promise.all([server, ...workers].map(({ stop }) => stop()))));
  return { server, workers };
}

const suite = describeWithPostgres === describe ? describeWithRedis : describeWithPostgres;

suite('examples/workers-bullmq', () => {
  test('what one process sends, workers deliver, each order once, also when one of them has ended', async () => {
    const { server, workers } = await start();
    const subscriber = await startSubscriber();
    const { json } = await post(`${server.origin}/subscribe`, { url: subscriber.url });
    subscriber.use(Reflect.get(json, 'secret'));

    await post(`${server.origin}/orders`, { order: 'A-1', total: 1 });
    await expect.poll(() => subscriber.orders).toStrictEqual([{ order: 'A-1', total: 1 }]);
    const printed = (): string => workers.map(({ output }) => output().stdout).join('');
    await expect.poll(printed).toMatch(/delivered: order_A-1 to wh_\w+, attempt 1: 200\n/);
    expect(server.output().stdout).not.toContain('delivered');

    const [first, second] = workers;
    expect(await first?.stop()).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('Error') });
    await post(`${server.origin}/orders`, { order: 'A-2', total: 2 });
    await expect.poll(() => subscriber.orders).toHaveLength(2);
    const totals = async (): Promise<unknown> => (await fetch(second?.origin ?? '')).json();
    await expect.poll(totals).toMatchObject({ pending: 0, inFlight: 0, endpoints: 1 });
    expect(await second?.stop()).toMatchObject({ exitCode: 0 });
    expect(await server.stop()).toMatchObject({ exitCode: 0 });
  });
});
