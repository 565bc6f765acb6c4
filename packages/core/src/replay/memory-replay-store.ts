import { finiteNumber, mustBe } from '../errors/describe.js';
import { WebhookError } from '../errors/webhook-error.js';
import type { Claim, ReplayStore } from './port.js';

const DEFAULT_MAX_KEYS = 100_000;

/** Options of {@link memoryReplayStore}. */
export interface MemoryReplayStoreOptions {
  /** Keys held at most, claimed and committed together. Default 100,000, about 22 MB of heap. */
  readonly maxKeys?: number | undefined;
  /** Milliseconds of any steady clock; default `performance.now`. */
  readonly now?: (() => number) | undefined;
}

interface Lease {
  token: string;
  untilMs: number;
}

interface Committed extends Claim {
  readonly untilMs: number;
}

/**
 * A replay store in this process's memory, for one process: it forgets on restart, and other processes do
 * not see it.
 *
 * It is bounded. When it is full, the oldest committed keys that are past `guardMs` make room; running
 * claims and guarded keys are never dropped, and a new key is refused (`replay_store_full`, 503) where
 * nothing else is left, because a forgotten key is an accepted replay.
 *
 * @example
 * createReceiver({ provider: github, secrets, replay: memoryReplayStore({ maxKeys: 500_000 }) });
 */
export function memoryReplayStore(options: MemoryReplayStoreOptions = {}): ReplayStore {
  const now = options.now ?? (() => performance.now());
  const maxKeys = finiteNumber('maxKeys', options.maxKeys ?? DEFAULT_MAX_KEYS, 1);
  if (!Number.isInteger(maxKeys)) throw mustBe('maxKeys', 'a whole number', maxKeys);
  const leases = new Map<string, Lease>();
  const committed = new CommittedKeys();

  const makeRoom = (): void => {
    const nowMs = now();
    committed.dropExpired(nowMs);
    if (leases.size + committed.size < maxKeys) return;
    if (committed.dropOldestUnguarded(nowMs) || dropLapsed(leases, nowMs)) return;
    throw new WebhookError(
      'replay_store_full',
      `the memory replay store holds \`maxKeys\` (${maxKeys}) keys that it must not forget yet`,
    );
  };

  return {
    shared: false,
    claim({ key, token }, { leaseMs }) {
      const nowMs = now();
      if (committed.tokenOf(key, nowMs) !== undefined) return 'done';
      const lease = leases.get(key);
      if (lease === undefined) makeRoom();
      else if (lease.token !== token && lease.untilMs > nowMs) return 'in_progress';
      leases.set(key, { token, untilMs: nowMs + leaseMs });
      return 'claimed';
    },
    commit({ key, token }, { ttlMs, guardMs }) {
      if (leases.get(key)?.token !== token) return committed.tokenOf(key, now()) === token;
      leases.delete(key);
      committed.add({ key, token }, ttlMs, Math.min(guardMs, ttlMs), now());
      return true;
    },
    release({ key, token }) {
      if (leases.get(key)?.token === token) leases.delete(key);
    },
  };
}

/**
 * Committed keys, in queues of equal horizons. Within a queue the order of commits is the order in which
 * guards end and keys expire, so finding what may go looks at one key of each queue.
 */
class CommittedKeys {
  readonly #byKey = new Map<string, Committed>();
  readonly #queues: HorizonQueue[] = [];

  get size(): number {
    return this.#byKey.size;
  }

  /** Whose commit of the key is remembered. */
  tokenOf(key: string, nowMs: number): string | undefined {
    const entry = this.#byKey.get(key);
    return entry !== undefined && entry.untilMs >= nowMs ? entry.token : undefined;
  }

  add(claim: Claim, ttlMs: number, guardMs: number, nowMs: number): void {
    let queue = this.#queues.find((known) => known.ttlMs === ttlMs && known.guardMs === guardMs);
    if (queue === undefined) {
      queue = new HorizonQueue(ttlMs, guardMs);
      this.#queues.push(queue);
    }
    const entry = { key: claim.key, token: claim.token, untilMs: nowMs + ttlMs };
    queue.push(entry);
    this.#byKey.set(claim.key, entry);
  }

  dropExpired(nowMs: number): void {
    for (const queue of this.#queues) {
      while ((queue.first?.untilMs ?? Number.POSITIVE_INFINITY) < nowMs) this.#dropFirst(queue);
    }
  }

  /** Makes room for one key; `false` where every key is still guarded. */
  dropOldestUnguarded(nowMs: number): boolean {
    let oldest: HorizonQueue | undefined;
    let guardedUntilMs = nowMs;
    for (const queue of this.#queues) {
      const endMs = queue.guardUntilMs;
      if (endMs < guardedUntilMs) {
        guardedUntilMs = endMs;
        oldest = queue;
      }
    }
    if (oldest === undefined) return false;
    this.#dropFirst(oldest);
    return true;
  }

  #dropFirst(queue: HorizonQueue): void {
    const entry = queue.shift();
    // A key that expired and was committed again stands in its queue twice.
    if (entry !== undefined && this.#byKey.get(entry.key) === entry) this.#byKey.delete(entry.key);
  }
}

const COMPACT_AFTER = 1024;

/** Keys of equal horizons, first in, first out. `Array.shift` moves all that is left, a Map keeps its holes. */
class HorizonQueue {
  readonly ttlMs: number;
  readonly guardMs: number;
  #items: Committed[] = [];
  #head = 0;

  constructor(ttlMs: number, guardMs: number) {
    this.ttlMs = ttlMs;
    this.guardMs = guardMs;
  }

  get first(): Committed | undefined {
    return this.#items[this.#head];
  }

  /** When the first key may be forgotten; never, where there is none. */
  get guardUntilMs(): number {
    return (this.first?.untilMs ?? Number.POSITIVE_INFINITY) - this.ttlMs + this.guardMs;
  }

  push(item: Committed): void {
    this.#items.push(item);
  }

  shift(): Committed | undefined {
    const item = this.first;
    if (item === undefined) return undefined;
    this.#head += 1;
    if (this.#head > COMPACT_AFTER && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}

/** Leases that ended without commit or release protect nothing: their handler is gone. */
function dropLapsed(leases: Map<string, Lease>, nowMs: number): boolean {
  for (const [key, lease] of leases) {
    if (lease.untilMs > nowMs) continue;
    leases.delete(key);
    return true;
  }
  return false;
}
