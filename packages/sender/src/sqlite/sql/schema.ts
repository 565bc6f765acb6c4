/** Says in the file's header whose database it is: `CSgn`. */
export const APPLICATION_ID = 0x43_53_67_6e;

// Times are epoch milliseconds of the store's clock, durations milliseconds. A text that may hold anything (a key, an
// error, a response) stands there as JSON: some versions of Node read a text only up to its first U+0000.

const lanes = `
-- One row for each endpoint, also for a deleted one while deliveries of it are in the record. Numbers never come back.
CREATE TABLE lanes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  endpoint_id TEXT NOT NULL UNIQUE,
  is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)), -- the endpoint is there, and enabled
  pending INTEGER NOT NULL DEFAULT 0,
  retrying INTEGER NOT NULL DEFAULT 0, -- of these, with an attempt behind them
  due_at INTEGER, -- the first of what waits for its time alone
  rested_at INTEGER NOT NULL DEFAULT 0, -- let go of
  parked_until INTEGER NOT NULL DEFAULT 0,
  waits_from INTEGER GENERATED ALWAYS AS
    (CASE WHEN is_open = 1 THEN max(due_at, rested_at, parked_until) END) VIRTUAL,
  failing_since INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,
  successes INTEGER NOT NULL DEFAULT 0,
  rate_debt_until INTEGER NOT NULL DEFAULT 0,
  last_delivered_at INTEGER
) STRICT;
CREATE INDEX lanes_waiting ON lanes (waits_from) WHERE waits_from IS NOT NULL;
CREATE INDEX lanes_left ON lanes (seq) WHERE is_open = 0 AND pending > 0;
`;

const endpoints = `
CREATE TABLE endpoints (
  seq INTEGER PRIMARY KEY REFERENCES lanes (seq),
  id TEXT NOT NULL UNIQUE,
  tenant TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('enabled', 'disabled')),
  disabled_reason TEXT CHECK (disabled_reason IN ('requested', 'gone', 'failing')),
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  first_delay_ms REAL,
  events TEXT NOT NULL, -- JSON
  filters TEXT, -- JSON
  secrets TEXT NOT NULL, -- JSON
  settings TEXT NOT NULL -- JSON
) STRICT;
CREATE INDEX endpoints_of_tenant ON endpoints (tenant);

CREATE TABLE subscriptions (
  tenant TEXT NOT NULL,
  pattern TEXT NOT NULL,
  endpoint INTEGER NOT NULL,
  PRIMARY KEY (tenant, pattern, endpoint)
) STRICT, WITHOUT ROWID;
`;

const events = `
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  tenant TEXT NOT NULL,
  type TEXT NOT NULL,
  ordering_key TEXT, -- JSON
  endpoint_id TEXT,
  timestamp INTEGER NOT NULL, -- when it happened
  created_at INTEGER NOT NULL,
  digest TEXT NOT NULL,
  data TEXT NOT NULL -- the last one, so that nobody reads it on the way to another
) STRICT;
CREATE UNIQUE INDEX events_by_id ON events (id, tenant);

-- Up to this number every event is routed. Instead of a mark in each: no event is ever written twice.
CREATE TABLE routing (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  routed_to INTEGER NOT NULL
) STRICT;
INSERT INTO routing VALUES (1, 0);
`;

