import { SenderError } from '../errors/sender-error.js';
import type { Page, PageQuery } from '../ports/records.js';

/** The lists that have pages. */
export type List = 'endpoints' | 'deliveries';

/** The number of the row behind which a page begins; `undefined` on the first one. */
export function startOf(list: List, { cursor }: PageQuery): number | undefined {
  if (cursor === undefined) return undefined;
  const seq = seqOf(list, cursor);
  if (cursor !== cursorOf(list, seq))
    throw new SenderError('invalid_cursor', `not a cursor of ${list}`, { field: 'cursor' });
  return seq;
}

/** Callers without types give anything. */
function seqOf(list: List, cursor: unknown): number {
  return typeof cursor === 'string' ? Number.parseInt(cursor.slice(list.length + 1), 36) : Number.NaN;
}

/** The first rows of those that are left. */
export function pageOf<Row extends { readonly seq: number }, T>(
  list: List,
  rows: Iterable<Row>,
  limit: number,
  read: (row: Row) => T,
): Page<T> {
  const data: T[] = [];
  let last = 0;
  for (const row of rows) {
    if (data.length === limit) return { data, nextCursor: cursorOf(list, last) };
    data.push(read(row));
    last = row.seq;
  }
  return { data, nextCursor: undefined };
}

/** Those that are wanted, one after the other. */
export function* filtered<T>(rows: Iterable<T>, isWanted: (row: T) => boolean): Generator<T> {
  for (const row of rows) if (isWanted(row)) yield row;
}

function cursorOf(list: List, seq: number): string {
  return `${list}_${seq.toString(36)}`;
}
