import { DatabaseSync } from 'node:sqlite';
import { restrictFile } from './database-file.js';
import { lockedError, SQLITE_BUSY } from './locked-error.js';
import { checkOrigin, migrate, pragma } from './migrations.js';
import { text } from './row.js';
import { steps } from './sql/schema.js';
import { fileError, resultOf, storeError } from './store-errors.js';

const SQLITE_NOTADB = 26;
const FULL = 2;

/** Opens a file, made where there is none, for this process alone, with today's schema; what is committed there survives a loss of power. */
export function openDatabase(path: string): DatabaseSync {
  const database = connect(path);
  try {
    prepareDatabase(database, path);
    return database;
  } catch (error) {
    database.close();
    throw openError(error, path);
  }
}

function connect(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { enableForeignKeyConstraints: true });
  } catch (error) {
    throw storeError(error, path);
  }
}

function prepareDatabase(database: DatabaseSync, path: string): void {
  // Before anything is read: then there is no shared memory, and the lock is held until the database is closed.
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  checkOrigin(database, path, steps.length);
  restrictFile(path);
  const mode = database.prepare('PRAGMA journal_mode = WAL').get();
  if (mode === undefined || text(mode, 'journal_mode') !== 'wal') {
    throw fileError('store_unavailable', path, 'cannot have a write-ahead log');
  }
  database.exec('PRAGMA synchronous = FULL');
  if (pragma(database, 'synchronous') !== FULL) {
    throw fileError('store_unavailable', path, 'cannot be written durably: `synchronous` is not FULL');
  }
  database.exec(SETTINGS);
  migrate(database, steps);
}

// macOS alone heeds the first two: there a sync does not reach the disk otherwise.
const SETTINGS = `
  PRAGMA fullfsync = ON;
  PRAGMA checkpoint_fullfsync = ON;
  PRAGMA cache_size = -16384; -- 16 MiB, however long the backlog
  PRAGMA secure_delete = ON; -- what was sealed, deleted or pruned is overwritten: the file would keep its text for long
  PRAGMA temp_store = MEMORY;
  PRAGMA wal_autocheckpoint = 4000; -- pages, 16 MiB: so rarely that 99 % of all writes do not meet it
  PRAGMA journal_size_limit = 67108864; -- 64 MiB stay on the disk after a burst
`;

/** What is told of a database that could not be opened. */
export function openError(error: unknown, path: string): Error {
  if (resultOf(error) === SQLITE_NOTADB) {
    return fileError('store_foreign', path, 'is no SQLite database', error);
  }
  if (resultOf(error) === SQLITE_BUSY) {
    return lockedError(error, path, path);
  }
  return storeError(error, path);
}
