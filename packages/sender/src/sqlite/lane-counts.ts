import { ANY_TENANT, type TenantScope } from '../ports/records.js';
import { number } from './row.js';
import type { Session } from './session.js';
import type { Statements } from './statements.js';

/** How the numbers of a lane change. */
export interface LaneChange {
  readonly pending: number;
  readonly retrying: number;
}

/** What one step changes at lanes, so that each is written once. */
export class LaneCounts {
  readonly #session: Session;
  readonly #lanes = new Map<string, number>();
  readonly #changes = new Map<number, LaneChange>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** The lane of an endpoint; a closed one where the endpoint is unknown. */
  laneOf(endpointId: string): number {
    const known = this.#lanes.get(endpointId);
    if (known !== undefined) return known;
    const lane = laneOf(this.#session, endpointId) ?? addLane(this.#session, endpointId, false);
    this.#lanes.set(endpointId, lane);
    return lane;
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
