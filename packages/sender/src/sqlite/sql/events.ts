import { LIMIT } from './limit.js';

const EVENT = `e.seq, e.id, e.tenant, e.type, e.ordering_key, e.endpoint_id, e.timestamp, e.digest, e.data`;

/** Intake and routing. */
export const eventSql = {
  insertEvent: `
    INSERT INTO events (seq, id, tenant, type, ordering_key, endpoint_id, timestamp, created_at, digest, data)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id, tenant) DO NOTHING`,
  digestOfEvent: `SELECT digest FROM events WHERE id = ? AND tenant = ?`,
  deleteEvent: `DELETE FROM events WHERE seq = ?`,
  lastEvent: `SELECT max(seq) AS seq FROM events`,
  event: `SELECT ${EVENT} FROM events e WHERE e.seq = ?`,
  eventsFrom: `SELECT ${EVENT} FROM events e WHERE e.seq > ? ORDER BY e.seq ${LIMIT}`,
  eventKeysFrom: `SELECT seq, tenant, ordering_key FROM events WHERE seq > ? AND seq <= ? ORDER BY seq ${LIMIT}`,
  eventAges: `SELECT seq, created_at FROM events WHERE seq > ? ORDER BY seq ${LIMIT}`,
  eventOfDelivery: `
    SELECT ${EVENT} FROM deliveries d JOIN events e ON e.seq = d.event
    WHERE d.id = ? AND d.tenant = coalesce(?, d.tenant)`,
  /** With the events that they are of. */
  dueDeliveries: `
    SELECT d.id AS delivery_id, d.attempts, d.spent, d.postponements, d.successes_at_first_failure, ${EVENT}
    FROM deliveries d JOIN events e ON e.seq = d.event
    WHERE d.endpoint = ? AND d.status = 'pending' AND d.blocked = 0 AND d.due_at <= ?
      AND d.id NOT IN (SELECT value FROM json_each(?))
    ORDER BY d.due_at, d.seq ${LIMIT}`,
  routedTo: `SELECT routed_to FROM routing WHERE only_row = 1`,
  setRoutedTo: `UPDATE routing SET routed_to = ? WHERE only_row = 1`,
} as const;
