import { randomBytes } from 'node:crypto';
import { postgresInbox } from '@countersign/postgres';
import { fakeClock, inboxContract } from '@countersign/testing';
import { Pool } from 'pg';
import { afterAll, test } from 'vitest';
import { databaseUrl, describeWithPostgres } from '../services/services.js';

describeWithPostgres('postgresInbox keeps the contract of every inbox', () => {
  const pool = new Pool({ connectionString: databaseUrl, max: 6 });
  const schema = `test_${randomBytes(6).toString('hex')}`;
  afterAll(async () => {
    await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await pool.end();
  });

  for (const { name, run } of inboxContract) {
    test(name, () => {
      const { now, advance } = fakeClock();
      return run({ inbox: postgresInbox({ client: pool, schema, now }), advance });
    });
  }
});
