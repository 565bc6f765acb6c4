/** A process that sends and delivers until it is killed: what it prints as sent was acknowledged. */
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { postgresStore, type SqlClient } from '@countersign/postgres';
import { createSender, type Sender } from '@countersign/sender';
import { Pool } from 'pg';
import { queueOf } from './queues.js';
import { PLAIN, SCHEMA, type SenderSettings, SHARDS, TRANSACTIONAL, WAYS, type Way } from './settings.js';

const PRODUCERS = 4;
const PAUSE_MS = 20;
const AFTER_FAILURE_MS = 100;

interface ChaosEvent {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly orderingKey: string | undefined;
}

const settings: SenderSettings = JSON.parse(process.argv[2] ?? '');
const pool = new Pool({
  connectionString: settings.databaseUrl,
  max: 12,
  connectionTimeoutMillis: 2000,
  query_timeout: 4000,
});
pool.on('error', () => {});
const sender = createSender({
  store: postgresStore({ client: pool, schema: SCHEMA }),
  queue: await queueOf(settings),
  retry: { delaysMs: [0, 50, 200, 500, ...Array<number>(96).fill(1000)] },
  requestTimeoutMs: 5000,
  allowHttp: true,
  allowPrivateNetworks: ['127.0.0.0/8'],
  onEvent(outcome) {
    if (outcome.kind === 'notice') print(`notice ${outcome.code}`);
    else if (outcome.kind === 'endpoint_disabled') print('notice endpoint_disabled');
  },
});

let isQuiet = false;
process.stdin.once('end', () => (isQuiet = true)).resume();

await start(sender);
await Promise.all(Array.from({ length: PRODUCERS }, (_, index) => produce(index)));
print('quiet');

/** The database may be away just now. */
async function start(started: Sender<Record<string, unknown>, SqlClient>): Promise<void> {
  for (;;) {
    try {
      return await started.start();
    } catch {
      await pause(AFTER_FAILURE_MS);
    }
  }
}

/** One event after the other, so that those of one key have an order. */
async function produce(producer: number): Promise<void> {
  for (let count = 0; !isQuiet; count += 1) {
    const way = WAYS[count % WAYS.length] ?? 'alone';
    const event = {
      id: `${settings.name}-${producer}-${String(count).padStart(6, '0')}-${way}`,
      type: (count + producer) % 2 === 0 ? TRANSACTIONAL : PLAIN,
      data: { shard: producer % SHARDS },
      orderingKey: producer % 2 === 0 ? `${settings.name}-${producer}` : undefined,
    };
    await sendUntilDone(event, way);
    await pause(PAUSE_MS);
  }
}

/** An event by itself is sent again until it is acknowledged; of a transaction nobody knows how far it came. */
async function sendUntilDone(event: ChaosEvent, way: Way): Promise<void> {
  for (;;) {
    try {
      if (way === 'alone') await sender.send(event);
      else await sendWithOrder(event, way === 'ordered' ? 'COMMIT' : 'ROLLBACK');
      if (way !== 'undone') print(`sent ${event.id}`);
      return;
    } catch {
      await pause(AFTER_FAILURE_MS);
      if (way !== 'alone') return;
    }
  }
}

async function sendWithOrder(event: ChaosEvent, end: 'COMMIT' | 'ROLLBACK'): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('INSERT INTO orders (event) VALUES ($1)', [event.id]);
    await sender.send(event, { transaction: client });
    await client.query(end);
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}

function print(line: string): void {
  writeSync(1, `${line}\n`);
}
