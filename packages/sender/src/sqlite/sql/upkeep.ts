import { LIMIT } from './limit.js';

const REQUEUED = `seq, event, status, attempts, ordering_key`;

/** What is done to many deliveries, a bounded number at once. */
export const upkeepSql = {
  pendingAt: `
    SELECT seq, attempts, ordering_key FROM deliveries
    WHERE endpoint = ? AND status = 'pending' ORDER BY seq ${LIMIT}`,
  skipDelivery: `
    UPDATE deliveries SET status = 'skipped', finished_at = ?, due_at = NULL, blocked = 0 WHERE seq = ?`,
  /** When the first delivery from this number on was made: they are in the order of their times. */
  createdFrom: `SELECT seq, created_at FROM deliveries WHERE seq >= ? ORDER BY seq LIMIT 1`,
  lastDelivery: `SELECT max(seq) AS seq FROM deliveries`,
  deliveriesToRequeue: `
    SELECT ${REQUEUED} FROM deliveries
    WHERE endpoint = ? AND status = ? AND seq >= ? AND created_at >= ? AND (finished_at IS NULL OR finished_at <= ?)
      AND tenant = coalesce(?, tenant)
    ORDER BY seq ${LIMIT}`,
  deliveriesToRequeueNamed: `
    SELECT ${REQUEUED} FROM deliveries INDEXED BY deliveries_by_id
    WHERE id IN (SELECT value FROM json_each(?)) AND endpoint = ? AND status = ? AND created_at >= ?
      AND (finished_at IS NULL OR finished_at <= ?) AND tenant = coalesce(?, tenant)`,
  requeueDelivery: `
    UPDATE deliveries SET status = 'pending', due_at = ?, finished_at = NULL, blocked = ?, spent = 0, postponements = 0,
      successes_at_first_failure = NULL
    WHERE seq = ?`,
  rushDelivery: `
    UPDATE deliveries SET due_at = ?, spent = 0, postponements = 0, successes_at_first_failure = NULL WHERE seq = ?`,

  pendingOfEvent: `SELECT 1 FROM deliveries WHERE event = ? AND status = 'pending' LIMIT 1`,
  deliveriesToForget: `SELECT seq, endpoint FROM deliveries WHERE event = ? ${LIMIT}`,
  forgetAttempts: `DELETE FROM attempts WHERE delivery = ?`,
  forgetDelivery: `DELETE FROM deliveries WHERE seq = ?`,
  forgetTallies: `
    DELETE FROM tallies WHERE (hour, endpoint, measure, bin) IN
      (SELECT hour, endpoint, measure, bin FROM tallies WHERE hour < ? ${LIMIT})`,
} as const;
