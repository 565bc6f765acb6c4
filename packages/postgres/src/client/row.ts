import type { Row } from './sql-client.js';

/** A whole number. Clients give those of 64 bits as texts, numbers or bigints. */
export function number(row: Row, column: string): number {
  const value = numberOrNone(row, column);
  if (value === undefined) throw wrong(column, 'no number');
  return value;
}

/** A number, or none where the column is NULL. */
export function numberOrNone(row: Row, column: string): number | undefined {
  const value = row[column];
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string' && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(value)) return Number(value);
  throw wrong(column, 'no number');
}

/** A text. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw wrong(column, 'no text');
  return value;
}

/** A text, or none where the column is NULL. */
export function textOrNone(row: Row, column: string): string | undefined {
  return row[column] === null || row[column] === undefined ? undefined : text(row, column);
}

/** A truth value. */
export function truth(row: Row, column: string): boolean {
  const value = row[column];
  if (typeof value !== 'boolean') throw wrong(column, 'no truth value');
  return value;
}

/** One of some texts. */
export function oneOf<const T extends string>(row: Row, column: string, known: readonly T[]): T {
  const value = row[column];
  const found = known.find((one) => one === value);
  if (found === undefined) throw wrong(column, 'none of its values');
  return found;
}

function wrong(column: string, problem: string): TypeError {
  return new TypeError(`column ${column} has ${problem}`);
}
