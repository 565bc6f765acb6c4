import { postgresStore } from '@countersign/postgres';
import type { DeliveryStore } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { testPool, testSchema } from '../../services/postgres.js';

/** The record of a stage: vitest.config.ts says which suites are run on which stores. */
export function stageStore(now: () => number): DeliveryStore {
  if (process.env['COUNTERSIGN_STAGE_STORE'] !== 'postgres') return memoryStore({ now });
  const pool = testPool();
  return postgresStore({ client: pool, schema: testSchema(pool), now });
}
