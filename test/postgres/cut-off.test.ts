import { postgresStore, type SqlConnection, type SqlPool } from '@countersign/postgres';
import type { DeliveryStore } from '@countersign/sender';
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

function stoppedBeforeCommit(): StoppedPool {
  let tell = (_pid: number): void => {};
  let goOn = (): void => {};
  const stopped = new Promise<number>((resolve) => (tell = resolve));
  const goingOn = new Promise<void>((resolve) => (goOn = resolve));
  const pool = testPool();
  const connect = pool.connect.bind(pool);
  const client: SqlPool = Object.assign(pool, {
    async connect(): Promise<SqlConnection> {
      const connection = await connect();
      return {
        async query(text, values) {
          if (text === 'COMMIT') {
            const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
            tell(rows[0]?.pid ?? 0);
            await goingOn;
          }
          return connection.query(text, values);
        },
        release: (error) => connection.release(error),
      };
    },
  });
  return { client, stopped, goOn: () => goOn() };
}

async function openStores() {
  const pool = testPool();
  const schema = testSchema(pool);
  const store = postgresStore({ client: pool, schema });
  await store.open();
  await store.events.append([newEvent()]);
  const stopping = stoppedBeforeCommit();
  const stopped = postgresStore({ client: stopping.client, schema, prepare: false });
  return { pool, stopping, store, stopped };
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
