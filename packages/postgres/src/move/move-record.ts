import { mustBe } from '@countersign/core/strict';
import type { RecordReader } from '@countersign/sender/sqlite/record';
import { Database } from '../client/database.js';
import type { SqlPool } from '../client/sql-client.js';
import { storeError } from '../delivery/store-errors.js';
import { migrate } from '../schema/migrate.js';
import { sendingArea } from '../schema/sending.js';
import { copySteps } from './copy.js';
import { endMove } from './end-move.js';
import { MoveError } from './move-error.js';
import { begin, moveArea } from './move-log.js';
import { countsOf, openSource, sumOf } from './source.js';
import type { MovedTable } from './tables.js';

export { isMoveError, MoveError, type MoveErrorCode } from './move-error.js';
export type { MovedTable } from './tables.js';

/** How far a move has come, in rows. */
export interface MoveProgress {
  /** The table that is being copied. */
  readonly table: MovedTable;
  /** Of all tables: those that an earlier run has copied, too. */
  readonly rows: number;
  readonly totalRows: number;
}

/** What has been moved. */
export interface MoveResult {
  /** `moved-before`: an earlier run had come to the end, and nothing was written. */
  readonly outcome: 'moved' | 'moved-before';
  /** Rows by table: what the file holds, and after `moved` the schema too. */
  readonly rows: Readonly<Record<MovedTable, number>>;
}

/** Options of {@link moveRecord}. */
export interface MoveOptions {
  /** The file of a `sqliteStore`, which no sender has open. */
  readonly from: string;
  /** A `Pool` of `pg`, or `fromPostgresJs(sql)`. It stays open. */
  readonly client: SqlPool;
  /** The schema that the record goes into, made where there is none. Default `countersign`. */
  readonly schema?: string | undefined;
  /** Forgets what an unfinished move has copied, and begins again. Default `false`. */
  readonly startOver?: boolean | undefined;
  /** Told after each step. */
  readonly onProgress?: ((progress: MoveProgress) => void) | undefined;
  /** Ends it between two steps, with the signal's reason; the next call goes on there. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Moves the record of a `sqliteStore` into the schema of a `postgresStore`: everything, byte for byte, with its ids,
 * numbers and times. The file is only read, and locked meanwhile; no sender can open the schema before the end. Cut off
 * anywhere, also by SIGKILL, the next call goes on where it stopped and comes to the same end, at which the rows are
 * counted on both sides. Needs Node.js 22.13 for `node:sqlite`.
 *
 * Rejects with a {@link MoveError}, with a `SenderError` of the file or of the schema, or with the signal's reason.
 *
 * @example
 * const client = new Pool({ connectionString: process.env.DATABASE_URL });
 * const { rows } = await moveRecord({ from: 'webhooks.db', client });
 * console.log(`moved ${rows.events} events`);
 */
export async function moveRecord(options: MoveOptions): Promise<MoveResult> {
  const database = new Database(options);
  const { from, startOver = false } = options;
  check(options);
  options.signal?.throwIfAborted();
  const record = await openSource(from);
  try {
    return await move(database, record, startOver, options);
  } catch (error) {
    const isKnown =
      error instanceof MoveError || (options.signal?.aborted === true && error === options.signal.reason);
    throw isKnown ? error : storeError(error, database.schema);
  } finally {
    record.close();
  }
}

async function move(
  database: Database,
  record: RecordReader,
  startOver: boolean,
  { onProgress, signal }: MoveOptions,
): Promise<MoveResult> {
  const counts = countsOf(record);
  await migrate(database, sendingArea, { isMove: true });
  await migrate(database, moveArea, { isMove: true });
  const begun = await database.transaction((client) =>
    begin(client, database.schema, record.fingerprint, startOver),
  );
  if (begun.kind === 'finished') return { outcome: 'moved-before', rows: counts };
  const totalRows = sumOf(counts);
  const progress = (table: MovedTable, rows: number): void => onProgress?.({ table, rows, totalRows });
  const work = { database, record, progress, signal };
  await endMove(work, await copySteps(work, begun.mark), counts);
  return { outcome: 'moved', rows: counts };
}

function check({ from, startOver, onProgress, signal }: MoveOptions): void {
  if (typeof from !== 'string' || from === '' || from.includes('\0'))
    throw mustBe('from', 'the path of a file of sqliteStore', from);
  if (startOver !== undefined && typeof startOver !== 'boolean')
    throw mustBe('startOver', 'true or false', startOver);
  if (onProgress !== undefined && typeof onProgress !== 'function')
    throw mustBe('onProgress', 'a function', onProgress);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw mustBe('signal', 'an AbortSignal', signal);
}