const deliveries = `
CREATE TABLE deliveries (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  event INTEGER NOT NULL REFERENCES events (seq),
  endpoint INTEGER NOT NULL REFERENCES lanes (seq),
  tenant TEXT NOT NULL,
  ordering_key TEXT,
  status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'failed', 'skipped')),
  blocked INTEGER NOT NULL CHECK (blocked IN (0, 1)), -- an older one of its key is pending
  due_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0, -- the number of the last one
  spent INTEGER NOT NULL DEFAULT 0,
  postponements INTEGER NOT NULL DEFAULT 0,
  successes_at_first_failure INTEGER,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  CHECK ((status = 'pending') = (due_at IS NOT NULL)),
  CHECK ((status = 'pending') = (finished_at IS NULL)),
  CHECK (blocked = 0 OR (status = 'pending' AND ordering_key IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX deliveries_by_id ON deliveries (id);
CREATE UNIQUE INDEX deliveries_of_event ON deliveries (event, endpoint);
CREATE INDEX deliveries_due ON deliveries (endpoint, due_at) WHERE status = 'pending' AND blocked = 0;
CREATE INDEX deliveries_of_endpoint ON deliveries (endpoint, status);
-- These three cost nothing where there are no keys and nothing fails.
CREATE INDEX deliveries_of_key ON deliveries (endpoint, ordering_key, event)
  WHERE status = 'pending' AND ordering_key IS NOT NULL;
CREATE INDEX deliveries_lost ON deliveries (status) WHERE status IN ('failed', 'skipped');
CREATE INDEX deliveries_lost_of_tenant ON deliveries (tenant, status) WHERE status IN ('failed', 'skipped');

CREATE TRIGGER deliveries_transitions BEFORE UPDATE ON deliveries
WHEN OLD.status <> 'pending'
  AND (OLD.status = 'delivered' OR NEW.status NOT IN (OLD.status, 'pending'))
BEGIN
  SELECT RAISE(ABORT, 'a delivery that has come to its end only becomes pending again, and a delivered one nothing');
END;
CREATE TRIGGER deliveries_identity BEFORE UPDATE OF id, event, endpoint, tenant, ordering_key, created_at ON deliveries
BEGIN
  SELECT RAISE(ABORT, 'a delivery is of one event and endpoint for ever');
END;
CREATE TRIGGER deliveries_forgotten BEFORE DELETE ON deliveries WHEN OLD.status = 'pending'
BEGIN
  SELECT RAISE(ABORT, 'a pending delivery is not forgotten');
END;

CREATE TABLE attempts (
  delivery INTEGER NOT NULL REFERENCES deliveries (seq),
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  duration_ms REAL NOT NULL,
  status INTEGER,
  error TEXT, -- JSON
  response_body TEXT, -- JSON
  PRIMARY KEY (delivery, number)
) STRICT, WITHOUT ROWID;
`;

const tallies = `
CREATE TABLE tallies (
  hour INTEGER NOT NULL, -- since the epoch; in front, so that old ones stand together
  endpoint INTEGER NOT NULL,
  measure TEXT NOT NULL CHECK (measure IN ('delivered', 'failed', 'response')),
  bin INTEGER NOT NULL,
  count INTEGER NOT NULL,
  total_ms REAL NOT NULL,
  PRIMARY KEY (hour, endpoint, measure, bin)
) STRICT, WITHOUT ROWID;
`;

const clock = `
-- The latest time that the store has worked at, to a second: when it is opened again with a clock that was set back,
-- what waits is moved with it.
CREATE TABLE clock (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  seen_at INTEGER NOT NULL
) STRICT;
INSERT INTO clock SELECT 1, max(
  coalesce((SELECT max(rested_at) FROM lanes), 0),
  coalesce((SELECT created_at FROM events ORDER BY seq DESC LIMIT 1), 0));

-- When it was created is moved then.
DROP TRIGGER deliveries_identity;
CREATE TRIGGER deliveries_identity BEFORE UPDATE OF id, event, endpoint, tenant, ordering_key ON deliveries
BEGIN
  SELECT RAISE(ABORT, 'a delivery is of one event and endpoint for ever');
END;
`;

/**
 * The way from an empty file to today's schema: step by step, each in a transaction of its own, which ends with the
 * number of the step. A step that was published is never changed.
 */
export const steps: readonly string[] = [
  `${lanes}${endpoints}${events}${deliveries}${tallies}
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = 1;`,
  `${clock}
  PRAGMA user_version = 2;`,
];
