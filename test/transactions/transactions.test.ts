import type { SqlClient } from '@countersign/postgres';
import { fromPostgresJs, postgresStore } from '@countersign/postgres';
import { createSender, type Sender } from '@countersign/sender';
import postgres from 'postgres';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openSink, type Sink } from '../sender/engine/sink.js';
import { testPool, testSchema } from '../services/postgres.js';
import { databaseUrl, describeWithPostgres } from '../services/services.js';
import { libraries } from './libraries.js';

interface Shop {
  readonly sender: Sender<Record<string, unknown>, SqlClient>;
  readonly sink: Sink;
  readonly orders: string;
  /** How many orders and events there are. */
  counts(): Promise<{ readonly orders: number; readonly events: number }>;
}

async function openShop(): Promise<Shop> {
  const pool = testPool();
  const schema = testSchema(pool);
  const sink = await openSink(Date.now);
  const store = postgresStore({ client: pool, schema });
  const sender = createSender({ store, allowHttp: true, allowPrivateNetworks: true, onEvent: () => {} });
  onTestFinished(async () => {
    await sender.stop();
    await sink.close();
  });
  await sender.endpoints.create({ url: sink.url('/a'), events: ['*'] });
  const orders = `${schema}.orders`;
  await pool.query(`CREATE TABLE ${orders} (id text PRIMARY KEY)`);
  return {
    sender,
    sink,
    orders,
    async counts() {
      const { rows } = await pool.query(
        `SELECT (SELECT count(*)::int FROM ${orders}) AS orders, (SELECT count(*)::int FROM ${schema}.events) AS events`,
      );
      return rows[0];
    },
  };
}

/** An order and its event. */
async function place({ sender, orders }: Shop, id: string, client: SqlClient): Promise<void> {
  await client.query(`INSERT INTO ${orders} (id) VALUES ($1::text)`, [id]);
  await sender.send(
    { id, type: 'order.placed', data: { text: `it's "$1"? ${id}` } },
    { transaction: client },
  );
}

describeWithPostgres('send in the caller’s own transaction', () => {
  describe.each(Object.entries(libraries))('of %s', (_, open) => {
    test('rolled back: nothing; committed: delivered; two that are open do not wait for each other', async () => {
      const library = await open();
      onTestFinished(() => library.close());
      const shop = await openShop();
      const undone = library.transaction(async (client) => {
        await place(shop, 'undone', client);
        throw new Error('changed my mind');
      });
      await expect(undone).rejects.toThrow('changed my mind');
      expect(await shop.counts()).toEqual({ orders: 0, events: 0 });

      await library.transaction(async (first) => {
        await place(shop, 'first', first);
        // Committed while the first one is still open.
        await library.transaction((second) => place(shop, 'second', second));
        expect(await shop.counts()).toEqual({ orders: 1, events: 1 });
      });
      expect(await shop.counts()).toEqual({ orders: 2, events: 2 });
      await shop.sender.start();
      await expect
        .poll(() =>
          shop.sink
            .at('/a')
            .map(({ id }) => id)
            .toSorted(),
        )
        .toEqual(['first', 'second']);
      expect(JSON.parse(shop.sink.at('/a')[0]?.body ?? '').data.text).toContain(`it's "$1"? `);
    });

    test('the same event again is none; another one with its id is refused, and the order can still be made', async () => {
      const library = await open();
      onTestFinished(() => library.close());
      const shop = await openShop();
      await library.transaction(async (client) => {
        await place(shop, 'one', client);
        const again = shop.sender.send(
          { id: 'one', type: 'order.placed', data: 'another' },
          { transaction: client },
        );
        await expect(again).rejects.toMatchObject({ code: 'event_conflict' });
        const many = [
          { type: 'order.paid', data: 1 },
          { id: 'one', type: 'order.placed', data: 'another' },
        ];
        await expect(shop.sender.sendMany(many, { transaction: client })).rejects.toMatchObject({
          code: 'event_conflict',
        });
      });
      expect(await shop.counts()).toEqual({ orders: 1, events: 1 });
    });
  });

  test.each([
    ['a pool', () => testPool(), 'Pool'],
    ['a transaction of postgres.js as it is', () => ({ unsafe: () => {} }), 'fromPostgresJs(tx)'],
    ['a transaction of Drizzle as it is', () => ({ execute: () => {} }), 'fromDrizzle(tx, sql)'],
    ['a transaction of Kysely as it is', () => ({ executeQuery: () => {} }), 'fromKysely(trx)'],
    ['a transaction of Knex as it is', () => Object.assign(() => {}, { raw: () => {} }), 'fromKnex(trx)'],
    ['a transaction of Prisma as it is', () => ({ $queryRawUnsafe: () => {} }), 'fromPrisma(tx)'],
    ['a text', () => 'BEGIN', 'string'],
    ['null', () => null, 'null'],
  ])('%s is refused by name', async (_, make, said) => {
    const shop = await openShop();
    const options: object = { transaction: make() };
    const refused = shop.sender.send({ type: 'a', data: 1 }, options);
    await expect(refused).rejects.toMatchObject({ code: 'invalid_input', field: 'transaction' });
    await expect(refused).rejects.toThrow(said);
    expect(await shop.counts()).toEqual({ orders: 0, events: 0 });
  });

  test('a queue that cannot join it is told by name, with its own error as the cause', async () => {
    const pool = testPool();
    const cause = new Error('not started');
    const sender = createSender({
      store: postgresStore({ client: pool, schema: testSchema(pool) }),
      queue: { wake: () => Promise.reject(cause), consume: async () => {} },
      onEvent: () => {},
    });
    onTestFinished(() => sender.stop());
    const client = await pool.connect();
    onTestFinished(() => client.release());
    await client.query('BEGIN');
    const refused = sender.send({ type: 'a', data: 1 }, { transaction: client });
    await expect(refused).rejects.toMatchObject({ code: 'store_unavailable', cause });
    await client.query('ROLLBACK');
  });

  test('a whole client of postgres.js carries the record', async () => {
    const client = postgres(databaseUrl, { max: 4, onnotice: () => {} });
    const schema = testSchema(testPool());
    const sink = await openSink(Date.now);
    const store = postgresStore({ client: fromPostgresJs(client), schema });
    const sender = createSender({ store, allowHttp: true, allowPrivateNetworks: true, onEvent: () => {} });
    onTestFinished(async () => {
      await sender.stop();
      await sink.close();
      await client.end();
    });
    sink.answer('/a', 500, 200);
    const { id } = await sender.endpoints.create({
      url: sink.url('/a'),
      events: ['*'],
      retry: { delaysMs: [0, 50] },
    });
    await sender.start();
    await sender.send({ type: 'a', data: { text: 'ä\u0000b' } });
    await expect.poll(async () => (await sender.endpoints.stats(id)).successful).toBe(1);
    const { data } = await sender.deliveries.list({ endpointId: id });
    expect(data).toMatchObject([{ status: 'delivered', attemptCount: 2 }]);
  });
});
