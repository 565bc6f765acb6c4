import type { DatabaseSync } from 'node:sqlite';
import { type RecordPlace, type RecordRow, type RecordTable, recordTables } from './record-tables.js';
import { number, numberOrNone, type Row, textOrNone } from './row.js';

/** A row as it was read. */
export interface ReadRow {
  readonly row: RecordRow;
  readonly place: RecordPlace;
  /** UTF-8 bytes of its texts. */
  readonly bytes: number;
  /** What makes it none that can be kept elsewhere, with its place. */
  readonly fault: string | undefined;
}

/** The rows of a table behind a place, in order. */
export function* rowsAfter(
  database: DatabaseSync,
  table: RecordTable,
  after: RecordPlace | undefined,
): Generator<ReadRow, void> {
  const { key, numbers, texts, source } = recordTables[table];
  const sizes = texts.map((column) => `octet_length(${column}) AS ${sizeOf(column)}`);
  const columns = [...numbers, ...texts, ...sizes].join(', ');
  const behind = after === undefined ? '' : `WHERE (${key.join(', ')}) > (${key.map(() => '?').join(', ')})`;
  const statement = database.prepare(
    `SELECT ${columns} FROM (${source}) ${behind} ORDER BY ${key.join(', ')}`,
  );
  for (const row of statement.iterate(...(after ?? []))) yield readRow(table, row);
}

function sizeOf(column: string): string {
  return `bytes_of_${column}`;
}

function readRow(table: RecordTable, row: Row): ReadRow {
  const { key, numbers, texts } = recordTables[table];
  const place = key.map((column) => textOrNumber(row, column));
  const faulty = texts.find((column) => !isWhole(row, column));
  return {
    row: Object.fromEntries([
      ...numbers.map((column) => [column, numberOrNone(row, column) ?? null]),
      ...texts.map((column) => [column, textOrNone(row, column) ?? null]),
    ]),
    place,
    bytes: texts.reduce((sum, column) => sum + (numberOrNone(row, sizeOf(column)) ?? 0), 0),
    fault:
      faulty === undefined
        ? undefined
        : `a text that is not UTF-8 or has U+0000: ${table}.${faulty}, row ${JSON.stringify(place)}`,
  };
}

function textOrNumber(row: Row, column: string): string | number {
  return typeof row[column] === 'string' ? row[column] : number(row, column);
}

/** Node.js reads what is not UTF-8 as U+FFFD, and some versions end a text at U+0000. */
function isWhole(row: Row, column: string): boolean {
  const value = textOrNone(row, column);
  if (value === undefined) return true;
  return Buffer.byteLength(value) === number(row, sizeOf(column)) && !value.includes('\0');
}
