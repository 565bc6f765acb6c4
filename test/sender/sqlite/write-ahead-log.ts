import { readFileSync } from 'node:fs';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const PAGE_BYTES = 4096;

/** How many transactions stand in the log of a database that has not been written back yet. */
export function transactionsInLog(path: string): number {
  const log = readFileSync(`${path}-wal`);
  let transactions = 0;
  for (let at = HEADER_BYTES; at < log.length; at += FRAME_HEADER_BYTES + PAGE_BYTES) {
    // The last page of a transaction says how large the database is after it.
    if (log.readUInt32BE(at + 4) !== 0) transactions += 1;
  }
  return transactions;
}
