import type { SchemaArea } from '../schema/migrate.js';

// Times are epoch milliseconds of the database's clock. What is dead is swept in proportion to what lives: with a
// fixed threshold each sweep would read the indexes of a whole week for a moment's rows.
const first = (s: string): readonly string[] => [
  `CREATE TABLE ${s}.replays (
    key text COLLATE "C" PRIMARY KEY,
    token text COLLATE "C" NOT NULL, -- whose lease it is, or who has committed it
    until bigint NOT NULL, -- when the lease ends, or when what is committed may be forgotten
    is_committed boolean NOT NULL DEFAULT false
  ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000)`,
  `CREATE INDEX replays_until ON ${s}.replays (until)`,
];

/** The table of replay stores. */
export const replayArea: SchemaArea = { name: 'replay', steps: (schema) => [first(schema)] };
