import type { RecordPlace } from '@countersign/sender/sqlite/record';
import { number, text, truth } from '../client/row.js';
import type { Row, SqlClient } from '../client/sql-client.js';
import type { SchemaArea } from '../schema/migrate.js';
import { UNFINISHED_MOVE } from '../schema/migrate.js';
import { MoveError } from './move-error.js';
import { copiedInSteps, movedTables } from './tables.js';

/** How far a move has come. A step that was published is never changed. */
export const moveArea: SchemaArea = {
  name: 'move',
  steps: (s) => [
    [
      `CREATE TABLE ${s}.moves (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        source text NOT NULL, -- the fingerprint of the record
        step integer NOT NULL, -- which of its tables is being copied
        place text NOT NULL, -- JSON: up to where, [] at its beginning
        rows bigint NOT NULL,
        is_finished boolean NOT NULL
      )`,
    ],
  ],
};

/** Where a move stands. */
export interface Mark {
  /** The place in {@link copiedInSteps}; behind them there is only the end left to do. */
  readonly step: number;
  readonly after: RecordPlace | undefined;
  /** Rows copied so far. */
  readonly rows: number;
}

const BEGINNING: Mark = { step: 0, after: undefined, rows: 0 };

/** What was known of the move when it was asked for. */
export type Begun = { readonly kind: 'begun'; readonly mark: Mark } | { readonly kind: 'finished' };

/** Begins a move, or finds out how far it has come. Within a transaction. */
export async function begin(
  client: SqlClient,
  schema: string,
  source: string,
  startOver: boolean,
): Promise<Begun> {
  await client.query(`LOCK TABLE ${schema}.moves IN EXCLUSIVE MODE`, []);
  const { rows } = await client.query(
    `SELECT source, step, place, rows, is_finished FROM ${schema}.moves`,
    [],
  );
  const [row] = rows;
  if (row === undefined) return beginAnew(client, schema, source);
  const isSame = text(row, 'source') === source;
  if (truth(row, 'is_finished')) {
    if (isSame) return { kind: 'finished' };
    const problem = `the schema ${schema} has a record that was moved from elsewhere, or from this file as it was before a sender worked on it again`;
    throw new MoveError('target_taken', `${problem}: move it into another schema`);
  }
  if (startOver) return beginOver(client, schema, source);
  if (isSame) return { kind: 'begun', mark: markOf(row) };
  const problem = `a move into the schema ${schema} was begun, and the file has been worked on since, or is another one`;
  throw new MoveError('source_changed', `${problem}: start over, which forgets what was copied`);
}

async function beginAnew(client: SqlClient, schema: string, source: string): Promise<Begun> {
  for (const table of [...movedTables, 'unrouted']) {
    const { rows } = await client.query(`SELECT EXISTS (SELECT FROM ${schema}.${table}) AS is_taken`, []);
    if (rows.some((row) => truth(row, 'is_taken'))) {
      const problem = `the schema ${schema} has a record already (${table})`;
      throw new MoveError('target_taken', `${problem}: move into another schema, which need not be there`);
    }
  }
  await client.query(
    `INSERT INTO ${schema}.moves (source, step, place, rows, is_finished) VALUES ($1::text, 0, '[]', 0, false)`,
    [source],
  );
  await client.query(
    `INSERT INTO ${schema}.schema_versions (area, version) VALUES ('${UNFINISHED_MOVE}', 1)`,
    [],
  );
  return { kind: 'begun', mark: BEGINNING };
}

/** No sender opens a schema with an unfinished move: all that is there was copied. */
async function beginOver(client: SqlClient, schema: string, source: string): Promise<Begun> {
  await client.query(`TRUNCATE ${movedTables.map((table) => `${schema}.${table}`).join(', ')}`, []);
  await client.query(`UPDATE ${schema}.moves SET source = $1::text, step = 0, place = '[]', rows = 0`, [
    source,
  ]);
  return { kind: 'begun', mark: BEGINNING };
}

function markOf(row: Row): Mark {
  const place: RecordPlace = JSON.parse(text(row, 'place'));
  const after = place.length === 0 ? undefined : place;
  return { step: number(row, 'step'), after, rows: number(row, 'rows') };
}

/** Moves the mark on, together with what is written in this transaction. Before that: it keeps other moves out. */
export async function moveOn(client: SqlClient, schema: string, from: Mark, to: Mark): Promise<void> {
  const { rows } = await client.query(
    `UPDATE ${schema}.moves SET step = $3::integer, place = $4::text, rows = $5::bigint
     WHERE step = $1::integer AND place = $2::text AND NOT is_finished RETURNING rows`,
    [from.step, placeOf(from), to.step, placeOf(to), to.rows],
  );
  if (rows.length === 0) throw overtaken(schema);
}

/** From now on senders may work there. The last thing in the last transaction. */
export async function finish(client: SqlClient, schema: string, from: Mark, rowCount: number): Promise<void> {
  const { rows } = await client.query(
    `UPDATE ${schema}.moves SET is_finished = true, rows = $2::bigint
     WHERE step = $1::integer AND NOT is_finished RETURNING rows`,
    [from.step, rowCount],
  );
  if (from.step !== copiedInSteps.length || rows.length === 0) throw overtaken(schema);
  await client.query(`DELETE FROM ${schema}.schema_versions WHERE area = '${UNFINISHED_MOVE}'`, []);
}

function placeOf({ after }: Mark): string {
  return JSON.stringify(after ?? []);
}

function overtaken(schema: string): MoveError {
  return new MoveError('target_in_use', `another move writes to the schema ${schema}`);
}
