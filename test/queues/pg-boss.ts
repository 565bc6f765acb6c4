import type { SqlClient } from '@countersign/postgres';
import { pgBossQueue } from '@countersign/postgres/pg-boss';
import type { DeliveryQueue } from '@countersign/sender';
import type { Pool } from 'pg';
import { PgBoss } from 'pg-boss';
import { onTestFinished } from 'vitest';
import { testSchema } from '../services/postgres.js';
import { databaseUrl } from '../services/services.js';

/** A queue over an instance of pg-boss in a process of its own, as it were. */
export async function bossQueue(pool: Pool, schema = testSchema(pool), notify = true) {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    schema,
    application_name: schema,
    supervise: false,
    schedule: false,
    max: 4,
  });
  boss.on('error', () => {});
  await boss.start();
  onTestFinished(() => boss.stop({ graceful: false }));
  const queue: DeliveryQueue<SqlClient> = pgBossQueue({ boss, notify });
  return { boss, queue, schema };
}
