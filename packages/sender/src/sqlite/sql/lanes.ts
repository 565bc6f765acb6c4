import { LIMIT } from './limit.js';

/** Lanes: one row for all that waits at an endpoint. */
export const laneSql = {
  insertLane: `INSERT INTO lanes (endpoint_id, is_open) VALUES (?, ?) RETURNING seq`,
  laneOfEndpoint: `SELECT seq FROM lanes WHERE endpoint_id = ?`,
  /** With the tenant of its endpoint, or of what a deleted one has left behind; all of a lane has one tenant. */
  laneWithTenant: `
    SELECT l.seq, coalesce(
      (SELECT e.tenant FROM endpoints e WHERE e.seq = l.seq),
      (SELECT d.tenant FROM deliveries d WHERE d.endpoint = l.seq LIMIT 1)) AS tenant
    FROM lanes l WHERE l.endpoint_id = ?`,
  lane: `
    SELECT is_open, pending, retrying, parked_until, failing_since, failures, successes, rate_debt_until,
      last_delivered_at
    FROM lanes WHERE seq = ?`,
  openLane: `UPDATE lanes SET is_open = ?, parked_until = 0 WHERE seq = ?`,
  closeLane: `UPDATE lanes SET is_open = 0 WHERE seq = ?`,
  unparkLane: `UPDATE lanes SET parked_until = 0 WHERE seq = ?`,
  /** All but its successes. */
  refreshLane: `UPDATE lanes SET failing_since = NULL, failures = 0, rate_debt_until = 0 WHERE seq = ?`,
  /** What an endpoint has left behind once nothing of it is in the record. */
  dropLane: `
    DELETE FROM lanes
    WHERE seq = ? AND NOT EXISTS (SELECT 1 FROM endpoints e WHERE e.seq = lanes.seq)
      AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.endpoint = lanes.seq)`,
  /** After deliveries have come, gone or changed. */
  countLane: `
    UPDATE lanes SET pending = pending + ?, retrying = retrying + ?, due_at =
      (SELECT min(due_at) FROM deliveries WHERE endpoint = lanes.seq AND status = 'pending' AND blocked = 0)
    WHERE seq = ?`,
  keepLaneState: `
    UPDATE lanes SET parked_until = ?, failing_since = ?, failures = ?, successes = ?, rate_debt_until = ?,
      last_delivered_at = coalesce(?, last_delivered_at), rested_at = coalesce(?, rested_at)
    WHERE seq = ?`,
  waitingLanes: `
    SELECT seq, endpoint_id, waits_from FROM lanes WHERE waits_from <= ? ORDER BY waits_from ${LIMIT}`,
  waitingLanesNamed: `
    SELECT seq, endpoint_id, waits_from FROM lanes
    WHERE endpoint_id IN (SELECT value FROM json_each(?)) AND waits_from <= ?`,
  nextLanes: `
    SELECT seq, endpoint_id, waits_from FROM lanes WHERE waits_from > ? ORDER BY waits_from ${LIMIT}`,
  heldLanes: `
    SELECT seq, endpoint_id, waits_from FROM lanes
    WHERE endpoint_id IN (SELECT value FROM json_each(?)) AND waits_from IS NOT NULL`,
  leftLanes: `SELECT seq, endpoint_id FROM lanes WHERE is_open = 0 AND pending > 0 AND seq > ? ORDER BY seq ${LIMIT}`,
} as const;
