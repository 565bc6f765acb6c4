import type { Outlook, WorkLedger } from '@countersign/sender';
import { fromJson } from '@countersign/sender/stores';
import { numberOrNone, text, truth } from '../client/row.js';
import type { Session } from './session.js';

const ROUTE = { kind: 'route', id: '', delayMs: 0 } as const;

/** What is due, and what comes next. */
export async function outlook(
  { database, sql, now }: Session,
  { limit }: Parameters<WorkLedger['outlook']>[0],
): Promise<Outlook> {
  const { rows } = await database.query(sql.outlook, [now(), limit]);
  const [row] = rows;
  if (row === undefined) throw new TypeError('no outlook');
  const isRoute = truth(row, 'is_route');
  const lanes = fromJson<readonly string[]>(text(row, 'lanes')).map(
    (id) => ({ kind: 'lane', id, delayMs: 0 }) as const,
  );
  const routeMs = isRoute ? Number.POSITIVE_INFINITY : waitOf(row, 'next_route_ms');
  const nextMs = Math.min(routeMs, waitOf(row, 'next_lane_ms'));
  return {
    due: isRoute ? [ROUTE, ...lanes] : lanes,
    nextInMs: Number.isFinite(nextMs) ? Math.max(0, nextMs) : undefined,
  };
}

function waitOf(row: Parameters<typeof numberOrNone>[0], column: string): number {
  return numberOrNone(row, column) ?? Number.POSITIVE_INFINITY;
}
