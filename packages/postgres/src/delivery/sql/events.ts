import { anyNumber, NOW, nothing, rowsOf, theOne } from './now.js';

/** What is looked at for events that may be routed, beside those that somebody has in hand. */
export const MOST_SEEN = 10_000;

const EVENT = `e.seq, e.id, e.tenant, e.type, e.ordering_key, e.endpoint_id, e.timestamp, e.digest, e.data`;

/** Intake and routing. */
export const eventSql = (s: string) => {
  /** Of a key, those behind one that somebody has in hand wait. */
  const free = `
    SELECT f.event FROM (
      SELECT event, tenant, ordering_key FROM ${s}.unrouted
      WHERE leased_until <= ${NOW} ORDER BY event LIMIT ${MOST_SEEN}) f
    WHERE f.ordering_key IS NULL OR ${nothing(`${s}.unrouted o
      WHERE o.tenant = f.tenant AND o.ordering_key = f.ordering_key AND o.event < f.event
        AND o.leased_until > ${NOW}`)}`;
  return {
    append: `
      WITH added AS (
        INSERT INTO ${s}.events
          (id, tenant, type, ordering_key, endpoint_id, timestamp, created_at, digest, data)
        SELECT id, tenant, type, ordering_key, endpoint_id, timestamp, ${NOW}, digest, data
        FROM ${rowsOf(
          '$2',
          `place integer, id text, tenant text, type text, ordering_key text, endpoint_id text,
          timestamp bigint, digest text, data text`,
        )}
        ORDER BY place
        ON CONFLICT (id, tenant) DO NOTHING
        RETURNING seq, id, tenant, ordering_key),
      waiting AS (
        INSERT INTO ${s}.unrouted (event, tenant, ordering_key) SELECT seq, tenant, ordering_key FROM added)
      SELECT seq, id, tenant FROM added`,
    digests: `
      SELECT e.id, e.tenant, e.digest
      FROM ${rowsOf('$1', 'id text, tenant text')}
      ${theOne('*', `${s}.events WHERE id = given.id AND tenant = given.tenant`, 'e')}`,
    takeBack: `
      WITH gone AS (DELETE FROM ${s}.unrouted WHERE event = ${anyNumber('$1')})
      DELETE FROM ${s}.events WHERE seq = ${anyNumber('$1')}`,
    /** One at a time looks for events: who has what in hand must be known. */
    lockRouting: `SELECT pg_advisory_xact_lock(hashtext('countersign routing'), hashtext($1::text))`,
    takeUnrouted: `
      WITH taken AS (
        UPDATE ${s}.unrouted SET leased_until = ${NOW} + $3::bigint
        WHERE event = ANY (ARRAY(${free} ORDER BY f.event LIMIT $2::integer)) RETURNING event)
      SELECT ${EVENT} FROM taken ${theOne('*', `${s}.events WHERE seq = taken.event`, 'e')} ORDER BY e.seq`,
    isRouteDue: `EXISTS (${free})`,
    lockUnrouted: `SELECT event FROM ${s}.unrouted WHERE event = ${anyNumber('$1')} ORDER BY event FOR UPDATE`,
    finishRouting: `DELETE FROM ${s}.unrouted WHERE event = ${anyNumber('$1')} RETURNING event`,
    giveBack: `UPDATE ${s}.unrouted SET leased_until = 0 WHERE event = ${anyNumber('$1')}`,
    eventOfDelivery: `
      SELECT ${EVENT} FROM ${s}.deliveries d JOIN ${s}.events e ON e.seq = d.event
      WHERE d.id = $1::text AND d.tenant = coalesce($2::text, d.tenant)`,
    /** With the events that they are of, each owner's own. */
    due: `
      SELECT l.token, d.*, ${EVENT}
      FROM ${rowsOf('$2', 'lane bigint, token bigint, most integer')}
      JOIN ${s}.lanes l ON l.seq = given.lane AND l.token = given.token AND l.is_open
      CROSS JOIN LATERAL (
        SELECT d.lane, d.due_at, d.seq AS delivery, d.id AS delivery_id, d.event, d.attempts, d.spent,
          d.postponements, d.successes_at_first_failure
        FROM ${s}.deliveries d
        WHERE d.lane = l.seq AND d.status = 'pending' AND NOT d.blocked AND d.due_at <= ${NOW}
          AND d.id <> ALL (ARRAY(SELECT json_array_elements_text($3::text::json)))
        ORDER BY d.due_at, d.seq LIMIT given.most) d
      ${theOne('*', `${s}.events WHERE seq = d.event`, 'e')}
      ORDER BY d.lane, d.due_at, d.delivery`,
  } as const;
};
