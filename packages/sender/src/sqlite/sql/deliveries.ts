import { LIMIT } from './limit.js';

const RECORD = `
  d.seq, d.id, l.endpoint_id, e.id AS event_id, e.type AS event_type, d.tenant, d.status, d.attempts, d.created_at,
  d.finished_at, CASE WHEN d.blocked = 0 THEN d.due_at END AS next_attempt_at, a.status AS last_status,
  a.error AS last_error`;

// Each delivery has one event, one lane, and its last attempt where it has one.
const WHOLE = `
  JOIN lanes l ON l.seq = d.endpoint
  LEFT JOIN attempts a ON a.delivery = d.seq AND a.number = d.attempts`;
const DELIVERIES = `FROM deliveries d JOIN events e ON e.seq = d.event ${WHOLE}`;

/** Deliveries as they are worked, and as people read them. */
export const deliverySql = {
  insertDelivery: `
    INSERT INTO deliveries
      (id, event, endpoint, tenant, ordering_key, status, blocked, due_at, created_at, finished_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (event, endpoint) DO NOTHING`,
  deliveryOf: `SELECT 1 FROM deliveries WHERE event = ? AND endpoint = ?`,
  deliveryToSettle: `
    SELECT seq, attempts, ordering_key FROM deliveries
    WHERE id = ? AND endpoint = ? AND status = 'pending' AND attempts < ?`,
  finishDelivery: `
    UPDATE deliveries SET status = ?, attempts = ?, finished_at = ?, due_at = NULL, blocked = 0 WHERE seq = ?`,
  postponeDelivery: `
    UPDATE deliveries SET attempts = ?, due_at = ?, spent = ?, postponements = ?, successes_at_first_failure = ?
    WHERE seq = ?`,
  /** The one of a key that is before all others. */
  headOfKey: `
    SELECT seq, event, blocked FROM deliveries
    WHERE endpoint = ? AND ordering_key = ? AND status = 'pending'
    ORDER BY event LIMIT 1`,
  setBlocked: `UPDATE deliveries SET blocked = ? WHERE seq = ?`,
  insertAttempt: `
    INSERT INTO attempts (delivery, number, at, duration_ms, status, error, response_body)
    VALUES (?, ?, ?, ?, ?, ?, ?)`,
  addTally: `
    INSERT INTO tallies (hour, endpoint, measure, bin, count, total_ms) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count, total_ms = total_ms + excluded.total_ms`,
  tallies: `
    SELECT measure, bin, sum(count) AS count, sum(total_ms) AS total_ms FROM tallies
    WHERE hour IN (SELECT value FROM json_each(?)) AND endpoint = ?
    GROUP BY measure, bin`,

  delivery: `SELECT ${RECORD} ${DELIVERIES} WHERE d.id = ? AND d.tenant = coalesce(?, d.tenant)`,
  deliveriesOfEndpoint: `
    SELECT ${RECORD} ${DELIVERIES}
    WHERE d.endpoint = ? AND d.status = ? AND d.seq < ? AND d.tenant = coalesce(?, d.tenant)
    ORDER BY d.seq DESC ${LIMIT}`,
  /** The event's tenant is its deliveries' too: another one's are not looked at, however many they are. */
  deliveriesOfEvent: `
    SELECT ${RECORD} FROM events e JOIN deliveries d ON d.event = e.seq ${WHOLE}
    WHERE e.id = ? AND e.tenant = coalesce(?, e.tenant) AND d.status = ? AND d.seq < ?
      AND d.endpoint = coalesce(?, d.endpoint)
    ORDER BY d.seq DESC ${LIMIT}`,
  lostDeliveries: `
    SELECT ${RECORD} ${DELIVERIES}
    WHERE d.status = ? AND d.status IN ('failed', 'skipped') AND d.seq < ?
    ORDER BY d.seq DESC ${LIMIT}`,
  lostDeliveriesOfTenant: `
    SELECT ${RECORD} ${DELIVERIES}
    WHERE d.tenant = ? AND d.status = ? AND d.status IN ('failed', 'skipped') AND d.seq < ?
    ORDER BY d.seq DESC ${LIMIT}`,
  attempts: `
    SELECT a.number, a.at, a.duration_ms, a.status, a.error, a.response_body
    FROM deliveries d JOIN attempts a ON a.delivery = d.seq
    WHERE d.id = ? AND d.tenant = coalesce(?, d.tenant)
    ORDER BY a.number`,
} as const;
