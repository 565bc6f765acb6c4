import { anyNumber, anyText, NOW, rowsOf, theOne } from './now.js';

const ENDPOINT = `lane, id, tenant, status, disabled_reason, revision, created_at, updated_at, first_delay_ms, events, filters,
  secrets, settings`;

/** Endpoints and what they subscribe to. Whoever writes one has locked its lane. */
export const endpointSql = (s: string) =>
  ({
    addEndpoint: `
      INSERT INTO ${s}.endpoints (${ENDPOINT})
      VALUES ($2::bigint, $3::text, $4::text, $5::text, $6::text, 1, $1::bigint, $1::bigint, $7::double precision,
        $8::text, $9::text, $10::text, $11::text)`,
    replaceEndpoint: `
      UPDATE ${s}.endpoints SET status = $3::text, disabled_reason = $4::text, revision = revision + 1,
        updated_at = $1::bigint, first_delay_ms = $5::double precision, events = $6::text, filters = $7::text,
        secrets = $8::text, settings = $9::text
      WHERE lane = $2::bigint`,
    disableEndpoint: `
      UPDATE ${s}.endpoints SET status = 'disabled', disabled_reason = $3::text, revision = revision + 1,
        updated_at = $1::bigint
      WHERE lane = $2::bigint AND status = 'enabled' RETURNING lane`,
    time: `SELECT ${NOW} AS now_ms`,
    deleteEndpoint: `DELETE FROM ${s}.endpoints WHERE lane = $1::bigint`,
    endpoint: `
      SELECT ${NOW} AS now_ms, ${ENDPOINT} FROM ${s}.endpoints
      WHERE id = $2::text AND tenant = coalesce($3::text, tenant)`,
    endpoints: `
      SELECT ${NOW} AS now_ms, ${ENDPOINT} FROM ${s}.endpoints WHERE lane > $2::bigint ORDER BY lane LIMIT $3::integer`,
    endpointsOfTenant: `
      SELECT ${NOW} AS now_ms, ${ENDPOINT} FROM ${s}.endpoints WHERE tenant = $4::text AND lane > $2::bigint
      ORDER BY lane LIMIT $3::integer`,
    subscribe: `
      INSERT INTO ${s}.subscriptions (tenant, pattern, lane)
      SELECT DISTINCT $1::text, pattern, $2::bigint FROM json_array_elements_text($3::text::json) AS given(pattern)`,
    unsubscribe: `
      DELETE FROM ${s}.subscriptions WHERE tenant = $1::text AND lane = $2::bigint AND pattern = ${anyText('$3')}`,
    /** For several askers at once. */
    subscribers: `
      SELECT DISTINCT given.asker, e.lane, e.id, e.status, e.filters, e.first_delay_ms
      FROM ${rowsOf('$1', 'asker integer, tenant text, pattern text, after bigint, most integer')}
      CROSS JOIN LATERAL (
        SELECT lane FROM ${s}.subscriptions
        WHERE tenant = given.tenant AND pattern = given.pattern AND lane > given.after
        ORDER BY lane LIMIT given.most) found
      ${theOne('*', `${s}.endpoints WHERE lane = found.lane`, 'e')}
      ORDER BY given.asker, e.lane`,
    totals: `
      SELECT (SELECT count(*) FROM ${s}.endpoints) AS endpoints, coalesce(sum(pending), 0) AS pending,
        coalesce(sum(retrying), 0) AS retrying
      FROM ${s}.lanes WHERE pending > 0`,
    endpointTotals: `
      SELECT ${NOW} AS now_ms, l.seq, l.pending, l.retrying, l.last_delivered_at
      FROM ${s}.endpoints e JOIN ${s}.lanes l ON l.seq = e.lane
      WHERE e.id = $2::text AND e.tenant = coalesce($3::text, e.tenant)`,
    tallies: `
      SELECT measure, bin, sum(count) AS count, sum(total_ms) AS total_ms FROM ${s}.tallies
      WHERE hour = ${anyNumber('$1')} AND lane = $2::bigint
      GROUP BY measure, bin`,
  }) as const;
