import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { postgresReplayStore } from '@countersign/postgres';
import { replayStoreContract } from '@countersign/testing';
import { Pool } from 'pg';
import { afterAll, test } from 'vitest';
import { databaseUrl, describeWithPostgres } from '../services/services.js';

describeWithPostgres('postgresReplayStore keeps the contract of every replay store', () => {
  const client = new Pool({ connectionString: databaseUrl, max: 6 });
  const schema = `test_${randomBytes(6).toString('hex')}`;
  afterAll(async () => {
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await client.end();
  });

  for (const { name, run } of replayStoreContract) {
    // The database's clock cannot be moved: the cases wait side by side.
    test.concurrent(name, { timeout: 30_000 }, () =>
      run({ store: postgresReplayStore({ client, schema }), advance: (ms) => wait(ms) }),
    );
  }
});
