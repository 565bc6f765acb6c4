import { anyNumber, anyText, NOW, rowsOf, theOne } from './now.js';

const RECORD = `
  d.seq, d.id, l.endpoint_id, e.id AS event_id, e.type AS event_type, d.tenant, d.status, d.attempts, d.created_at,
  d.finished_at, CASE WHEN NOT d.blocked THEN d.due_at END AS next_attempt_at, a.status AS last_status,
  a.error AS last_error`;
const REQUEUED = `d.seq, d.status, d.attempts, d.ordering_key`;

/** Deliveries as they are worked, and as people read them. Whoever writes one has locked its lane. */
export const deliverySql = (s: string) => {
  // Each delivery has one event, one lane, and its last attempt where it has one.
  const record = (deliveries: string): string => `
    SELECT ${RECORD} FROM (SELECT d.* FROM ${deliveries}) d
    ${theOne('*', `${s}.events WHERE seq = d.event`, 'e')}
    ${theOne('*', `${s}.lanes WHERE seq = d.lane`, 'l')}
    LEFT JOIN LATERAL (
      SELECT * FROM ${s}.attempts WHERE delivery = d.seq AND number = d.attempts OFFSET 0) a ON true
    ORDER BY d.seq DESC`;
  return {
    addDeliveries: `
      INSERT INTO ${s}.deliveries
        (id, event, lane, tenant, ordering_key, status, blocked, due_at, created_at, finished_at)
      SELECT id, event, lane, tenant, ordering_key, status, status = 'pending' AND ordering_key IS NOT NULL,
        CASE WHEN status = 'pending' THEN ceil($1::bigint + delay_ms) END, $1::bigint,
        CASE WHEN status <> 'pending' THEN $1::bigint END
      FROM ${rowsOf(
        '$2',
        `place integer, id text, event bigint, lane bigint, tenant text, ordering_key text,
        status text, delay_ms double precision`,
      )}
      ORDER BY place
      ON CONFLICT (event, lane) DO NOTHING
      RETURNING lane, status, ordering_key`,
    /** Of each key the oldest that is pending goes first, and it alone. */
    arrangeKeys: `
      WITH first AS (
        SELECT given.lane, given.key, head.seq FROM ${rowsOf('$1', 'lane bigint, key text')}
        CROSS JOIN LATERAL (
          SELECT d.seq FROM ${s}.deliveries d
          WHERE d.lane = given.lane AND d.ordering_key = given.key AND d.status = 'pending'
          ORDER BY d.event LIMIT 1) head),
      others AS (
        UPDATE ${s}.deliveries SET blocked = true WHERE seq = ANY (ARRAY(
          SELECT other.seq FROM first CROSS JOIN LATERAL (
            SELECT d.seq FROM ${s}.deliveries d
            WHERE d.lane = first.lane AND d.ordering_key = first.key AND d.status = 'pending' AND NOT d.blocked
              AND d.seq <> first.seq OFFSET 0) other)))
      UPDATE ${s}.deliveries SET blocked = false WHERE seq = ANY (ARRAY(SELECT seq FROM first)) AND blocked`,
    settle: `
      WITH found AS (
        SELECT given.*, d.seq, d.attempts, d.ordering_key
        FROM ${rowsOf(
          '$2',
          `lane bigint, id text, number integer, duration_ms double precision,
          http_status integer, error text, response_body text, status text, delay_ms double precision, spent integer,
          postponements integer, successes bigint`,
        )}
        ${theOne('*', `${s}.deliveries WHERE id = given.id`, 'd')}
        WHERE d.lane = given.lane AND d.status = 'pending' AND d.attempts < given.number),
      logged AS (
        INSERT INTO ${s}.attempts (delivery, number, at, duration_ms, status, error, response_body)
        SELECT seq, number, $1::bigint, duration_ms, http_status, error, response_body FROM found),
      written AS (
        UPDATE ${s}.deliveries d SET status = f.status, attempts = f.number,
          due_at = CASE WHEN f.status = 'pending' THEN ceil($1::bigint + f.delay_ms) END,
          finished_at = CASE WHEN f.status <> 'pending' THEN $1::bigint END,
          blocked = d.blocked AND f.status = 'pending',
          spent = coalesce(f.spent, d.spent), postponements = coalesce(f.postponements, d.postponements),
          successes_at_first_failure = coalesce(f.successes, d.successes_at_first_failure)
        FROM found f WHERE d.seq = f.seq)
      SELECT lane, status, attempts > 0 AS was_retrying, ordering_key FROM found`,
    skip: `
      UPDATE ${s}.deliveries SET status = 'skipped', finished_at = ${NOW}, due_at = NULL, blocked = false
      WHERE seq = ANY (ARRAY(
        SELECT seq FROM ${s}.deliveries WHERE lane = $2::bigint AND status = 'pending'
        ORDER BY seq LIMIT $3::integer))
      RETURNING attempts > 0 AS was_retrying, ordering_key`,

    delivery: record(`${s}.deliveries d WHERE d.id = $1::text AND d.tenant = coalesce($2::text, d.tenant)`),
    deliveriesOfLane: record(`${s}.deliveries d
      WHERE d.lane = $3::bigint AND d.status = $1::text AND d.seq < $2::bigint
        AND d.tenant = coalesce($4::text, d.tenant)
      ORDER BY d.seq DESC LIMIT $5::integer`),
    /** The event's tenant is its deliveries' too: another one's are not looked at, however many they are. */
    deliveriesOfEvent: record(`${s}.events e JOIN ${s}.deliveries d ON d.event = e.seq
      WHERE e.id = $6::text AND e.tenant = coalesce($4::text, e.tenant) AND d.status = $1::text
        AND d.seq < $2::bigint AND d.lane = coalesce($3::bigint, d.lane)
      ORDER BY d.seq DESC LIMIT $5::integer`),
    lostDeliveries: record(`${s}.deliveries d
      WHERE d.status = $1::text AND d.status IN ('failed', 'skipped') AND d.seq < $2::bigint
      ORDER BY d.seq DESC LIMIT $3::integer`),
    lostDeliveriesOfTenant: record(`${s}.deliveries d
      WHERE d.tenant = $4::text AND d.status = $1::text AND d.status IN ('failed', 'skipped')
        AND d.seq < $2::bigint
      ORDER BY d.seq DESC LIMIT $3::integer`),
    attempts: `
      SELECT a.number, a.at, a.duration_ms, a.status, a.error, a.response_body
      FROM ${s}.deliveries d JOIN ${s}.attempts a ON a.delivery = d.seq
      WHERE d.id = $1::text AND d.tenant = coalesce($2::text, d.tenant)
      ORDER BY a.number`,

    pendingToRequeue: `
      SELECT ${REQUEUED} FROM ${s}.deliveries d
      WHERE d.lane = $1::bigint AND d.status = 'pending' AND d.created_at >= $2::bigint
        AND d.tenant = coalesce($3::text, d.tenant)
      ORDER BY d.seq LIMIT $4::integer`,
    lostToRequeue: `
      SELECT ${REQUEUED} FROM ${s}.deliveries d
      WHERE d.lane = $1::bigint AND d.status = $6::text AND d.status IN ('failed', 'skipped')
        AND d.created_at >= $2::bigint AND d.finished_at <= $5::bigint AND d.tenant = coalesce($3::text, d.tenant)
      ORDER BY d.created_at, d.seq LIMIT $4::integer`,
    namedToRequeue: `
      SELECT ${REQUEUED} FROM ${s}.deliveries d
      WHERE d.id = ${anyText('$5')} AND d.lane = $1::bigint AND d.status = ${anyText('$6')}
        AND d.created_at >= $2::bigint AND (d.finished_at IS NULL OR d.finished_at <= $7::bigint)
        AND d.tenant = coalesce($3::text, d.tenant)
      ORDER BY d.seq LIMIT $4::integer`,
    requeue: `
      UPDATE ${s}.deliveries SET due_at = $1::bigint, finished_at = NULL, spent = 0, postponements = 0,
        successes_at_first_failure = NULL, status = 'pending',
        blocked = CASE WHEN status = 'pending' THEN blocked ELSE ordering_key IS NOT NULL END
      WHERE seq = ${anyNumber('$2')} RETURNING seq`,
  } as const;
};
