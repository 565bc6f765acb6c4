import type { SchemaArea } from '../schema/migrate.js';

// Times are epoch milliseconds of the database's clock. Texts that may hold anything stand there as JSON: Postgres
// keeps no U+0000.
const first = (s: string): readonly string[] => [
  `CREATE TABLE ${s}.inbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text COLLATE "C" NOT NULL,
    is_known boolean NOT NULL DEFAULT true, -- the key stands for this delivery
    known_until bigint NOT NULL,
    receiver text COLLATE "C" NOT NULL,
    facts text NOT NULL, -- what is known of the delivery beside its bytes
    headers text NOT NULL,
    body bytea NOT NULL,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'done', 'failed')),
    due_at bigint NOT NULL, -- of what is held: when its lease ends
    is_held boolean NOT NULL DEFAULT false,
    lease bigint NOT NULL DEFAULT 0, -- the number of the last one: it never comes again
    attempts integer NOT NULL DEFAULT 0,
    error text,
    received_at bigint NOT NULL,
    settled_at bigint,
    CHECK (status = 'pending' OR NOT is_held),
    CHECK ((status = 'pending') = (settled_at IS NULL))
  ) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)`,
  `CREATE UNIQUE INDEX inbox_known ON ${s}.inbox (key) WHERE is_known`,
  `CREATE INDEX inbox_due ON ${s}.inbox (receiver, due_at, seq) WHERE status = 'pending'`,
  `CREATE INDEX inbox_failed ON ${s}.inbox (receiver, seq) WHERE status = 'failed'`,
  `CREATE INDEX inbox_settled ON ${s}.inbox (receiver, settled_at) WHERE settled_at IS NOT NULL`,
];

/** The tables of inboxes. */
export const inboxArea: SchemaArea = { name: 'inbox', steps: (schema) => [first(schema)] };
