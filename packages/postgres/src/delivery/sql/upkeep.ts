import { anyNumber, NOW, nothing } from './now.js';

/** What is forgotten, a bounded number at once. */
export const upkeepSql = (s: string) =>
  ({
    /** With whether they may be forgotten by themselves: they are routed. */
    oldEvents: `
      SELECT e.seq, e.created_at <= ${NOW} - $3::double precision AS is_old,
        ${nothing(`${s}.unrouted u WHERE u.event = e.seq`)} AS is_routed
      FROM ${s}.events e WHERE e.seq > $2::bigint ORDER BY e.seq LIMIT $4::integer`,
    lockDeliveriesOfEvent: `
      SELECT seq, lane, status FROM ${s}.deliveries WHERE event = $1::bigint ORDER BY seq LIMIT $2::integer FOR UPDATE`,
    pendingOfEvent: `
      SELECT EXISTS (SELECT FROM ${s}.deliveries WHERE event = $1::bigint AND status = 'pending') AS is_pending`,
    forgetDeliveries: `
      WITH gone AS (
        DELETE FROM ${s}.attempts WHERE delivery = ${anyNumber('$1')})
      DELETE FROM ${s}.deliveries WHERE seq = ${anyNumber('$1')}`,
    forgetEvent: `DELETE FROM ${s}.events WHERE seq = $1::bigint`,
    forgetTallies: `
      DELETE FROM ${s}.tallies WHERE ctid IN (
        SELECT ctid FROM ${s}.tallies
        WHERE hour < ${NOW} / 3600000 - $2::bigint ORDER BY hour LIMIT $3::integer FOR UPDATE SKIP LOCKED)
      RETURNING hour`,
  }) as const;
