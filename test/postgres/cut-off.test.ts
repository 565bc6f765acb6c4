import { postgresStore, type SqlPool } from '@countersign/postgres';
import type { DeliveryStore } from '@countersign/sender';
import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { newEvent } from '../sender/sqlite/new-records.js';
import { testPool, testSchema } from '../services/postgres.js';
import { describeWithPostgres } from '../services/services.js';

/** A pool as a process has it that is stopped before it commits. */
interface StoppedPool {
  readonly client: SqlPool;
  /** The server's process for the transaction that is open. */
  readonly stopped: Promise<number>;
  goOn(): void;
}

function stoppedBeforeCommit(pool: Pool): StoppedPool {
  let tell = (_pid: number): void => {};
  let goOn = (): void => {};
  const stopped = new Promise<number>((resolve) => (tell = resolve));
  const goingOn = new Promise<void>((resolve) => (goOn = resolve));
  return {
    client: {
      query: (text, values) => pool.query(text, values),
      async connect() {
        const client = await pool.connect();
        return {
          async query(text, values) {
            if (text === 'COMMIT') {
              const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
              tell(rows[0]?.pid ?? 0);
              await goingOn;
            }
            return client.query(text, values);
          },
          release: (error) => client.release(error),
          on: (event, listener) => client.on(event, listener),
          off: (event, listener) => client.off(event, listener),
        };
      },
    },
    stopped,
    goOn: () => goOn(),
  };
}

async function openStores(): Promise<{
  pool: Pool;
  stopping: StoppedPool;
  store: DeliveryStore;
  stopped: DeliveryStore;
}> {
  const pool = testPool();
  const schema = testSchema(pool);
  const store = postgresStore({ client: pool, schema });
  await store.open();
  await store.events.append([newEvent()]);
  const stopping = stoppedBeforeCommit(testPool());
  return { pool, stopping, store, stopped: postgresStore({ client: stopping.client, schema }) };
}

const take = (store: DeliveryStore) => store.events.takeUnrouted({ limit: 1, leaseMs: 1000 });

describeWithPostgres('a transaction', () => {
  test('whose connection is cut between two statements is rolled back, and the process goes on', async () => {
    const { pool, stopping, store, stopped } = await openStores();
    const taking = take(stopped);
    const pid = await stopping.stopped;
    await pool.query('SELECT pg_terminate_backend($1)', [pid]);
    expect(await take(store)).toHaveLength(1);
    stopping.goOn();
    await expect(taking).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  test('of a process that is stopped holds others up for less than a lease', async () => {
    const { stopping, store, stopped } = await openStores();
    const taking = take(stopped);
    await stopping.stopped;
    const fromMs = performance.now();
    expect(await take(store)).toHaveLength(1);
    expect(performance.now() - fromMs).toBeLessThan(15_000);
    stopping.goOn();
    await expect(taking).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
