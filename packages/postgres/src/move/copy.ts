import type { RecordPlace, RecordReader } from '@countersign/sender/sqlite/record';
import type { Database } from '../client/database.js';
import { serverCode } from '../client/server-errors.js';
import type { SqlClient } from '../client/sql-client.js';
import { MoveError } from './move-error.js';
import { type Mark, moveOn } from './move-log.js';
import { copiedInSteps, insertOf, type MovedTable } from './tables.js';

/** One step: a moment of the database, and little of this process's memory. */
const ROWS_AT_ONCE = 2000;
const BYTES_AT_ONCE = 4 * 1024 * 1024;

const UNIQUE_VIOLATION = '23505';
/** untranslatable_character, character_not_in_repertoire: the database's encoding is not UTF8. */
const REFUSED_TEXT = ['22P05', '22021'];

/** A move under way. */
export interface Move {
  readonly database: Database;
  readonly record: RecordReader;
  readonly progress: (table: MovedTable, rows: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** Copies, from a mark on, all that is copied in steps; the mark behind them. */
export async function copySteps(move: Move, from: Mark): Promise<Mark> {
  let mark = from;
  for (let table = copiedInSteps[mark.step]; table !== undefined; table = copiedInSteps[mark.step]) {
    move.signal?.throwIfAborted();
    mark = await copyStep(move, table, mark);
    move.progress(table, mark.rows);
  }
  return mark;
}

/** Rows and their mark, whole or not at all. */
async function copyStep({ database, record }: Move, table: MovedTable, from: Mark): Promise<Mark> {
  const { rows, next } = pageOf(record, table, from.after);
  const to: Mark = {
    step: next === undefined ? from.step + 1 : from.step,
    after: next,
    rows: from.rows + rows.length,
  };
  await database.transaction(async (client) => {
    await moveOn(client, database.schema, from, to);
    await insert(client, database.schema, table, rows);
  });
  return to;
}

/** All rows of a table within one transaction. */
export async function copyAll(
  client: SqlClient,
  { database, record, progress, signal }: Move,
  table: MovedTable,
  rowsBefore: number,
): Promise<number> {
  let [copied, after, isEnd]: [number, RecordPlace | undefined, boolean] = [rowsBefore, undefined, false];
  while (!isEnd) {
    signal?.throwIfAborted();
    const { rows, next } = pageOf(record, table, after);
    await insert(client, database.schema, table, rows);
    [copied, after, isEnd] = [copied + rows.length, next, next === undefined];
    progress(table, copied);
  }
  return copied;
}

function pageOf(record: RecordReader, table: MovedTable, after: RecordPlace | undefined) {
  return record.read(table, { after, maxRows: ROWS_AT_ONCE, maxBytes: BYTES_AT_ONCE });
}

async function insert(
  client: SqlClient,
  schema: string,
  table: MovedTable,
  rows: readonly unknown[],
): Promise<void> {
  if (rows.length === 0) return;
  try {
    await client.query(insertOf(schema, table), [JSON.stringify(rows)]);
  } catch (error) {
    throw refusalOf(error, schema, table);
  }
}

function refusalOf(error: unknown, schema: string, table: MovedTable): unknown {
  const state = serverCode(error) ?? '';
  if (state === UNIQUE_VIOLATION) {
    const problem = `somebody has written to the table ${table} of the schema ${schema} since the move began`;
    return new MoveError('target_in_use', `${problem}: stop senders there, and start over`, { cause: error });
  }
  if (REFUSED_TEXT.includes(state)) {
    const problem = `the database cannot keep a text of the table ${table}: its encoding must be UTF8`;
    return new MoveError('text_refused', problem, { cause: error });
  }
  return error;
}
