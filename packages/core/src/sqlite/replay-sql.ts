import type { SchemaArea } from './open-database.js';

// Times are epoch milliseconds of the caller's clock, ?1 in every statement that has one.

/** The table of a replay store. */
export const replayArea: SchemaArea = {
  name: 'replay',
  steps: [
    `CREATE TABLE replays (
    key TEXT PRIMARY KEY,
    token TEXT NOT NULL, -- whose lease it is, or who has committed it
    until INTEGER NOT NULL, -- when the lease ends, or when what is committed may be forgotten
    is_committed INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX replays_until ON replays (until);`,
  ],
};

/** Every statement of a replay store. */
export const replaySql = {
  take: `
    INSERT INTO replays (key, token, until) VALUES (?2, ?3, ?1 + ?4)
    ON CONFLICT (key) DO UPDATE SET token = ?3, until = ?1 + ?4, is_committed = 0
    WHERE until <= ?1 OR (token = ?3 AND is_committed = 0)`,
  known: 'SELECT is_committed FROM replays WHERE key = ?1',
  commit: 'UPDATE replays SET is_committed = 1, until = ?1 + ?4 WHERE key = ?2 AND token = ?3',
  release: 'DELETE FROM replays WHERE key = ?1 AND token = ?2 AND is_committed = 0',
  /** Four for each that comes: never many at once, and in the end all. */
  forget:
    'DELETE FROM replays WHERE key IN (SELECT key FROM replays WHERE until <= ?1 ORDER BY until LIMIT 4)',
} as const;
