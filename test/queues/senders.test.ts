import { postgresStore } from '@countersign/postgres';
import { createSender, type DeliveryQueue, type DeliveryStore, type Sender } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { expect, onTestFinished, test } from 'vitest';
import { openSink, type Sink } from '../sender/engine/sink.js';
import { ownRedis, redisPrograms } from '../services/own-redis.js';
import { describeWithPrograms } from '../services/own-server.js';
import { testPool, testSchema } from '../services/postgres.js';
import { describeWithPostgres, describeWithRedis } from '../services/services.js';
import { bullQueue, testPrefix } from './bullmq.js';
import { bossQueue } from './pg-boss.js';

/** A sender that ends with the test. */
function senderOver(store: DeliveryStore, queue: DeliveryQueue<unknown>): Sender {
  const sender = createSender({
    store,
    queue,
    allowHttp: true,
    allowPrivateNetworks: true,
    onEvent: () => {},
  });
  onTestFinished(() => sender.stop({ timeoutMs: 0 }));
  return sender;
}

async function sinkOfTest(): Promise<Sink> {
  const sink = await openSink(Date.now);
  onTestFinished(() => sink.close());
  return sink;
}

/** A started sender with three endpoints. */
async function running(queue: DeliveryQueue<unknown>) {
  const sink = await sinkOfTest();
  const sender = senderOver(memoryStore(), queue);
  for (const path of ['/a', '/b', '/c']) await sender.endpoints.create({ url: sink.url(path) });
  await sender.start();
  /** Sends some, and waits until each endpoint has had as many more. */
  const deliver = async (count: number): Promise<void> => {
    const before = sink.requests.length;
    await sender.sendMany(Array.from({ length: count }, (_, data) => ({ type: 't', data })));
    await expect.poll(() => sink.requests.length).toBe(before + 3 * count);
  };
  return { sink, sender, deliver };
}

/** A queue, and how often it was asked to wake, and has woken. */
function counted(queue: DeliveryQueue<unknown>) {
  const counts = { asked: 0, woken: 0 };
  const watched: DeliveryQueue<unknown> = {
    wake(...args) {
      counts.asked += 1;
      return queue.wake(...args);
    },
    consume(onWake, limits) {
      return queue.consume((work) => {
        counts.woken += 1;
        return onWake(work);
      }, limits);
    },
  };
  return { queue: watched, counts };
}

/** A record that never says what is due: what is worked, the queue has brought. */
function silent(store: DeliveryStore): DeliveryStore {
  return { ...store, work: { ...store.work, outlook: async () => ({ due: [], nextInMs: undefined }) } };
}

/** What one process sends, another is woken for by the queue alone. */
async function producerWakes(one: DeliveryQueue<unknown>, other: DeliveryQueue<unknown>): Promise<void> {
  const sink = await sinkOfTest();
  const store = silent(memoryStore());
  const [producer, consumer] = [senderOver(store, one), senderOver(store, other)];
  await producer.endpoints.create({ url: sink.url('/a') });
  await consumer.start();
  await producer.send({ type: 't', data: 1 });
  await expect.poll(() => sink.requests.length).toBe(1);
}

/** It may take a moment until whoever consumes is connected again. */
async function wakesAgain(
  deliver: (count: number) => Promise<void>,
  counts: { readonly woken: number },
): Promise<void> {
  const { woken } = counts;
  const isWoken = async (): Promise<boolean> => {
    await deliver(1);
    return counts.woken > woken;
  };
  await expect.poll(isWoken, { interval: 500 }).toBe(true);
}

test('a queue that loses every wake: all is delivered, retries too', async () => {
  const { sink, sender, deliver } = await running({
    wake: async () => {},
    consume: (_onWake, { signal }) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
  });
  const { id } = await sender.endpoints.create({ url: sink.url('/d'), retry: { delaysMs: [0, 200] } });
  sink.answer('/d', 500, 200);
  await sender.send({ type: 't', data: 0 });
  const isDelivered = async (): Promise<boolean> => {
    const { data } = await sender.deliveries.list({ endpointId: id });
    return data[0]?.status === 'delivered';
  };
  await expect.poll(isDelivered).toBe(true);
  expect(sink.at('/d')).toHaveLength(2);
  await sender.endpoints.delete(id);
  await deliver(50);
});

