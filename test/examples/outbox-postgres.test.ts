import { expect, onTestFinished, test } from 'vitest';
import { testPool, testSchema } from '../services/postgres.js';
import { databaseUrl, describeWithPostgres } from '../services/services.js';
import { startExample } from './example-process.js';
import { post, startSubscriber } from './subscriber.js';

const EXAMPLE = 'examples/outbox-postgres/server.ts';

describeWithPostgres('examples/outbox-postgres', () => {
  test('an order and its event commit or roll back together, also with two processes', async () => {
    const pool = testPool();
    const env = { DATABASE_URL: databaseUrl, SCHEMA: testSchema(pool) };
    const first = await startExample(EXAMPLE, env);
    const second = await startExample(EXAMPLE, env);
    onTestFinished(async () => void (await Promise.all([first.stop(), second.stop()])));
    const subscriber = await startSubscriber();
    const { json } = await post(`${first.origin}/subscribe`, { url: subscriber.url });
    subscriber.use(Reflect.get(json, 'secret'));

    const placed = { order: 'A-1', total: 4900 };
    expect(await post(`${first.origin}/orders`, placed)).toStrictEqual({
      status: 201,
      json: { event: 'order_A-1' },
    });
    const refused = await post(`${second.origin}/orders`, { order: 'A-2', total: -1 });
    expect(refused).toMatchObject({
      status: 409,
      json: { error: expect.stringContaining('orders_total_check') },
    });
    await post(`${second.origin}/orders`, { order: 'A-3', total: 1 });

    await expect.poll(() => subscriber.orders).toHaveLength(2);
    expect(subscriber.orders).toStrictEqual(expect.arrayContaining([placed, { order: 'A-3', total: 1 }]));
    const events = await pool.query(`SELECT id FROM ${env.SCHEMA}.events ORDER BY seq`);
    expect(events.rows).toStrictEqual([{ id: 'order_A-1' }, { id: 'order_A-3' }]);
    const printed = (): string => first.output().stdout + second.output().stdout;
    await expect.poll(printed).toMatch(/delivered: order_A-1 to wh_\w+, attempt 1: 200\n/);
  });

  test('finishes what is under way at SIGTERM', async () => {
    const pool = testPool();
    const example = await startExample(EXAMPLE, { DATABASE_URL: databaseUrl, SCHEMA: testSchema(pool) });
    expect(await example.stop()).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('Error') });
  });
});
