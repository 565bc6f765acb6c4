import type { RecordReader } from '@countersign/sender/sqlite/record';
import { MoveError } from './move-error.js';
import { type MovedTable, movedTables } from './tables.js';

/** Opens the file. `node:sqlite` is looked for here, so that this module can be imported where there is none. */
export async function openSource(from: string): Promise<RecordReader> {
  const { openRecord } = await recordModule();
  return openRecord(from);
}

async function recordModule(): Promise<typeof import('@countersign/sender/sqlite/record')> {
  try {
    return await import('@countersign/sender/sqlite/record');
  } catch (cause) {
    const needed = 'a move needs Node.js 22.13 or newer, for node:sqlite, and @countersign/sender installed';
    throw new MoveError('needs_sqlite', needed, { cause });
  }
}

/** Rows by table. */
export function countsOf(record: RecordReader): Readonly<Record<MovedTable, number>> {
  return byTable((table) => record.count(table));
}

/** A number for each table. */
export function byTable(numberOf: (table: MovedTable) => number): Readonly<Record<MovedTable, number>> {
  return {
    events: numberOf('events'),
    deliveries: numberOf('deliveries'),
    attempts: numberOf('attempts'),
    tallies: numberOf('tallies'),
    endpoints: numberOf('endpoints'),
    subscriptions: numberOf('subscriptions'),
    lanes: numberOf('lanes'),
  };
}

/** Of all tables. */
export function sumOf(counts: Readonly<Record<MovedTable, number>>): number {
  return movedTables.reduce((sum, table) => sum + counts[table], 0);
}
