import type { Database } from '../client/database.js';
import { number } from '../client/row.js';
import { serverCode } from '../client/server-errors.js';
import type { SqlClient } from '../client/sql-client.js';

/** Tables that belong together, and the way to them from nothing. */
export interface SchemaArea {
  readonly name: 'sending' | 'replay' | 'inbox' | 'move';
  /** Step by step, each of some statements. A step that was published is never changed. */
  steps(schema: string): readonly (readonly string[])[];
}

/** The tables were written by a newer version of this package. */
export class NewerSchemaError extends Error {}

/** A record is being moved here: there are parts of it. */
export class UnfinishedMoveError extends Error {}

/** Stands beside the areas as long as a move into the schema is not finished. */
export const UNFINISHED_MOVE = 'unfinished move';

const [UNDEFINED_TABLE, INVALID_SCHEMA] = ['42P01', '3F000'];
/** What this package locks by, so that many processes may start at once. */
const LOCK = 0x43_53_67_6e; // `CSgn`

/** Who makes tables. */
export interface MigrateOptions {
  /** The move itself, which works where nobody else may yet. */
  readonly isMove?: boolean;
}

/**
 * Brings the tables up to date: under an advisory lock, in one transaction. Where they are up to date nothing is
 * written and nothing is locked, so that a role without the right to make tables can start.
 */
export async function migrate(
  database: Database,
  area: SchemaArea,
  { isMove = false }: MigrateOptions = {},
): Promise<void> {
  const steps = area.steps(database.schema);
  const known = await stateBefore(database, area, steps.length);
  if (known.isMoving && area.name === 'sending' && !isMove)
    throw new UnfinishedMoveError('a move into it is not finished');
  if (known.version === steps.length) return;
  await database.transaction(async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(${LOCK}, hashtext($1::text))`, [database.schema]);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${database.schema}`, []);
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${database.schema}.schema_versions (area text PRIMARY KEY, version integer NOT NULL)`,
      [],
    );
    const { version } = await stateOf(client, database.schema, area);
    for (const step of steps.slice(version)) for (const statement of step) await client.query(statement, []);
    await client.query(
      `INSERT INTO ${database.schema}.schema_versions AS known (area, version) VALUES ($1::text, $2::integer)
       ON CONFLICT (area) DO UPDATE SET version = greatest(known.version, excluded.version)`,
      [area.name, steps.length],
    );
  });
}

interface SchemaState {
  /** Steps that were made. */
  readonly version: number;
  readonly isMoving: boolean;
}

async function stateBefore(database: Database, area: SchemaArea, known: number): Promise<SchemaState> {
  try {
    const state = await stateOf(database, database.schema, area);
    if (state.version <= known) return state;
    throw new NewerSchemaError(
      `the schema ${database.schema} was written by a newer version of this package: ${area.name} ${state.version}, known ${known}`,
    );
  } catch (error) {
    const code = serverCode(error);
    if (code === UNDEFINED_TABLE || code === INVALID_SCHEMA) return { version: 0, isMoving: false };
    throw error;
  }
}

async function stateOf(client: SqlClient, schema: string, { name }: SchemaArea): Promise<SchemaState> {
  const { rows } = await client.query(
    `SELECT area, version FROM ${schema}.schema_versions WHERE area IN ($1::text, '${UNFINISHED_MOVE}')`,
    [name],
  );
  const row = rows.find(({ area }) => area === name);
  return {
    version: row === undefined ? 0 : number(row, 'version'),
    isMoving: rows.some(({ area }) => area === UNFINISHED_MOVE),
  };
}
