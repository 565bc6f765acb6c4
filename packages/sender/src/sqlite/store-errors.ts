import { SenderError } from '../errors/sender-error.js';
import type { SenderErrorCode } from '../errors/sender-errors.js';

const PROBLEMS = {
  store_locked: 'is in use',
  store_corrupt: 'is damaged',
  store_full: 'cannot grow: the disk or the quota is full',
  store_unavailable: 'cannot be read or written',
} satisfies Partial<Record<SenderErrorCode, string>>;

/** Primary result codes of SQLite that say what happened to the file: https://www.sqlite.org/rescode.html */
const BY_RESULT: ReadonlyMap<number | undefined, keyof typeof PROBLEMS> = new Map([
  [5, 'store_locked'], // SQLITE_BUSY
  [11, 'store_corrupt'], // SQLITE_CORRUPT
  [13, 'store_full'], // SQLITE_FULL
  [26, 'store_corrupt'], // SQLITE_NOTADB, of what was a database when it was opened
]);

/** What a call rejects with, whatever was thrown. The message names the file. */
export function storeError(error: unknown, path: string): SenderError {
  if (error instanceof SenderError) return error;
  const code = BY_RESULT.get(resultOf(error)) ?? (isDiskFull(error) ? 'store_full' : 'store_unavailable');
  return fileError(code, path, PROBLEMS[code], error);
}

/** A sentence about the file. */
export function fileError(
  code: SenderErrorCode,
  path: string,
  problem: string,
  cause?: unknown,
): SenderError {
  return new SenderError(code, `the database ${path} ${problem}`, cause === undefined ? {} : { cause });
}

/** SQLite's primary result code, where it has given one. */
export function resultOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** The code of a failed call of the file system. */
export function systemCodeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function isDiskFull(error: unknown): boolean {
  const code = systemCodeOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}
