import { finiteNumber, mustBe } from '../errors/describe.js';
import { WebhookError } from '../errors/webhook-error.js';
import type { Claim, ReplayStore } from './port.js';

const DEFAULT_MAX_KEYS = 100_000;

/** Options of {@link memoryReplayStore}. */
export interface MemoryReplayStoreOptions {
  /** Keys held at most, claimed and committed together. Default 100,000, about 40 MB. */
  readonly maxKeys?: number | undefined;
  /** Milliseconds of any steady clock; default `performance.now`. */
  readonly now?: (() => number) | undefined;
}

interface Lease {
  token: string;
  untilMs: number;
}

interface Committed {
  readonly token: string;
  readonly guardUntilMs: number;
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
 * Committed keys in groups of equal horizons. Within a group the order of commits is the order in which
 * guards end and keys expire, so finding what may go looks at one key of each group.
 */
class CommittedKeys {
  readonly #groups = new Map<string, Map<string, Committed>>();
  readonly #groupOf = new Map<string, Map<string, Committed>>();

  get size(): number {
    return this.#groupOf.size;
  }

  /** Whose commit of the key is remembered. */
  tokenOf(key: string, nowMs: number): string | undefined {
    const entry = this.#groupOf.get(key)?.get(key);
    return entry !== undefined && entry.untilMs >= nowMs ? entry.token : undefined;
  }

  add({ key, token }: Claim, ttlMs: number, guardMs: number, nowMs: number): void {
    this.#drop(key);
    const horizons = `${ttlMs}/${guardMs}`;
    const group = this.#groups.get(horizons) ?? new Map<string, Committed>();
    this.#groups.set(horizons, group);
    group.set(key, { token, guardUntilMs: nowMs + guardMs, untilMs: nowMs + ttlMs });
    this.#groupOf.set(key, group);
  }

  dropExpired(nowMs: number): void {
    for (const group of this.#groups.values()) {
      for (const [key, entry] of group) {
        if (entry.untilMs >= nowMs) break;
        this.#drop(key);
      }
    }
  }

  /** Makes room for one key; `false` where every key is still guarded. */
  dropOldestUnguarded(nowMs: number): boolean {
    let oldest: { readonly key: string; readonly guardUntilMs: number } | undefined;
    for (const group of this.#groups.values()) {
      for (const [key, { guardUntilMs }] of group) {
        if (guardUntilMs < nowMs && guardUntilMs < (oldest?.guardUntilMs ?? Number.POSITIVE_INFINITY)) {
          oldest = { key, guardUntilMs };
        }
        break;
      }
    }
    if (oldest === undefined) return false;
    this.#drop(oldest.key);
    return true;
  }

  #drop(key: string): void {
    const group = this.#groupOf.get(key);
    group?.delete(key);
    this.#groupOf.delete(key);
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
