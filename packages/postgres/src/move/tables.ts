import type { RecordTable } from '@countersign/sender/sqlite/record';

/** Where a column of the file goes, and as what. */
interface Column {
  readonly from: string;
  readonly to: string;
  readonly type: 'bigint' | 'integer' | 'double precision' | 'boolean' | 'text';
}

const column = (type: Column['type'], ...names: readonly string[]): readonly Column[] =>
  names.map((name) => ({ from: name, to: name, type }));

/** The number of a lane, which the file calls by its endpoint. */
const lane = (from: string): Column => ({ from, to: 'lane', type: 'bigint' });

const columns: Readonly<Record<RecordTable, readonly Column[]>> = {
  events: [
    ...column('bigint', 'seq', 'timestamp', 'created_at'),
    ...column('text', 'id', 'tenant', 'type', 'ordering_key', 'endpoint_id', 'digest', 'data'),
  ],
  deliveries: [
    ...column('bigint', 'seq', 'event', 'due_at', 'created_at', 'finished_at', 'successes_at_first_failure'),
    lane('endpoint'),
    ...column('integer', 'attempts', 'spent', 'postponements'),
    ...column('boolean', 'blocked'),
    ...column('text', 'status', 'id', 'tenant', 'ordering_key'),
  ],
  attempts: [
    ...column('bigint', 'delivery', 'at'),
    ...column('double precision', 'duration_ms'),
    ...column('integer', 'number', 'status'),
    ...column('text', 'error', 'response_body'),
  ],
  tallies: [
    ...column('bigint', 'hour', 'count'),
    lane('endpoint'),
    ...column('double precision', 'total_ms'),
    ...column('integer', 'bin'),
    ...column('text', 'measure'),
  ],
  endpoints: [
    lane('seq'),
    ...column(
      'text',
      'id',
      'tenant',
      'status',
      'disabled_reason',
      'events',
      'filters',
      'secrets',
      'settings',
    ),
    ...column('bigint', 'revision', 'created_at', 'updated_at'),
    ...column('double precision', 'first_delay_ms'),
  ],
  subscriptions: [...column('text', 'tenant', 'pattern'), lane('endpoint')],
  lanes: [
    ...column('bigint', 'seq', 'pending', 'retrying', 'due_at', 'rested_at', 'parked_until', 'failing_since'),
    ...column('bigint', 'failures', 'successes', 'rate_debt_until', 'last_delivered_at'),
    ...column('boolean', 'is_open'),
    ...column('text', 'endpoint_id', 'tenant'),
  ],
};

/** What is copied some rows at a time. Lanes come at the very end: without them no sender finds anything to do. */
export const copiedInSteps = [
  'events',
  'deliveries',
  'attempts',
  'tallies',
  'endpoints',
  'subscriptions',
] as const satisfies readonly RecordTable[];

/** All that is copied. */
export const movedTables = [...copiedInSteps, 'lanes'] as const satisfies readonly RecordTable[];

/** A table of a record. */
export type MovedTable = (typeof movedTables)[number];

/** Writes rows of a table, given as one JSON text, with the numbers that they have. */
export function insertOf(schema: string, table: MovedTable): string {
  const given = columns[table];
  const numbered = given.some(({ to }) => to === 'seq') ? 'OVERRIDING SYSTEM VALUE' : '';
  return `INSERT INTO ${schema}.${table} (${given.map(({ to }) => to).join(', ')}) ${numbered}
    SELECT ${given.map(({ from }) => from).join(', ')}
    FROM json_to_recordset($1::text::json) AS given(${given.map(({ from, type }) => `${from} ${type}`).join(', ')})`;
}
