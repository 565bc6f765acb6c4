/** What stands in a column. */
export type RecordValue = string | number | null;

/** A row, by the names of its columns. */
export type RecordRow = Readonly<Record<string, RecordValue>>;

/** The key of a row of a table, by which its rows stand in order. */
export type RecordPlace = readonly (string | number)[];

/** Some rows of a table. */
export interface RecordPage {
  readonly rows: readonly RecordRow[];
  /** The place of the last one; `undefined` where there are no others. */
  readonly next: RecordPlace | undefined;
}

/** How a table is read. */
interface TableShape {
  /** What its rows stand in order by. */
  readonly key: readonly string[];
  readonly numbers: readonly string[];
  readonly texts: readonly string[];
  /** What it is read from. */
  readonly source: string;
}

/** The tables of a record, with their columns. */
export const recordTables = {
  events: {
    key: ['seq'],
    numbers: ['seq', 'timestamp', 'created_at'],
    texts: ['id', 'tenant', 'type', 'ordering_key', 'endpoint_id', 'digest', 'data'],
    source: 'SELECT * FROM events',
  },
  deliveries: {
    key: ['seq'],
    numbers: [
      ...['seq', 'event', 'endpoint', 'blocked', 'due_at', 'attempts', 'spent', 'postponements'],
      ...['successes_at_first_failure', 'created_at', 'finished_at'],
    ],
    texts: ['id', 'tenant', 'ordering_key', 'status'],
    source: 'SELECT * FROM deliveries',
  },
  attempts: {
    key: ['delivery', 'number'],
    numbers: ['delivery', 'number', 'at', 'duration_ms', 'status'],
    texts: ['error', 'response_body'],
    source: 'SELECT * FROM attempts',
  },
  tallies: {
    key: ['hour', 'endpoint', 'measure', 'bin'],
    numbers: ['hour', 'endpoint', 'bin', 'count', 'total_ms'],
    texts: ['measure'],
    source: 'SELECT * FROM tallies',
  },
  endpoints: {
    key: ['seq'],
    numbers: ['seq', 'revision', 'created_at', 'updated_at', 'first_delay_ms'],
    texts: ['id', 'tenant', 'status', 'disabled_reason', 'events', 'filters', 'secrets', 'settings'],
    source: 'SELECT * FROM endpoints',
  },
  subscriptions: {
    key: ['tenant', 'pattern', 'endpoint'],
    numbers: ['endpoint'],
    texts: ['tenant', 'pattern'],
    source: 'SELECT * FROM subscriptions',
  },
  /** With their tenants; without those that have neither an endpoint nor a delivery, and so mean nothing. */
  lanes: {
    key: ['seq'],
    numbers: [
      ...['seq', 'is_open', 'pending', 'retrying', 'due_at', 'rested_at', 'parked_until', 'failing_since'],
      ...['failures', 'successes', 'rate_debt_until', 'last_delivered_at'],
    ],
    texts: ['endpoint_id', 'tenant'],
    source: `
      SELECT * FROM (
        SELECT l.*, coalesce(
          (SELECT e.tenant FROM endpoints e WHERE e.seq = l.seq),
          (SELECT d.tenant FROM deliveries d WHERE d.endpoint = l.seq LIMIT 1)) AS tenant
        FROM lanes l)
      WHERE tenant IS NOT NULL`,
  },
} as const satisfies Record<string, TableShape>;

/** One of them. */
export type RecordTable = keyof typeof recordTables;
