/**
 * Epoch milliseconds, in whole ones: a given time, or the database's. The first parameter of every statement that has
 * it.
 */
const NOW = `coalesce($1::bigint, floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint)`;

/** Deliveries by row and token, given as JSON. */
const CLAIMS = (parameter: string): string =>
  `json_to_recordset(${parameter}::text::json) AS given(seq bigint, lease bigint)`;

/** What is settled by its token, as long as it holds. */
const settled = (table: string, changes: string): string => `
  UPDATE ${table} SET is_held = false, ${changes}
  WHERE seq = $2::bigint AND lease = $3::bigint AND is_held RETURNING seq`;

/** Every statement of the inbox, for one schema. */
export const inboxSql = (schema: string) => {
  const table = `${schema}.inbox`;
  return {
    put: `
      INSERT INTO ${table} (key, known_until, receiver, facts, headers, body, due_at, received_at)
      VALUES ($2::text, ${NOW} + $3::bigint, $4::text, $5::text, $6::text, decode($7::text, 'base64'), ${NOW}, ${NOW})
      ON CONFLICT (key) WHERE is_known DO NOTHING RETURNING seq`,
    /** A key that was known for its time is free for another delivery. */
    forget: `
      UPDATE ${table} SET is_known = false WHERE key = $2::text AND is_known AND known_until <= ${NOW} RETURNING seq`,
    take: `
      WITH picked AS (
        SELECT seq, is_held, due_at FROM ${table}
        WHERE receiver = $2::text AND status = 'pending' AND due_at <= ${NOW}
        ORDER BY due_at, seq LIMIT $3::integer FOR UPDATE SKIP LOCKED)
      UPDATE ${table} i
      SET is_held = true, lease = i.lease + 1, attempts = i.attempts + 1, due_at = ${NOW} + $4::bigint
      FROM picked WHERE i.seq = picked.seq
      RETURNING i.seq, i.lease, i.attempts, picked.is_held AS was_held, picked.due_at AS was_due, i.key, i.receiver, i.facts, i.headers,
        translate(encode(i.body, 'base64'), E'\\n', '') AS body`,
    /** Rows that somebody has locked are left alone: whoever settles in a transaction of his own holds them so. */
    renew: `
      WITH held AS (
        SELECT i.seq FROM ${CLAIMS('$2')} JOIN ${table} i ON i.seq = given.seq AND i.lease = given.lease
        WHERE i.is_held FOR UPDATE OF i SKIP LOCKED)
      UPDATE ${table} i SET due_at = ${NOW} + $3::bigint FROM held WHERE i.seq = held.seq`,
    own: `
      SELECT i.seq, i.lease FROM ${CLAIMS('$1')} JOIN ${table} i ON i.seq = given.seq AND i.lease = given.lease`,
    done: settled(table, `status = 'done', headers = '', body = '', error = NULL, settled_at = ${NOW}`),
    retry: settled(table, `due_at = ${NOW} + $4::bigint, error = $5::text`),
    failed: settled(table, `status = 'failed', error = $4::text, settled_at = ${NOW}`),
    returned: settled(table, `due_at = ${NOW}, attempts = attempts - 1`),
    listFailed: `
      SELECT seq, receiver, facts, attempts, error, received_at, settled_at FROM ${table}
      WHERE status = 'failed' AND receiver = coalesce($1::text, receiver)
        AND seq < coalesce($2::bigint, 9223372036854775807)
      ORDER BY seq DESC LIMIT $3::integer`,
    requeue: `
      UPDATE ${table} SET status = 'pending', due_at = ${NOW}, attempts = 0, settled_at = NULL
      WHERE status = 'failed' AND seq IN (SELECT json_array_elements_text($2::text::json)::bigint) RETURNING seq`,
    prune: `
      DELETE FROM ${table} WHERE seq IN (
        SELECT seq FROM ${table}
        WHERE receiver = $2::text AND known_until <= ${NOW} AND (
          (status = 'done' AND settled_at <= ${NOW} - $3::bigint)
          OR (status = 'failed' AND settled_at <= ${NOW} - $4::bigint))
        ORDER BY settled_at LIMIT $5::integer FOR UPDATE SKIP LOCKED)
      RETURNING seq`,
  } as const;
};

export type InboxStatements = ReturnType<typeof inboxSql>;