test('a queue that refuses every wake, and to be consumed: all is delivered', async () => {
  const refuse = (): Promise<void> => Promise.reject(new Error('no broker'));
  const { deliver } = await running({ wake: refuse, consume: refuse });
  await deliver(50);
  await deliver(50);
});

describeWithPostgres('senders on Postgres alone', () => {
  test('what another process sends, or a transaction commits, is found within about half a second', async () => {
    const pool = testPool();
    const schema = testSchema(pool);
    const sink = await sinkOfTest();
    const [producer, consumer] = [0, 1].map(() => {
      const sender = createSender({
        store: postgresStore({ client: pool, schema }),
        allowHttp: true,
        allowPrivateNetworks: true,
        onEvent: () => {},
      });
      onTestFinished(() => sender.stop({ timeoutMs: 0 }));
      return sender;
    });
    if (producer === undefined || consumer === undefined) throw new Error('two were made');
    await producer.endpoints.create({ url: sink.url('/a') });
    await consumer.start();
    const client = await pool.connect();
    onTestFinished(() => client.release());
    const waits: number[] = [];
    for (let count = 1; count <= 5; count += 1) {
      await client.query('BEGIN');
      const isOwn = count % 2 === 0;
      await producer.send({ type: 't', data: count }, isOwn ? { transaction: client } : undefined);
      await client.query('COMMIT');
      const startMs = Date.now();
      await expect.poll(() => sink.requests.length, { interval: 10 }).toBe(count);
      waits.push(Date.now() - startMs);
    }
    // Looked at as seldom as a record of one process, it would be seconds.
    expect(waits.toSorted((a, b) => a - b)[2]).toBeLessThan(1500);
  }, 60_000);
});

describeWithRedis('senders woken by BullMQ', () => {
  test('one that sends only wakes one that delivers', async () => {
    const prefix = testPrefix();
    await producerWakes(bullQueue(prefix).queue, bullQueue(prefix).queue);
  });

  test('Redis was never there: all is delivered, and nothing piles up', async () => {
    const { queue } = bullQueue(testPrefix(), 'redis://127.0.0.1:1');
    const { queue: watched, counts } = counted(queue);
    const { sender, deliver, sink } = await running(watched);
    await deliver(100);
    const startMs = Date.now();
    const waits: number[] = [];
    for (let times = 0; times < 20; times += 1) {
      const sentMs = Date.now();
      await sender.send({ type: 't', data: times });
      const expected = 300 + 3 * (times + 1);
      await expect.poll(() => sink.requests.length, { interval: 5 }).toBe(expected);
      waits.push(Date.now() - sentMs);
    }
    expect(waits.toSorted((a, b) => a - b)[10]).toBeLessThan(500);
    for (let times = 0; times < 2000; times += 1) await sender.send({ type: 't', data: times });
    await expect.poll(() => sink.requests.length).toBe(300 + 60 + 6000);
    expect(counts.asked).toBeLessThan(5 + (Date.now() - startMs) / 1000);
  });
});

describeWithPrograms(redisPrograms)('senders woken by BullMQ on a Redis of their own', () => {
  test('it is flushed, cut off and killed while they run: all is delivered, and it wakes them again', async () => {
    const redis = await ownRedis();
    const { queue, counts } = counted(bullQueue('countersign', redis.url).queue);
    const { deliver } = await running(queue);
    await deliver(20);
    for (const harm of [redis.flush, redis.cut, redis.restart, redis.flush]) {
      await Promise.all([deliver(20), harm()]);
      await deliver(20);
    }
    await wakesAgain(deliver, counts);
  }, 60_000);
});

describeWithPostgres('senders woken by pg-boss', () => {
  test('one that sends only wakes one that delivers', async () => {
    const pool = testPool();
    const { queue, schema } = await bossQueue(pool);
    await producerWakes(queue, (await bossQueue(pool, schema)).queue);
  });

  test('its connections are ended while they run: all is delivered, and it wakes them again', async () => {
    const pool = testPool();
    const { queue: over, schema } = await bossQueue(pool);
    const { queue, counts } = counted(over);
    const { deliver } = await running(queue);
    await deliver(20);
    const killAll = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1`;
    for (let times = 0; times < 3; times += 1) {
      await Promise.all([deliver(20), pool.query(killAll, [schema])]);
    }
    await deliver(20);
    await wakesAgain(deliver, counts);
  }, 60_000);
});
