import type { SenderError } from '../errors/sender-error.js';
import { lockHolder } from './database-file.js';
import { fileError } from './store-errors.js';

/** SQLite's result code of a file that somebody else has locked. */
export const SQLITE_BUSY = 5;

/** What is told of a database of which somebody else has locked this file. */
export function lockedError(cause: unknown, path: string, lockedPath: string): SenderError {
  return fileError('store_locked', path, `is open ${holder(lockHolder(lockedPath))} already`, cause);
}

function holder(pid: number | undefined): string {
  if (pid === undefined) return 'in another process, or elsewhere in this one,';
  return pid === process.pid ? 'in this process' : `in process ${pid}`;
}
