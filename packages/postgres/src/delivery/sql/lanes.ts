import { anyNumber, anyText, NOW, nothing, rowsOf } from './now.js';

const ENDPOINT = `e.id, e.tenant, e.status, e.disabled_reason, e.revision, e.created_at, e.updated_at, e.first_delay_ms,
  e.events, e.filters, e.secrets, e.settings`;

/** Lanes: one row for all that waits at an endpoint. Whoever needs several locks them in the order of their numbers. */
export const laneSql = (s: string) => {
  const take = (picked: string): string => `
    WITH picked AS (${picked})
    UPDATE ${s}.lanes l SET leased_until = ${NOW} + $3::bigint, token = l.token + 1
    FROM picked WHERE l.seq = picked.seq
    RETURNING l.seq, l.token, picked.waits_from`;
  return {
    takeLanes: take(`
      SELECT seq, waits_from FROM ${s}.lanes
      WHERE waits_from <= ${NOW} ORDER BY waits_from, seq LIMIT $2::integer FOR UPDATE SKIP LOCKED`),
    takeLanesNamed: take(`
      SELECT seq, waits_from FROM ${s}.lanes
      WHERE waits_from <= ${NOW} AND seq = ANY (ARRAY(
        SELECT seq FROM ${s}.lanes WHERE endpoint_id = ${anyText('$4')} AND waits_from <= ${NOW}
        ORDER BY waits_from LIMIT $2::integer))
      ORDER BY seq FOR UPDATE`),
    extendLeases: `
      WITH held AS (
        SELECT l.seq FROM ${rowsOf('$2', 'lane bigint, token bigint')}
        JOIN ${s}.lanes l ON l.seq = given.lane AND l.token = given.token
        WHERE EXISTS (SELECT FROM ${s}.endpoints e WHERE e.lane = l.seq)
        ORDER BY l.seq FOR UPDATE OF l)
      UPDATE ${s}.lanes l SET leased_until = ${NOW} + $3::bigint FROM held WHERE l.seq = held.seq`,
    /** With their endpoints as they are now. */
    heldLanes: `
      SELECT ${NOW} AS now_ms, l.seq, l.token, l.parked_until, l.failing_since, l.failures, l.successes,
        l.rate_debt_until, ${ENDPOINT}
      FROM ${rowsOf('$2', 'lane bigint, token bigint')}
      JOIN ${s}.lanes l ON l.seq = given.lane AND l.token = given.token
      JOIN ${s}.endpoints e ON e.lane = l.seq`,
    lockHeld: `
      SELECT ${NOW} AS now_ms, l.seq, l.token FROM ${rowsOf('$2', 'lane bigint, token bigint')}
      JOIN ${s}.lanes l ON l.seq = given.lane AND l.token = given.token
      ORDER BY l.seq FOR UPDATE OF l`,
    lockLane: `SELECT ${NOW} AS now_ms, seq, tenant FROM ${s}.lanes WHERE endpoint_id = $2::text FOR UPDATE`,
    lane: `SELECT seq FROM ${s}.lanes WHERE endpoint_id = $1::text AND tenant = coalesce($2::text, tenant)`,
    lanesOf: `
      SELECT ${NOW} AS now_ms, seq, endpoint_id, tenant FROM ${s}.lanes WHERE endpoint_id = ${anyText('$2')}`,
    lockLanes: `
      SELECT seq FROM ${s}.lanes WHERE seq = ${anyNumber('$1')}
      ORDER BY seq FOR UPDATE`,
    addLane: `
      INSERT INTO ${s}.lanes (endpoint_id, tenant, is_open) VALUES ($1::text, $2::text, $3::boolean)
      ON CONFLICT (endpoint_id) DO NOTHING RETURNING seq`,
    addClosedLanes: `
      INSERT INTO ${s}.lanes (endpoint_id, tenant, is_open)
      SELECT DISTINCT id, tenant, false FROM ${rowsOf('$1', 'id text, tenant text')} ORDER BY id
      ON CONFLICT (endpoint_id) DO NOTHING`,
    /** What an endpoint has left behind once nothing of it is in the record; the lane is locked. */
    dropLanes: `
      DELETE FROM ${s}.lanes l
      WHERE l.seq = ${anyNumber('$1')}
        AND ${nothing(`${s}.endpoints e WHERE e.lane = l.seq`)}
        AND (SELECT seq FROM ${s}.deliveries WHERE lane = l.seq ORDER BY status, seq LIMIT 1) IS NULL
      RETURNING seq`,
    /** Those of deleted endpoints: nobody writes them while it is looked at what is left of them. */
    lockLeftLanes: `
      SELECT seq FROM ${s}.lanes
      WHERE seq = ${anyNumber('$1')}
        AND ${nothing(`${s}.endpoints e WHERE e.lane = lanes.seq`)}
      ORDER BY seq FOR UPDATE`,
    /** After deliveries have come, gone or changed. */
    countLanes: `
      UPDATE ${s}.lanes l SET pending = l.pending + given.pending, retrying = l.retrying + given.retrying, due_at =
        (SELECT min(d.due_at) FROM ${s}.deliveries d
         WHERE d.lane = l.seq AND d.status = 'pending' AND NOT d.blocked)
      FROM ${rowsOf('$1', 'lane bigint, pending bigint, retrying bigint')} WHERE l.seq = given.lane`,
    /** The same, with what their owners say of them, and what they have counted. */
    keepLaneStates: `
      WITH counted AS (
        INSERT INTO ${s}.tallies AS t (hour, lane, measure, bin, count, total_ms)
        SELECT $1::bigint / 3600000, lane, measure, bin, count, total_ms
        FROM ${rowsOf('$3', 'lane bigint, measure text, bin integer, count bigint, total_ms double precision')}
        ON CONFLICT (hour, lane, measure, bin) DO UPDATE
        SET count = t.count + excluded.count, total_ms = t.total_ms + excluded.total_ms)
      UPDATE ${s}.lanes l SET pending = l.pending + given.pending, retrying = l.retrying + given.retrying,
        due_at = (SELECT min(d.due_at) FROM ${s}.deliveries d
          WHERE d.lane = l.seq AND d.status = 'pending' AND NOT d.blocked),
        parked_until = given.parked_until, failing_since = given.failing_since, failures = given.failures,
        successes = given.successes, rate_debt_until = given.rate_debt_until,
        last_delivered_at = coalesce(given.last_delivered_at, l.last_delivered_at),
        rested_at = CASE WHEN given.release THEN $1::bigint ELSE l.rested_at END,
        leased_until = CASE WHEN given.release THEN 0 ELSE l.leased_until END,
        token = CASE WHEN given.release THEN l.token + 1 ELSE l.token END
      FROM ${rowsOf(
        '$2',
        `lane bigint, pending bigint, retrying bigint, parked_until bigint, failing_since bigint,
        failures bigint, successes bigint, rate_debt_until bigint, last_delivered_at bigint, release boolean`,
      )}
      WHERE l.seq = given.lane`,
    openLane: `UPDATE ${s}.lanes SET is_open = $2::boolean, parked_until = 0 WHERE seq = $1::bigint`,
    closeLane: `UPDATE ${s}.lanes SET is_open = false WHERE seq = $1::bigint`,
    unparkLane: `UPDATE ${s}.lanes SET parked_until = 0 WHERE seq = $1::bigint`,
    /** All but its successes. */
    refreshLane: `
      UPDATE ${s}.lanes SET failing_since = NULL, failures = 0, rate_debt_until = 0 WHERE seq = $1::bigint`,
    leftLanes: `
      SELECT seq FROM ${s}.lanes
      WHERE NOT is_open AND pending > 0 AND seq > $2::bigint AND leased_until <= ${NOW}
      ORDER BY seq LIMIT 1 FOR UPDATE`,
  } as const;
};
