/** So many hours are counted at least, beside the running one. */
export const TALLY_HOURS = 48;
