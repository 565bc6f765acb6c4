const BINS_PER_DOUBLING = 4;
const LAST_BIN = 80;

/** The bin of a response time: four for each doubling, so that a bin's bound is at most 19 % more than what is in it. */
export function responseBin(durationMs: number): number {
  return Math.min(LAST_BIN, Math.max(0, Math.ceil(Math.log2(Math.max(1, durationMs)) * BINS_PER_DOUBLING)));
}

/** The longest response time of a bin. */
export function responseBinBoundMs(bin: number): number {
  return 2 ** (bin / BINS_PER_DOUBLING);
}
