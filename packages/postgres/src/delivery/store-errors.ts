import { SenderError, type SenderErrorCode } from '@countersign/sender';
import { networkCode, serverCode } from '../client/server-errors.js';
import { NewerSchemaError, UnfinishedMoveError } from '../schema/migrate.js';

/** SQLSTATEs that say what happened to the database: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const BY_STATE: Readonly<Record<string, SenderErrorCode>> = {
  '53100': 'store_full', // disk_full
  XX001: 'store_corrupt', // data_corrupted
  XX002: 'store_corrupt', // index_corrupted
};

const PROBLEMS: Readonly<Partial<Record<SenderErrorCode, string>>> = {
  store_full: 'cannot grow: the disk is full',
  store_corrupt: 'is damaged',
};

/** What a call rejects with, whatever was thrown. The message names the schema, never the connection. */
export function storeError(error: unknown, schema: string): SenderError {
  if (error instanceof SenderError) return error;
  if (error instanceof NewerSchemaError) return new SenderError('store_newer', error.message);
  if (error instanceof UnfinishedMoveError) {
    const problem = `a record is being moved into the schema ${schema}: let the move end, or go on with it`;
    return new SenderError('store_locked', problem, { cause: error });
  }
  const network = networkCode(error);
  if (network !== undefined) {
    const problem = `PostgreSQL cannot be reached (${network}): check the client's address, and that the server runs`;
    return new SenderError('store_unavailable', problem, { cause: error });
  }
  const state = serverCode(error);
  const code = BY_STATE[state ?? ''] ?? 'store_unavailable';
  const said = state === undefined ? '' : ` (SQLSTATE ${state})`;
  const problem = PROBLEMS[code] ?? 'cannot be read or written';
  return new SenderError(code, `the schema ${schema} ${problem}${said}`, { cause: error });
}
