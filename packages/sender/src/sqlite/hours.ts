export const HOUR_MS = 3_600_000;

/** So many hours are counted at least, beside the running one. */
export const TALLY_HOURS = 48;
