import { eventSql } from './events.js';
import { NOW } from './now.js';

/** What is due, and what comes next, in one look. */
export const outlookSql = (s: string) =>
  ({
    outlook: `
      SELECT
        (SELECT coalesce(json_agg(d.endpoint_id ORDER BY d.waits_from, d.seq), '[]')::text FROM (
          SELECT endpoint_id, waits_from, seq FROM ${s}.lanes
          WHERE waits_from <= ${NOW} ORDER BY waits_from, seq LIMIT $2::integer) d) AS lanes,
        (SELECT min(waits_from) FROM ${s}.lanes WHERE waits_from > ${NOW}) - ${NOW} AS next_lane_ms,
        ${eventSql(s).isRouteDue} AS is_route,
        (SELECT min(leased_until) FROM ${s}.unrouted WHERE leased_until > ${NOW} AND leased_until > 0) - ${NOW}
          AS next_route_ms`,
  }) as const;
