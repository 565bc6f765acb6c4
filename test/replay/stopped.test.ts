import { join } from 'node:path';
import type { ReplayStore } from '@countersign/core';
import { sqliteReplayStore } from '@countersign/core/sqlite';
import { postgresReplayStore } from '@countersign/postgres';
import { redisReplayStore } from '@countersign/redis';
import { expect, onTestFinished, test } from 'vitest';
import { buildProgram, ChildProcess } from '../chaos/program.js';
import { temporaryFolder } from '../sender/sqlite/temporary-folder.js';
import { testPool, testSchema } from '../services/postgres.js';
import { databaseUrl, describeWithPostgres, describeWithRedis, redisUrl } from '../services/services.js';
import { horizons, lease, newClaim } from './claims.js';
import { ioRedis } from './redis-clients.js';

const LEASE_MS = 500;

/** A child claims a key and is stopped beyond its lease; another takes over; the child goes on. */
async function cannotSettleWhatWasTaken(store: ReplayStore, url: string, place: string): Promise<void> {
  const owner = newClaim();
  const program = await buildProgram('../replay/claimant-program.ts');
  const child = new ChildProcess(program, { url, place, keys: [owner.key], leaseMs: LEASE_MS });
  await child.printed(`claimed ${owner.key}`);
  await child.printed('ready');
  child.signal('SIGSTOP');
  await expect.poll(() => store.claim(owner, lease()), { timeout: 10_000 }).toBe('claimed');

  child.signal('SIGCONT');
  await child.printed('released');
  expect(child.lines).toContain('committed false');
  expect(await store.claim(newClaim(owner.key), lease())).toBe('in_progress');
  expect(await store.commit(owner, horizons)).toBe(true);
}

describeWithPostgres('a process that was stopped beyond its lease', () => {
  test('neither commits nor releases what another has taken: Postgres', { timeout: 30_000 }, async () => {
    const pool = testPool();
    const schema = testSchema(pool);
    await cannotSettleWhatWasTaken(postgresReplayStore({ client: pool, schema }), databaseUrl, schema);
  });
});

describeWithRedis('a process that was stopped beyond its lease', () => {
  test('neither commits nor releases what another has taken: Redis', { timeout: 30_000 }, async () => {
    const prefix = `test:${crypto.randomUUID()}:`;
    const client = ioRedis();
    await expect.poll(() => client.status).toBe('ready');
    await cannotSettleWhatWasTaken(redisReplayStore({ client, prefix }), redisUrl, prefix);
  });
});

test('neither commits nor releases what another has taken: SQLite', { timeout: 30_000 }, async () => {
  const path = join(temporaryFolder(), 'replays.db');
  const store = sqliteReplayStore({ path });
  onTestFinished(() => store.close());
  await cannotSettleWhatWasTaken(store, 'file', path);
});
