import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { lockFile } from './file-lock.js';
import { checkOrigin, pragma } from './migrations.js';
import { openError } from './open-database.js';
import { rowsAfter } from './record-rows.js';
import {
  type RecordPage,
  type RecordPlace,
  type RecordTable,
  type RecordValue,
  recordTables,
} from './record-tables.js';
import { number } from './row.js';
import { steps } from './sql/schema.js';
import { fileError, storeError } from './store-errors.js';

export type { RecordPage, RecordPlace, RecordRow, RecordTable, RecordValue } from './record-tables.js';

/** How much is read at once. */
export interface ReadOptions {
  /** The place behind which it goes on. Default: the beginning. */
  readonly after?: RecordPlace | undefined;
  readonly maxRows: number;
  /** UTF-8 bytes of texts: the row that exceeds them is the last one. */
  readonly maxBytes: number;
}

/** A record that nobody works, as long as this is open. */
export interface RecordReader {
  /** Another one for each state of each record: the same as long as no sender has worked on it. */
  readonly fingerprint: string;
  /** Up to this number every event is routed. */
  readonly routedTo: number;
  /** The last number that was given. */
  readonly lastNumbers: Readonly<Record<'lanes' | 'events' | 'deliveries', number>>;
  count(table: RecordTable): number;
  read(table: RecordTable, options: ReadOptions): RecordPage;
  close(): void;
}

/**
 * Opens the record of a `sqliteStore` to read it row by row, as it stands there: what moves it elsewhere needs no
 * more. The file is locked, so that no sender works on it meanwhile, and is not changed: `<path>-lock` is made beside
 * it where it is not there, and SQLite may leave `<path>-shm` and an empty `<path>-wal`, which mean nothing afterwards.
 *
 * Throws a `SenderError` that names the file: `store_locked` where it is open elsewhere, `store_foreign` and
 * `store_newer` where it is not this version's, `store_unavailable` where it is not there, cannot be read, or has the
 * schema of an older version. A text that is not UTF-8 or has U+0000 is `store_corrupt`, with the row's place.
 *
 * @example
 * const record = openRecord('webhooks.db');
 * console.log(record.count('events'));
 * record.close();
 */
export function openRecord(path: string): RecordReader {
  mustBeThere(path);
  const lock = lockFile(path);
  try {
    const database = connect(path);
    return reader(database, path, () => {
      database.close();
      lock.release();
    });
  } catch (error) {
    lock.release();
    throw error;
  }
}

function mustBeThere(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw fileError('store_unavailable', path, 'is not there');
}

function connect(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    // Held until it is closed: no other program writes meanwhile either.
    database.exec('BEGIN');
    checkOrigin(database, path, steps.length);
    const version = pragma(database, 'user_version');
    if (version === steps.length) return database;
    const older = `has schema ${version} of ${steps.length}: start a sender on it once, which brings it up to date`;
    throw fileError('store_unavailable', path, older);
  } catch (error) {
    database.close();
    throw openError(error, path);
  }
}

function reader(database: DatabaseSync, path: string, close: () => void): RecordReader {
  /** What goes wrong names the file. */
  const told = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw storeError(error, path);
    }
  };
  const numberOf = (sql: string): number => {
    const row = database.prepare(`SELECT (${sql}) AS value`).get();
    return row === undefined || row['value'] === null ? 0 : number(row, 'value');
  };
  const routedTo = told(() => numberOf('SELECT routed_to FROM routing'));
  return {
    fingerprint: told(() => fingerprintOf(database)),
    routedTo,
    lastNumbers: told(() => ({
      lanes: numberOf(`SELECT seq FROM sqlite_sequence WHERE name = 'lanes'`),
      events: Math.max(routedTo, numberOf('SELECT max(seq) FROM events')),
      deliveries: numberOf('SELECT max(seq) FROM deliveries'),
    })),
    count: (table) => told(() => numberOf(`SELECT count(*) FROM (${recordTables[table].source})`)),
    read: (table, options) => told(() => pageOf(database, path, table, options)),
    close,
  };
}

/** What no work on a record leaves as it is: the time that was seen last, numbers, counts and sums. */
function fingerprintOf(database: DatabaseSync): string {
  const facts = database
    .prepare(
      `SELECT (SELECT seen_at FROM clock), (SELECT routed_to FROM routing),
        (SELECT seq FROM sqlite_sequence WHERE name = 'lanes'), (SELECT json_array(count(*), min(seq)) FROM lanes),
        (SELECT json_array(count(*), sum(revision), max(updated_at), min(id), max(id)) FROM endpoints),
        (SELECT json_array(count(*), max(seq)) FROM events), (SELECT id FROM events ORDER BY seq DESC LIMIT 1),
        (SELECT json_array(count(*), max(seq), sum(attempts), sum(due_at), sum(finished_at)) FROM deliveries),
        (SELECT json_array(count(*), sum(count)) FROM tallies)`,
    )
    .get();
  return createHash('sha256')
    .update(JSON.stringify(Object.values(facts ?? {})))
    .digest('hex');
}

function pageOf(
  database: DatabaseSync,
  path: string,
  table: RecordTable,
  { after, maxRows, maxBytes }: ReadOptions,
): RecordPage {
  const rows: Readonly<Record<string, RecordValue>>[] = [];
  let bytes = 0;
  for (const { row, bytes: size, place, fault } of rowsAfter(database, table, after)) {
    if (fault !== undefined) throw fileError('store_corrupt', path, `has ${fault}`);
    rows.push(row);
    bytes += size;
    if (rows.length >= maxRows || bytes >= maxBytes) return { rows, next: place };
  }
  return { rows, next: undefined };
}
