/** How long the cases lease, delay and park. */
export const LEASE_MS = 2_000;
/** How far from a horizon the store is asked, so that a store with a real clock has time to answer. */
export const MARGIN_MS = 700;
/** Longer than a case takes, whatever the store. */
export const LONG_MS = 600_000;
export const HOUR_MS = 3_600_000;
