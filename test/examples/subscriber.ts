import { once } from 'node:events';
import { createServer } from 'node:http';
import { createReceiver } from '@countersign/core';
import { nodeListener } from '@countersign/core/node';
import { onTestFinished } from 'vitest';

/** Who is told of orders. */
export interface Subscriber {
  readonly url: string;
  /** The data of what it was told, in order. */
  readonly orders: readonly unknown[];
  /** From now on it verifies with this secret. */
  use(secret: unknown): void;
}

/** A receiver of `order.placed` that ends with the test. */
export async function startSubscriber(): Promise<Subscriber> {
  const orders: unknown[] = [];
  let secret: string | undefined;
  const receiver = createReceiver({ secrets: () => secret, onOutcome: () => {} }).on(
    'order.placed',
    (event) => {
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
    use: (given) => {
      secret = String(given);
    },
  };
}

/** Posts JSON; the status and what is answered. */
export async function post(
  url: string,
  body: object,
): Promise<{ readonly status: number; readonly json: object }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, json: Object(await response.json()) };
}
