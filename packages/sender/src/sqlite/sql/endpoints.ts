import { LIMIT } from './limit.js';

const ENDPOINT = `
  seq, id, tenant, status, disabled_reason, revision, created_at, updated_at, first_delay_ms, events, filters, secrets,
  settings`;

/** Endpoints and what they subscribe to. */
export const endpointSql = {
  insertEndpoint: `INSERT INTO endpoints (${ENDPOINT}) VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)`,
  updateEndpoint: `
    UPDATE endpoints SET status = ?, disabled_reason = ?, revision = revision + 1, updated_at = ?, first_delay_ms = ?,
      events = ?, filters = ?, secrets = ?, settings = ?
    WHERE seq = ?`,
  disableEndpoint: `
    UPDATE endpoints SET status = 'disabled', disabled_reason = ?, revision = revision + 1, updated_at = ?
    WHERE seq = ? AND status = 'enabled'`,
  deleteEndpoint: `DELETE FROM endpoints WHERE seq = ?`,
  endpoint: `SELECT ${ENDPOINT} FROM endpoints WHERE id = ? AND tenant = coalesce(?, tenant)`,
  endpointOfLane: `SELECT ${ENDPOINT} FROM endpoints WHERE seq = ?`,
  endpoints: `SELECT ${ENDPOINT} FROM endpoints WHERE seq > ? ORDER BY seq ${LIMIT}`,
  endpointsOfTenant: `SELECT ${ENDPOINT} FROM endpoints WHERE tenant = ? AND seq > ? ORDER BY seq ${LIMIT}`,
  subscribe: `INSERT INTO subscriptions (tenant, pattern, endpoint) SELECT DISTINCT ?, value, ? FROM json_each(?)`,
  unsubscribe: `
    DELETE FROM subscriptions
    WHERE tenant = ? AND pattern IN (SELECT value FROM json_each(?)) AND endpoint = ?`,
  subscribers: `
    SELECT e.seq, e.id, e.status, e.filters, e.first_delay_ms
    FROM subscriptions s JOIN endpoints e ON e.seq = s.endpoint
    WHERE s.tenant = ? AND s.pattern = ? AND s.endpoint > ?
    ORDER BY s.endpoint ${LIMIT}`,
  totals: `
    SELECT (SELECT count(*) FROM endpoints) AS endpoints, coalesce(sum(pending), 0) AS pending,
      coalesce(sum(retrying), 0) AS retrying
    FROM lanes`,
} as const;
