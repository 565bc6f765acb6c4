import type { Database } from '../client/database.js';
import { number } from '../client/row.js';
import { serverCode } from '../client/server-errors.js';
import type { SqlClient } from '../client/sql-client.js';

/** Tables that belong together, and the way to them from nothing. */
export interface SchemaArea {
  readonly name: 'sending' | 'replay' | 'inbox';
  /** Step by step, each of some statements. A step that was published is never changed. */
  steps(schema: string): readonly (readonly string[])[];
}

/** The tables were written by a newer version of this package. */
export class NewerSchemaError extends Error {}

const [UNDEFINED_TABLE, INVALID_SCHEMA] = ['42P01', '3F000'];
/** What this package locks by, so that many processes may start at once. */
const LOCK = 0x43_53_67_6e; // `CSgn`

/**
 * Brings the tables up to date: under an advisory lock, in one transaction. Where they are up to date nothing is
 * written and nothing is locked, so that a role without the right to make tables can start.
 */
export async function migrate(database: Database, area: SchemaArea): Promise<void> {
  const steps = area.steps(database.schema);
  if ((await versionBefore(database, area, steps.length)) === steps.length) return;
  await database.transaction(async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(${LOCK}, hashtext($1::text))`, [database.schema]);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${database.schema}`, []);
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${database.schema}.schema_versions (area text PRIMARY KEY, version integer NOT NULL)`,
      [],
    );
    const version = await versionOf(client, database.schema, area);
    for (const step of steps.slice(version)) for (const statement of step) await client.query(statement, []);
    await client.query(
      `INSERT INTO ${database.schema}.schema_versions AS known (area, version) VALUES ($1::text, $2::integer)
       ON CONFLICT (area) DO UPDATE SET version = greatest(known.version, excluded.version)`,
      [area.name, steps.length],
    );
  });
}

async function versionBefore(database: Database, area: SchemaArea, known: number): Promise<number> {
  try {
    const version = await versionOf(database, database.schema, area);
    if (version <= known) return version;
    throw new NewerSchemaError(
      `the schema ${database.schema} was written by a newer version of this package: ${area.name} ${version}, known ${known}`,
    );
  } catch (error) {
    const code = serverCode(error);
    if (code === UNDEFINED_TABLE || code === INVALID_SCHEMA) return 0;
    throw error;
  }
}

async function versionOf(client: SqlClient, schema: string, { name }: SchemaArea): Promise<number> {
  const { rows } = await client.query(`SELECT version FROM ${schema}.schema_versions WHERE area = $1::text`, [
    name,
  ]);
  return rows[0] === undefined ? 0 : number(rows[0], 'version');
}
