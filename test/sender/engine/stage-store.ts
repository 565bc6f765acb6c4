import { postgresStore } from '@countersign/postgres';
import type { DeliveryStore } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { testPool, testSchema } from '../../services/postgres.js';

const isOnPostgres = process.env['COUNTERSIGN_STAGE_STORE'] === 'postgres';

/** The record of a stage: vitest.config.ts says which suites are run on which stores. */
export function stageStore(now: () => number): DeliveryStore {
  if (!isOnPostgres) return memoryStore({ now });
  const pool = testPool();
  return postgresStore({ client: pool, schema: testSchema(pool), now });
}

const STILL_MS = 4000;
const NEXT_LOOK_MS = 500;

/**
 * Waits, by a clock that stands still. On Postgres answers take real time: a look at the record that was under way when
 * the clock was moved is followed by the next one half a second later, and a clock that stands still never comes there.
 * So where nothing has come for long, that half second passes.
 */
export async function waitOn(waiting: Promise<void>, advance: (ms: number) => Promise<void>): Promise<void> {
  if (!isOnPostgres) return waiting;
  const passing = setInterval(() => void advance(NEXT_LOOK_MS), STILL_MS);
  try {
    await waiting;
  } finally {
    clearInterval(passing);
  }
}
