import type { SchemaArea } from './open-database.js';

// Times are epoch milliseconds of the caller's clock, ?1 in every statement that has one.

/** The table of an inbox. */
export const inboxArea: SchemaArea = {
  name: 'inbox',
  steps: [
    `CREATE TABLE inbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, -- a number never comes again, nor do its tokens
    key TEXT NOT NULL,
    is_known INTEGER NOT NULL DEFAULT 1, -- the key stands for this delivery
    known_until INTEGER NOT NULL,
    receiver TEXT NOT NULL,
    facts TEXT NOT NULL, -- what is known of the delivery beside its bytes, as JSON
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'done', 'failed')),
    due_at INTEGER NOT NULL, -- of what is held: when its lease ends
    is_held INTEGER NOT NULL DEFAULT 0,
    lease INTEGER NOT NULL DEFAULT 0, -- the number of the last one
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT, -- JSON
    received_at INTEGER NOT NULL,
    settled_at INTEGER,
    CHECK (status = 'pending' OR is_held = 0),
    CHECK ((status = 'pending') = (settled_at IS NULL))
  ) STRICT;
  CREATE UNIQUE INDEX inbox_known ON inbox (key) WHERE is_known = 1;
  CREATE INDEX inbox_due ON inbox (receiver, due_at, seq) WHERE status = 'pending';
  CREATE INDEX inbox_failed ON inbox (receiver, seq) WHERE status = 'failed';
  CREATE INDEX inbox_settled ON inbox (receiver, settled_at) WHERE settled_at IS NOT NULL;`,
  ],
};

const settled = (changes: string): string =>
  `UPDATE inbox SET is_held = 0, ${changes} WHERE seq = ?2 AND lease = ?3 AND is_held = 1`;

/** Every statement of an inbox. */
export const inboxSql = {
  /** A key that was known for its time is free for another delivery. */
  forget: 'UPDATE inbox SET is_known = 0 WHERE key = ?2 AND is_known = 1 AND known_until <= ?1',
  put: `
    INSERT INTO inbox (key, known_until, receiver, facts, headers, body, due_at, received_at)
    VALUES (?2, ?1 + ?3, ?4, ?5, ?6, ?7, ?1, ?1) ON CONFLICT (key) WHERE is_known = 1 DO NOTHING`,
  due: `
    SELECT seq, lease + 1 AS lease, attempts + 1 AS attempts, is_held, key, receiver, facts, headers, body FROM inbox
    WHERE receiver = ?2 AND status = 'pending' AND due_at <= ?1 ORDER BY due_at, seq LIMIT ?3`,
  take: `
    UPDATE inbox SET is_held = 1, lease = lease + 1, attempts = attempts + 1, due_at = ?1 + ?3 WHERE seq = ?2`,
  own: 'SELECT is_held FROM inbox WHERE seq = ?1 AND lease = ?2',
  extend: 'UPDATE inbox SET due_at = ?1 + ?4 WHERE seq = ?2 AND lease = ?3 AND is_held = 1',
  done: settled("status = 'done', headers = '', body = x'', error = NULL, settled_at = ?1"),
  retry: settled('due_at = ?1 + ?4, error = ?5'),
  failed: settled("status = 'failed', error = ?4, settled_at = ?1"),
  returned: settled('due_at = ?1, attempts = attempts - 1'),
  listFailed: `
    SELECT seq, receiver, facts, attempts, error, received_at, settled_at FROM inbox
    WHERE status = 'failed' AND receiver = coalesce(?1, receiver) AND seq < coalesce(?2, 9223372036854775807)
    ORDER BY seq DESC LIMIT ?3`,
  requeue: `
    UPDATE inbox SET status = 'pending', due_at = ?1, attempts = 0, settled_at = NULL
    WHERE seq = ?2 AND status = 'failed'`,
  prune: `
    DELETE FROM inbox WHERE seq IN (
      SELECT seq FROM inbox WHERE receiver = ?2 AND known_until <= ?1 AND (
        (status = 'done' AND settled_at <= ?1 - ?3) OR (status = 'failed' AND settled_at <= ?1 - ?4))
      ORDER BY settled_at LIMIT ?5)`,
} as const;
