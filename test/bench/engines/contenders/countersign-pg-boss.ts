import { pgBossQueue } from '@countersign/postgres/pg-boss';
import { PgBoss } from 'pg-boss';
import { DATABASE_URL, type Engine, type EngineSetting } from '../engine.js';
import { countersign } from './countersign.js';

/** The sender on Postgres, woken by pg-boss. */
export async function countersignOnPgBoss(setting: EngineSetting): Promise<Engine> {
  const schema = `bench_${setting.run}_boss`;
  const boss = new PgBoss({ connectionString: DATABASE_URL, schema, max: 4 });
  boss.on('error', () => {});
  await boss.start();
  return countersign(setting, {
    queue: pgBossQueue({ boss }),
    remove: (pool) => pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`),
    close: () => boss.stop({ graceful: false }),
  });
}
