import { number } from '../client/row.js';
import type { SqlClient } from '../client/sql-client.js';
import { copyAll, type Move } from './copy.js';
import { MoveError } from './move-error.js';
import { finish, type Mark } from './move-log.js';
import { sumOf } from './source.js';
import { type MovedTable, movedTables } from './tables.js';

/**
 * All that makes the record one that can be worked, in one transaction: lanes, what is still to be routed, the numbers
 * that come next. Only where both sides hold as much.
 */
export async function endMove(
  move: Move,
  mark: Mark,
  counts: Readonly<Record<MovedTable, number>>,
): Promise<void> {
  const { database, record } = move;
  const { schema } = database;
  await database.transaction(async (client) => {
    await finish(client, schema, mark, sumOf(counts));
    await copyAll(client, move, 'lanes', mark.rows);
    await client.query(
      `INSERT INTO ${schema}.unrouted (event, tenant, ordering_key)
       SELECT seq, tenant, ordering_key FROM ${schema}.events WHERE seq > $1::bigint`,
      [record.routedTo],
    );
    await setNumbers(client, schema, record.lastNumbers);
    await compare(client, schema, counts);
  });
  // Of tables that were empty a moment ago, so that the first statements of senders are planned well.
  const tables = [...movedTables, 'unrouted'].map((table) => `${schema}.${table}`);
  await database.query(`ANALYZE ${tables.join(', ')}`);
}

/** Numbers never come back, also those of rows that are gone. */
async function setNumbers(
  client: SqlClient,
  schema: string,
  last: Readonly<Record<'lanes' | 'events' | 'deliveries', number>>,
): Promise<void> {
  for (const table of ['lanes', 'events', 'deliveries'] as const) {
    await client.query(
      `SELECT setval(pg_get_serial_sequence($1::text, 'seq'), greatest($2::bigint, 1), $2::bigint > 0)`,
      [`${schema}.${table}`, last[table]],
    );
  }
}

async function compare(
  client: SqlClient,
  schema: string,
  counts: Readonly<Record<MovedTable, number>>,
): Promise<void> {
  for (const table of movedTables) {
    const [row] = (await client.query(`SELECT count(*) AS count FROM ${schema}.${table}`, [])).rows;
    const found = row === undefined ? 0 : number(row, 'count');
    if (found === counts[table]) continue;
    const problem = `the table ${table} of the schema ${schema} has ${found} rows, and the file has ${counts[table]}`;
    throw new MoveError('counts_differ', `${problem}: somebody has written to the schema; start over`);
  }
}
