import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReceiver } from '@countersign/core';
import { nodeListener } from '@countersign/core/node';
import { expect, onTestFinished, test } from 'vitest';
import { startExample } from './example-process.js';

const EXAMPLE = 'examples/sender-sqlite/server.ts';

async function post(url: string, body: object): Promise<{ id?: unknown; secret?: unknown; event?: unknown }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(response.ok).toBe(true);
  const answer: object = Object(await response.json());
  return answer;
}

async function freshDatabase(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'countersign-example-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return join(directory, 'webhooks.db');
}

/** A subscriber that can be away. */
async function startSubscriber() {
  const orders: unknown[] = [];
  let secret: string | undefined;
  let isAway = false;
  const receiver = createReceiver({ secrets: () => secret, onOutcome: () => {} }).on(
    'order.placed',
    (event) => {
      if (isAway) throw new Error('away');
      orders.push(event.data);
    },
  );
  const server = createServer(nodeListener(receiver)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close().closeAllConnections());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/webhooks`,
    orders,
    use: (given: unknown) => {
      secret = String(given);
    },
    leave: () => {
      isAway = true;
    },
    comeBack: () => {
      isAway = false;
    },
  };
}

test('tells subscribers of orders, once each, and shows the record', async () => {
  const subscriber = await startSubscriber();
  const { origin, printed, stop } = await startExample(EXAMPLE, { DATABASE: await freshDatabase() });
  const { id, secret } = await post(`${origin}/subscribe`, { url: subscriber.url });
  subscriber.use(secret);

  expect(await post(`${origin}/orders`, { order: 'A-1', total: 4900 })).toStrictEqual({ event: 'order_A-1' });
  expect(await post(`${origin}/orders`, { order: 'A-1', total: 4900 })).toStrictEqual({ event: 'order_A-1' });
  await printed(/delivered: order_A-1 to wh_\w+, attempt 1: 200\n/);

  expect(subscriber.orders).toStrictEqual([{ order: 'A-1', total: 4900 }]);
  await expect
    .poll(async () => (await fetch(`${origin}/subscribers/${id}/deliveries`)).json())
    .toMatchObject({ data: [{ status: 'delivered', attemptCount: 1, eventType: 'order.placed' }] });
  expect((await stop()).exitCode).toBe(0);
});

test('delivers after a restart what was pending at SIGTERM', async () => {
  const subscriber = await startSubscriber();
  const env = { DATABASE: await freshDatabase() };
  const first = await startExample(EXAMPLE, env);
  const { secret } = await post(`${first.origin}/subscribe`, { url: subscriber.url });
  subscriber.use(secret);
  subscriber.leave();
  await post(`${first.origin}/orders`, { order: 'B-2', total: 1 });
  await first.printed(/retry: order_B-2 to wh_\w+, attempt 1: 500\n/);
  expect((await first.stop()).exitCode).toBe(0);

  subscriber.comeBack();
  const second = await startExample(EXAMPLE, env);
  onTestFinished(async () => void (await second.stop()));
  await second.printed(/delivered: order_B-2 to wh_\w+, attempt 2: 200\n/);
  expect(subscriber.orders).toStrictEqual([{ order: 'B-2', total: 1 }]);
});
