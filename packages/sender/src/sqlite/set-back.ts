import { HOUR_MS } from '../ports/tallies.js';
import { secretsEarlier } from '../record/endpoint-columns.js';
import { number, text } from './row.js';
import type { Statements } from './statements.js';

/** Less is not worth a step: nothing waits longer by more than this. */
const TOLERANCE_MS = 1000;

/** How far the clock stands behind the time at which the record was last worked on; 0 where that is next to nothing. */
export function setBackMs(sql: Statements, nowMs: number): number {
  const byMs = seenAtMs(sql) - nowMs;
  return byMs > TOLERANCE_MS ? byMs : 0;
}

/** The latest time that is known to the record. */
export function seenAtMs(sql: Statements): number {
  const row = sql.get('clockSeenAt');
  return row === undefined ? 0 : number(row, 'seen_at');
}

/**
 * Moves what is compared with the clock by as much as the clock was set back, so that what was left to wait is left
 * still. What lies behind and decides (how long an endpoint has been failing, how old an event is) is moved only where
 * it would lie ahead: nobody is disabled and nothing forgotten too early. What is only shown stays as it was written.
 * Within a transaction.
 */
export function moveBack(sql: Statements, nowMs: number, byMs: number): void {
  sql.run('lanesEarlier', byMs, byMs, byMs, byMs, nowMs, nowMs, byMs);
  sql.run('pendingEarlier', byMs, nowMs, byMs);
  sql.run('lostEarlier', byMs, nowMs, byMs, nowMs);
  sql.run('eventsEarlier', byMs, nowMs);
  moveTallies(sql, nowMs, byMs);
  for (const row of sql.all('expiringSecrets')) {
    sql.run('keepSecrets', secretsEarlier(text(row, 'secrets'), byMs), number(row, 'seq'));
  }
  sql.run('setClock', nowMs);
}

/** The last hour becomes the running one. */
function moveTallies(sql: Statements, nowMs: number, byMs: number): void {
  const hour = Math.floor(nowMs / HOUR_MS);
  sql.run('talliesEarlier', Math.floor((nowMs + byMs) / HOUR_MS) - hour, hour, hour);
  sql.run('forgetTalliesAfter', hour);
}
