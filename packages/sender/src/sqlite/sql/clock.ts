/** The store's own time, and what is moved when the clock was set back. */
export const clockSql = {
  clockSeenAt: `SELECT seen_at FROM clock WHERE only_row = 1`,
  setClock: `UPDATE clock SET seen_at = ? WHERE only_row = 1`,
  lanesEarlier: `
    UPDATE lanes SET due_at = due_at - ?, parked_until = parked_until - ?, rate_debt_until = rate_debt_until - ?,
      rested_at = min(rested_at - ?, ?),
      failing_since = CASE WHEN failing_since > ? THEN failing_since - ? ELSE failing_since END`,
  pendingEarlier: `
    UPDATE deliveries SET due_at = due_at - ?,
      created_at = CASE WHEN created_at > ? THEN created_at - ? ELSE created_at END
    WHERE endpoint IN (SELECT seq FROM lanes WHERE pending > 0) AND status = 'pending'`,
  lostEarlier: `
    UPDATE deliveries SET finished_at = finished_at - ?,
      created_at = CASE WHEN created_at > ? THEN created_at - ? ELSE created_at END
    WHERE status IN ('failed', 'skipped') AND finished_at > ?`,
  /** Back from the last one: they are in the order of their times. */
  eventsEarlier: `
    UPDATE events SET created_at = created_at - ?
    WHERE seq > coalesce((SELECT seq FROM events WHERE created_at <= ? ORDER BY seq DESC LIMIT 1), 0)`,
  talliesEarlier: `
    INSERT INTO tallies (hour, endpoint, measure, bin, count, total_ms)
    SELECT min(hour - ?, ?), endpoint, measure, bin, count, total_ms FROM tallies WHERE hour > ?
    ON CONFLICT DO UPDATE SET count = count + excluded.count, total_ms = total_ms + excluded.total_ms`,
  forgetTalliesAfter: `DELETE FROM tallies WHERE hour > ?`,
  expiringSecrets: `SELECT seq, secrets FROM endpoints WHERE secrets LIKE '%"expiresAtMs":%'`,
  keepSecrets: `UPDATE endpoints SET secrets = ? WHERE seq = ?`,
} as const;
