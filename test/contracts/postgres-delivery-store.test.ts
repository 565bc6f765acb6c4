import { randomBytes } from 'node:crypto';
import { deliveryStoreContract } from '@countersign/testing';
import { Pool } from 'pg';
import { afterAll, test } from 'vitest';
import { storeOfCases } from '../services/postgres-store.js';
import { databaseUrl, describeWithPostgres } from '../services/services.js';

describeWithPostgres('postgresStore keeps the contract of every delivery store', () => {
  const pool = new Pool({ connectionString: databaseUrl, max: 6 });
  const schema = `test_${randomBytes(6).toString('hex')}`;
  const cases = storeOfCases(pool, schema);
  afterAll(async () => {
    await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await pool.end();
  });

  for (const { name, run } of deliveryStoreContract) {
    test(name, async () => run(await cases.next()));
  }
});
