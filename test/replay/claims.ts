import type { Claim } from '@countersign/core';

/** A key of its own, or a given one, with a new token. */
export function newClaim(key: string = crypto.randomUUID()): Claim {
  return { key, token: crypto.randomUUID() };
}

const { signal } = new AbortController();
const DAY_MS = 24 * 3_600_000;

/** Options of direct calls, with a signal that never aborts. */
export const lease = (leaseMs = 60_000) => ({ leaseMs, signal });
export const horizons = { ttlMs: DAY_MS, guardMs: DAY_MS, signal };
export const settling = { signal };
