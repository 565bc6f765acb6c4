import { DatabaseSync } from 'node:sqlite';
import { prepareFile } from './database-file.js';
import { lockedError, SQLITE_BUSY } from './locked-error.js';
import { fileError, resultOf, storeError } from './store-errors.js';

/** Beside the database, and empty. It is never deleted: whoever has just opened it would lock what is gone. */
const LOCK_SUFFIX = '-lock';

/** The right to a database, as long as it is held. */
export interface FileLock {
  release(): void;
}

/**
 * Locks a database by a file that nobody has a reason to read. On POSIX systems a process loses its locks of a file
 * when it closes any descriptor of it, so that the lock of the database itself ends with the first copy that this
 * process makes of it.
 */
export function lockFile(path: string): FileLock {
  const lockPath = `${path}${LOCK_SUFFIX}`;
  try {
    prepareFile(lockPath);
    const database = locked(lockPath);
    return { release: () => database.close() };
  } catch (error) {
    throw lockError(error, path, lockPath);
  }
}

function locked(lockPath: string): DatabaseSync {
  const database = new DatabaseSync(lockPath);
  try {
    // Writes nothing: the lock alone is wanted.
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function lockError(error: unknown, path: string, lockPath: string): Error {
  if (resultOf(error) === SQLITE_BUSY) return lockedError(error, path, lockPath);
  const code = storeError(error, path).code === 'store_full' ? 'store_full' : 'store_unavailable';
  return fileError(code, path, `cannot be locked: ${lockPath} cannot be used`, error);
}
