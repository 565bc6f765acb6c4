import { ANY_TENANT, type TenantScope } from '../ports/records.js';
import { number } from './row.js';
import type { Session } from './session.js';
import type { Statements } from './statements.js';

/** How the numbers of a lane change. */
export interface LaneChange {
  readonly pending: number;
  readonly retrying: number;
}

interface KnownLane {
  readonly lane: number;
  /** `null`: nobody's yet. */
  readonly tenant: unknown;
}

/** What one step changes at lanes, so that each is written once. */
export class LaneCounts {
  readonly #session: Session;
  readonly #lanes = new Map<string, KnownLane>();
  readonly #changes = new Map<number, LaneChange>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** The lane of a tenant's endpoint; a closed one where it is unknown, none where the id is another tenant's by now. */
  laneOf(endpointId: string, tenant: string): number | undefined {
    const known = this.#lanes.get(endpointId) ?? this.#find(endpointId);
    this.#lanes.set(endpointId, known);
    return known.tenant === null || known.tenant === tenant ? known.lane : undefined;
  }

  #find(endpointId: string): KnownLane {
    const row = this.#session.sql.get('laneWithTenant', endpointId);
    if (row === undefined) return { lane: addLane(this.#session, endpointId, false), tenant: null };
    return { lane: number(row, 'seq'), tenant: row['tenant'] };
  }

  add(lane: number, { pending, retrying }: LaneChange): void {
    const before = this.#changes.get(lane);
    this.#changes.set(lane, {
      pending: (before?.pending ?? 0) + pending,
      retrying: (before?.retrying ?? 0) + retrying,
    });
  }

  /** After the deliveries were written. */
  write(): void {
    for (const [lane, { pending, retrying }] of this.#changes) {
      this.#session.sql.run('countLane', pending, retrying, lane);
    }
  }
}

/** The lane of an endpoint. */
export function laneOf({ sql }: Session, endpointId: string): number | undefined {
  const row = sql.get('laneOfEndpoint', endpointId);
  return row === undefined ? undefined : number(row, 'seq');
}

/**
 * The lane of an endpoint, where a scope may see what is there. Asked before its deliveries are looked at: how long it
 * took would tell another tenant that the endpoint exists, and hold up everybody.
 */
export function laneSeen({ sql }: Session, scope: TenantScope, endpointId: string): number | undefined {
  const row = sql.get('laneWithTenant', endpointId);
  if (row === undefined) return undefined;
  return scope === ANY_TENANT || row['tenant'] === scope ? number(row, 'seq') : undefined;
}

/** A new lane. */
export function addLane({ sql }: Session, endpointId: string, isOpen: boolean): number {
  const row = sql.get('insertLane', endpointId, isOpen ? 1 : 0);
  if (row === undefined) throw new TypeError('no lane was added');
  return number(row, 'seq');
}

/**
 * Something of a key becomes pending: whether it goes first. A younger one that went first so far is blocked.
 */
export function admit(sql: Statements, lane: number, key: string, event: number): boolean {
  const head = sql.get('headOfKey', lane, key);
  if (head === undefined) return true;
  if (number(head, 'event') < event) return false;
  sql.run('setBlocked', 1, number(head, 'seq'));
  return true;
}

/** Something of a key is pending no longer: whoever is first now goes on. */
export function passOn(sql: Statements, lane: number, key: string): void {
  const head = sql.get('headOfKey', lane, key);
  if (head !== undefined && number(head, 'blocked') === 1) sql.run('setBlocked', 0, number(head, 'seq'));
}
