import { unvalidated } from '@countersign/core';
import { postgresStore } from '@countersign/postgres';
import { bullmqQueue } from '@countersign/redis/bullmq';
import { createSender } from '@countersign/sender';
import { Queue, Worker } from 'bullmq';
import { Pool } from 'pg';

const name = process.env['QUEUE'] ?? 'webhooks';
const url = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
const warn = ({ message }: Error): void => console.warn(message);

const pool = new Pool({ connectionString: process.env['DATABASE_URL'], connectionTimeoutMillis: 10_000 });
pool.on('error', warn);

// What adds wake-ups fails soon when Redis is away; what waits for them waits.
const queue = new Queue(name, { connection: { url, maxRetriesPerRequest: 1, enableOfflineQueue: false } });
queue.on('error', warn);

/** Every process has one: those that only send, and those that are started and deliver. */
export const sender = createSender({
  store: postgresStore({ client: pool, schema: process.env['SCHEMA'] ?? 'webhooks' }),
  queue: bullmqQueue({
    queue,
    worker: (options) => {
      const worker = new Worker(name, null, { connection: { url, maxRetriesPerRequest: null }, ...options });
      return worker.on('error', warn);
    },
  }),
  events: { 'order.placed': unvalidated<{ order: string; total: number }>() },
  // Receivers on this machine, for trying it out: leave both out in production.
  allowHttp: true,
  allowPrivateNetworks: ['127.0.0.0/8'],
  onEvent(outcome) {
    if (outcome.kind !== 'attempt') return console.warn(outcome);
    const { eventId, endpointId, attempt, status, error = '' } = outcome;
    console.log(`${outcome.outcome}: ${eventId} to ${endpointId}, attempt ${attempt}: ${status ?? error}`);
  },
});

/** What is in flight first, then the connections. */
export async function stop(): Promise<void> {
  await sender.stop();
  await queue.close();
  await pool.end();
}
