import type { Outlook, WorkLedger } from '../ports/delivery-store.js';
import { waitingLane, waitingLanes } from './lanes.js';
import { isRouteDue } from './routing.js';
import type { Session } from './session.js';

const ROUTE = { kind: 'route', id: '', delayMs: 0 } as const;

/** What is due, and what comes next. */
export function outlook(session: Session, { limit }: Parameters<WorkLedger['outlook']>[0]): Outlook {
  const nowMs = session.now();
  const isRoute = isRouteDue(session);
  const lanes = waitingLanes(session, limit).map(
    ({ endpointId }) => ({ kind: 'lane', id: endpointId, delayMs: 0 }) as const,
  );
  const routeMs = isRoute ? Number.POSITIVE_INFINITY : session.routing.leaseEndMs(nowMs);
  const nextMs = Math.min(routeMs, nextLaneMs(session, nowMs));
  return {
    due: isRoute ? [ROUTE, ...lanes] : lanes,
    nextInMs: Number.isFinite(nextMs) ? Math.max(0, nextMs - nowMs) : undefined,
  };
}

/** When the next lane falls due: of those that are held, when they come back. */
function nextLaneMs(session: Session, nowMs: number): number {
  const { sql, leases } = session;
  const ids = JSON.stringify(leases.endpointIds);
  const rows = [...sql.all('nextLanes', nowMs, 1 + leases.size), ...sql.all('heldLanes', ids)];
  const times = rows.map((row) => waitingLane(session, row).fromMs).filter((fromMs) => fromMs > nowMs);
  return Math.min(...times);
}
