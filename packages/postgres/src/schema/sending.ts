import type { SchemaArea } from './migrate.js';

// Times are epoch milliseconds of the database's clock, durations milliseconds. A text that may hold anything (a key,
// an error, a response) stands there as JSON: Postgres keeps no U+0000. Ids are compared byte by byte.

/** Rows that are written again and again: vacuumed by their number, not by the size of the table. */
const HOT = `fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 10000`;

// One row for each endpoint, also for a deleted one while deliveries of it are in the record.
const lanes = (s: string): readonly string[] => [
  `CREATE TABLE ${s}.lanes (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    endpoint_id text COLLATE "C" NOT NULL UNIQUE,
    tenant text COLLATE "C" NOT NULL,
    is_open boolean NOT NULL, -- the endpoint is there, and enabled
    pending bigint NOT NULL DEFAULT 0,
    retrying bigint NOT NULL DEFAULT 0, -- of these, with an attempt behind them
    due_at bigint, -- the first of what waits for its time alone
    rested_at bigint NOT NULL DEFAULT 0, -- let go of
    parked_until bigint NOT NULL DEFAULT 0,
    leased_until bigint NOT NULL DEFAULT 0,
    token bigint NOT NULL DEFAULT 0, -- of the last lease: it never comes again
    waits_from bigint GENERATED ALWAYS AS (CASE WHEN is_open AND due_at IS NOT NULL
      THEN greatest(due_at, rested_at, parked_until, leased_until) END) STORED,
    failing_since bigint,
    failures bigint NOT NULL DEFAULT 0,
    successes bigint NOT NULL DEFAULT 0,
    rate_debt_until bigint NOT NULL DEFAULT 0,
    last_delivered_at bigint
  ) WITH (${HOT})`,
  `CREATE INDEX lanes_waiting ON ${s}.lanes (waits_from, seq) WHERE waits_from IS NOT NULL`,
  `CREATE INDEX lanes_left ON ${s}.lanes (seq) WHERE NOT is_open AND pending > 0`,
  `CREATE INDEX lanes_busy ON ${s}.lanes (seq) WHERE pending > 0`,
];

const endpoints = (s: string): readonly string[] => [
  `CREATE TABLE ${s}.endpoints (
    lane bigint PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    tenant text COLLATE "C" NOT NULL,
    status text NOT NULL CHECK (status IN ('enabled', 'disabled')),
    disabled_reason text CHECK (disabled_reason IN ('requested', 'gone', 'failing')),
    revision bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    first_delay_ms double precision,
    events text NOT NULL, -- JSON
    filters text, -- JSON
    secrets text NOT NULL, -- JSON
    settings text NOT NULL -- JSON
  )`,
  `CREATE INDEX endpoints_of_tenant ON ${s}.endpoints (tenant, lane)`,
  `CREATE TABLE ${s}.subscriptions (
    tenant text COLLATE "C" NOT NULL,
    pattern text COLLATE "C" NOT NULL,
    lane bigint NOT NULL,
    PRIMARY KEY (tenant, pattern, lane)
  )`,
];

const events = (s: string): readonly string[] => [
  `CREATE TABLE ${s}.events (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    timestamp bigint NOT NULL, -- when it happened
    created_at bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    type text NOT NULL,
    ordering_key text COLLATE "C", -- JSON
    endpoint_id text COLLATE "C",
    digest text NOT NULL,
    data text NOT NULL
  )`,
  `CREATE UNIQUE INDEX events_by_id ON ${s}.events (id, tenant)`,
  // Beside the events: one that is routed is not written again.
  `CREATE TABLE ${s}.unrouted (
    event bigint PRIMARY KEY,
    leased_until bigint NOT NULL DEFAULT 0,
    tenant text COLLATE "C" NOT NULL,
    ordering_key text COLLATE "C"
  ) WITH (${HOT})`,
  `CREATE INDEX unrouted_of_key ON ${s}.unrouted (tenant, ordering_key, event) WHERE ordering_key IS NOT NULL`,
  `CREATE INDEX unrouted_in_hand ON ${s}.unrouted (leased_until) WHERE leased_until > 0`,
];

const deliveries = (s: string): readonly string[] => [
  `CREATE TABLE ${s}.deliveries (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event bigint NOT NULL,
    lane bigint NOT NULL,
    due_at bigint,
    created_at bigint NOT NULL,
    finished_at bigint,
    successes_at_first_failure bigint,
    attempts integer NOT NULL DEFAULT 0, -- the number of the last one
    spent integer NOT NULL DEFAULT 0,
    postponements integer NOT NULL DEFAULT 0,
    blocked boolean NOT NULL, -- an older one of its key is pending
    status text COLLATE "C" NOT NULL CHECK (status IN ('pending', 'delivered', 'failed', 'skipped')),
    id text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    ordering_key text COLLATE "C",
    CHECK ((status = 'pending') = (due_at IS NOT NULL)),
    CHECK ((status = 'pending') = (finished_at IS NULL)),
    CHECK (NOT blocked OR (status = 'pending' AND ordering_key IS NOT NULL))
  ) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02)`,
  `CREATE UNIQUE INDEX deliveries_by_id ON ${s}.deliveries (id)`,
  `CREATE UNIQUE INDEX deliveries_of_event ON ${s}.deliveries (event, lane)`,
  `CREATE INDEX deliveries_due ON ${s}.deliveries (lane, due_at, seq) WHERE status = 'pending' AND NOT blocked`,
  `CREATE INDEX deliveries_of_lane ON ${s}.deliveries (lane, status, seq)`,
  // These cost nothing where there are no keys and nothing fails.
  `CREATE INDEX deliveries_of_key ON ${s}.deliveries (lane, ordering_key, event)
    WHERE status = 'pending' AND ordering_key IS NOT NULL`,
  `CREATE INDEX deliveries_first_of_key ON ${s}.deliveries (lane, ordering_key)
    WHERE status = 'pending' AND ordering_key IS NOT NULL AND NOT blocked`,
  `CREATE INDEX deliveries_lost ON ${s}.deliveries (status, seq) WHERE status IN ('failed', 'skipped')`,
  `CREATE INDEX deliveries_lost_of_tenant ON ${s}.deliveries (tenant, status, seq)
    WHERE status IN ('failed', 'skipped')`,
  `CREATE INDEX deliveries_lost_of_lane ON ${s}.deliveries (lane, status, created_at, seq)
    WHERE status IN ('failed', 'skipped')`,
  `CREATE TABLE ${s}.attempts (
    delivery bigint NOT NULL,
    at bigint NOT NULL,
    duration_ms double precision NOT NULL,
    number integer NOT NULL,
    status integer,
    error text, -- JSON
    response_body text, -- JSON
    PRIMARY KEY (delivery, number)
  )`,
];

const tallies = (s: string): readonly string[] => [
  `CREATE TABLE ${s}.tallies (
    hour bigint NOT NULL, -- since the epoch; in front, so that old ones stand together
    lane bigint NOT NULL,
    total_ms double precision NOT NULL,
    count bigint NOT NULL,
    bin integer NOT NULL,
    measure text NOT NULL CHECK (measure IN ('delivered', 'failed', 'response')),
    PRIMARY KEY (hour, lane, measure, bin)
  ) WITH (${HOT})`,
];

/** The tables of a sender's record. A step that was published is never changed. */
export const sendingArea: SchemaArea = {
  name: 'sending',
  steps: (s) => [[...lanes(s), ...endpoints(s), ...events(s), ...deliveries(s), ...tallies(s)]],
};
