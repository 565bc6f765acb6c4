/** The database's clock, in epoch milliseconds. */
const NOW = 'floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint';
/** What has just expired is often taken over: it is left alone for so long. */
const LEFT_ALONE_MS = 60_000;

/**
 * Every statement of a replay store, for one schema. A handler's transaction that commits its claim has the row locked
 * until it ends: nobody waits for it.
 */
export const replaySql = (schema: string) => {
  const table = `${schema}.replays`;
  return {
    /**
     * An INSERT of a key that is there would wait for whoever is changing its row, also with DO NOTHING: only a key that
     * is not there is inserted. A row of this token that somebody has locked is as good as held: by the transaction
     * that commits it, or, for moments, by someone who takes it over, and then the next renewal says so.
     */
    claim: `
      WITH known AS (
        SELECT token, until, is_committed FROM ${table} WHERE key = $1::text),
      free AS (
        SELECT key FROM ${table}
        WHERE key = $1::text AND (until <= ${NOW} OR (token = $2::text AND NOT is_committed))
        FOR UPDATE SKIP LOCKED),
      taken AS (
        UPDATE ${table} r SET token = $2::text, until = ${NOW} + $3::bigint, is_committed = false
        FROM free WHERE r.key = free.key RETURNING r.key),
      made AS (
        INSERT INTO ${table} (key, token, until)
        SELECT $1::text, $2::text, ${NOW} + $3::bigint WHERE NOT EXISTS (SELECT FROM known)
        ON CONFLICT (key) DO NOTHING RETURNING key)
      SELECT CASE
        WHEN EXISTS (SELECT FROM taken) OR EXISTS (SELECT FROM made) THEN 'claimed'
        WHEN EXISTS (SELECT FROM known WHERE is_committed AND until > ${NOW}) THEN 'done'
        WHEN EXISTS (SELECT FROM known WHERE token = $2::text AND NOT is_committed) THEN 'claimed'
        ELSE 'in_progress' END AS answer`,
    commit: `
      UPDATE ${table} SET is_committed = true, until = ${NOW} + $3::bigint
      WHERE key = $1::text AND token = $2::text RETURNING key`,
    release: `
      WITH held AS (
        SELECT key FROM ${table} WHERE key = $1::text AND token = $2::text AND NOT is_committed
        FOR UPDATE SKIP LOCKED)
      DELETE FROM ${table} r USING held WHERE r.key = held.key`,
    forget: `
      WITH expired AS (
        SELECT key FROM ${table} WHERE until <= ${NOW} - ${LEFT_ALONE_MS}
        ORDER BY until LIMIT $1::integer FOR UPDATE SKIP LOCKED)
      DELETE FROM ${table} r USING expired WHERE r.key = expired.key`,
  } as const;
};
