import type { Now } from '@countersign/core';
import {
  ANY_TENANT,
  type DeliveryStatus,
  type EndpointRecord,
  type StoredAttempt,
  type StoredEvent,
  type TenantScope,
} from '../ports/records.js';
import { Backlog, type Waiting } from './backlog.js';
import { TallyBook } from './tally-book.js';
import { Timeline } from './timeline.js';

/** An event, and what became of it. */
export interface EventRow {
  readonly seq: number;
  readonly event: StoredEvent;
  readonly createdAtMs: number;
  isRouted: boolean;
  leasedUntilMs: number;
  readonly deliveries: Map<string, DeliveryRow>;
  /** Of its deliveries. */
  pending: number;
}

/** A delivery, with its attempts. */
export interface DeliveryRow extends Waiting {
  readonly event: EventRow;
  readonly lane: LaneRow;
  readonly createdAtMs: number;
  status: DeliveryStatus;
  dueAtMs: number;
  finishedAtMs: number | undefined;
  readonly attempts: StoredAttempt[];
  spent: number;
  postponements: number;
  successesAtFirstFailure: number | undefined;
}

/** An endpoint as it stands, its secrets with the times at which they expire. */
export interface EndpointRow {
  readonly seq: number;
  readonly lane: LaneRow;
  record: Omit<EndpointRecord, 'secrets'>;
  secrets: readonly {
    readonly id: string;
    readonly value: string;
    readonly expiresAtMs: number | undefined;
  }[];
}

/** All of one endpoint's work. It stays when the endpoint is deleted, so that nobody gets its deliveries. */
export interface LaneRow {
  readonly endpointId: string;
  endpoint: EndpointRow | undefined;
  /** The owner's; `undefined` where it was let go of. */
  token: string | undefined;
  /** When the lease ends, or when it was let go of. */
  leasedUntilMs: number;
  parkedUntilMs: number;
  failingSinceMs: number | undefined;
  failures: number;
  successes: number;
  rateDebtUntilMs: number;
  lastDeliveredAtMs: number | undefined;
  retrying: number;
  readonly backlog: Backlog<DeliveryRow>;
  readonly deliveries: Timeline<DeliveryRow>;
  readonly tallies: TallyBook;
}

/** Everything that a memory store holds. */
export class State {
  readonly now: Now;
  readonly events = new Timeline<EventRow>();
  readonly eventsByKey = new Map<string, EventRow>();
  readonly eventsByName = new Map<string, EventRow>();
  readonly unrouted = new Set<EventRow>();
  readonly endpoints = new Timeline<EndpointRow>();
  readonly lanes = new Map<string, LaneRow>();
  /** Those with something pending. */
  readonly busyLanes = new Set<LaneRow>();
  readonly deliveries = new Timeline<DeliveryRow>();
  readonly deliveriesById = new Map<string, DeliveryRow>();
  endpointCount = 0;
  pending = 0;
  retrying = 0;
  #seq = 0;

  constructor(now: Now) {
    this.now = now;
  }

  nextSeq(): number {
    this.#seq += 1;
    return this.#seq;
  }

  laneOf(endpointId: string): LaneRow {
    const known = this.lanes.get(endpointId);
    if (known !== undefined) return known;
    const lane = newLane(endpointId);
    this.lanes.set(endpointId, lane);
    return lane;
  }

  /** It has become pending: new, or once more. */
  wait(row: DeliveryRow): void {
    const { lane } = row;
    row.status = 'pending';
    row.finishedAtMs = undefined;
    row.event.pending += 1;
    this.pending += 1;
    if (attemptsOf(row) > 0) this.countRetrying(lane, 1);
    lane.backlog.add(row);
    this.busyLanes.add(lane);
  }

  /** It is pending no longer. `wasRetrying`: it had an attempt behind it, before the one that ended it. */
  finish(row: DeliveryRow, status: 'delivered' | 'failed' | 'skipped', wasRetrying: boolean): void {
    const { lane } = row;
    row.status = status;
    row.finishedAtMs = this.now();
    row.event.pending -= 1;
    this.pending -= 1;
    if (wasRetrying) this.countRetrying(lane, -1);
    lane.backlog.remove(row);
    if (lane.backlog.size === 0) this.busyLanes.delete(lane);
  }

  countRetrying(lane: LaneRow, change: 1 | -1): void {
    lane.retrying += change;
    this.retrying += change;
  }
}

function newLane(endpointId: string): LaneRow {
  return {
    endpointId,
    endpoint: undefined,
    token: undefined,
    leasedUntilMs: 0,
    parkedUntilMs: 0,
    failingSinceMs: undefined,
    failures: 0,
    successes: 0,
    rateDebtUntilMs: 0,
    lastDeliveredAtMs: undefined,
    retrying: 0,
    backlog: new Backlog(),
    deliveries: new Timeline(),
    tallies: new TallyBook(),
  };
}

/** The number of its last attempt. */
export function attemptsOf({ attempts }: DeliveryRow): number {
  return attempts.at(-1)?.number ?? 0;
}

/** Whether a scope sees what is of a tenant. */
export function sees(scope: TenantScope, tenant: string): boolean {
  return scope === ANY_TENANT || scope === tenant;
}
