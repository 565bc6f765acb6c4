import { createReceiver, type ReplayStore } from '@countersign/core';
import { postgresReplayStore } from '@countersign/postgres';
import { redisReplayStore } from '@countersign/redis';
import { fakeClock } from '@countersign/testing';
import { Pool } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { delivery, secret } from '../receiver/harness.js';
import { testPool, testSchema } from '../services/postgres.js';
import { databaseUrl, describeWithPostgres, describeWithRedis, redisUrl } from '../services/services.js';
import { lease, newClaim } from './claims.js';
import { gateway } from './gateway.js';
import { ioRedis, nodeRedis } from './redis-clients.js';

const STORE_TIMEOUT_MS = 400;
/** Beside the store's time: signatures, and a machine that is busy. */
const REST_MS = 1500;

async function gatewayTo(url: string) {
  const { hostname, port } = new URL(url);
  const between = await gateway({ host: hostname, port: Number(port) });
  return { between, url: Object.assign(new URL(url), { host: `127.0.0.1:${between.port}` }).href };
}

function receiving(replay: ReplayStore) {
  const handled: string[] = [];
  const codes: string[] = [];
  const receiver = createReceiver({
    secrets: secret,
    replay,
    storeTimeoutMs: STORE_TIMEOUT_MS,
    onOutcome: ({ code }) => codes.push(code),
  }).on('job.*', (event) => void handled.push(event.id));
  const receive = async (id: string): Promise<number> =>
    (await receiver.handle(await delivery(fakeClock({ startAt: new Date() }), { id }))).status;
  return { receive, handled, codes };
}

/** In order: works, is silent, works again, refuses, works again. */
async function livesThrough(
  between: Awaited<ReturnType<typeof gateway>>,
  { receive, handled, codes }: ReturnType<typeof receiving>,
): Promise<void> {
  await between.open();
  await expect.poll(() => receive('m1'), { timeout: 5000 }).toBe(200);
  for (const [outage, id] of [
    ['silence', 'm2'],
    ['refuse', 'm3'],
  ] as const) {
    await between[outage]();
    const fromMs = performance.now();
    expect(await receive(id)).toBe(503);
    expect(performance.now() - fromMs).toBeLessThan(STORE_TIMEOUT_MS + REST_MS);
    expect(codes.at(-1)).toBe('replay_store_unavailable');
    await between.open();
    await expect.poll(() => receive(id), { timeout: 20_000, interval: 100 }).toBe(200);
  }
  expect(handled).toEqual(['m1', 'm2', 'm3']);
}

describeWithPostgres('PostgreSQL is silent, and then refuses', () => {
  test('503 in time, nothing is handled, and it goes on', { timeout: 60_000 }, async () => {
    const { between, url } = await gatewayTo(databaseUrl);
    const client = new Pool({ connectionString: url, max: 3, connectionTimeoutMillis: 1000 });
    client.on('error', () => {});
    onTestFinished(() => client.end());
    const schema = testSchema(testPool());
    await livesThrough(between, receiving(postgresReplayStore({ client, schema })));
  });

  test('a machine that is gone, and whose connections stay: `query_timeout` ends them', async () => {
    const { between, url } = await gatewayTo(databaseUrl);
    const limits = { max: 2, connectionTimeoutMillis: 1000, query_timeout: 1000 };
    const client = new Pool({ connectionString: url, ...limits });
    client.on('error', () => {});
    onTestFinished(() => client.end());
    const { receive, handled } = receiving(postgresReplayStore({ client, schema: testSchema(testPool()) }));
    await between.open();
    // The first call of all is to make the table.
    between.silence();
    expect(await receive('m1')).toBe(503);
    between.answerNewOnes();
    await expect.poll(() => receive('m1'), { timeout: 10_000 }).toBe(200);
    between.silence();
    expect(await Promise.all(['m2', 'm3', 'm4'].map(receive))).toEqual([503, 503, 503]);
    between.answerNewOnes();
    for (const id of ['m2', 'm3', 'm4']) await expect.poll(() => receive(id), { timeout: 10_000 }).toBe(200);
    expect(handled).toEqual(['m1', 'm2', 'm3', 'm4']);
  });

  test('the table is made by the first call that gets through, once', async () => {
    const { between, url } = await gatewayTo(databaseUrl);
    const client = new Pool({ connectionString: url, max: 3, connectionTimeoutMillis: 1000 });
    client.on('error', () => {});
    onTestFinished(() => client.end());
    const replay = postgresReplayStore({ client, schema: testSchema(testPool()) });
    await expect(replay.claim(newClaim(), lease())).rejects.toThrow(/ECONNREFUSED/);
    await between.open();
    const answers = await Promise.all(Array.from({ length: 5 }, () => replay.claim(newClaim(), lease())));
    expect(answers).toEqual(Array.from({ length: 5 }, () => 'claimed'));
  });
});

describeWithRedis('Redis is silent, and then refuses', () => {
  const prefix = `test:${crypto.randomUUID()}:`;

  test('503 in time, nothing is handled, and it goes on: ioredis', { timeout: 60_000 }, async () => {
    const { between, url } = await gatewayTo(redisUrl);
    await livesThrough(between, receiving(redisReplayStore({ client: ioRedis(url), prefix: `${prefix}a` })));
  });

  test('503 in time, nothing is handled, and it goes on: node-redis', { timeout: 60_000 }, async () => {
    const { between, url } = await gatewayTo(redisUrl);
    const client = nodeRedis(url);
    await livesThrough(between, receiving(redisReplayStore({ client, prefix: `${prefix}b` })));
  });
});

describe('a call that was given up before it began', () => {
  const reason = new Error('too late');
  const given = { leaseMs: 1000, signal: AbortSignal.abort(reason) };
  const asked: string[] = [];
  const query = async (text: string) => {
    asked.push(text);
    return { rows: [] };
  };

  test.each<[string, ReplayStore]>([
    ['Postgres', postgresReplayStore({ client: { query, connect: () => Promise.reject(reason) } })],
    ['Redis', redisReplayStore({ client: { evalsha: query, eval: query } })],
  ])('asks nothing: %s', async (_name, store) => {
    await expect(store.claim(newClaim(), given)).rejects.toBe(reason);
    expect(asked).toEqual([]);
  });
});
