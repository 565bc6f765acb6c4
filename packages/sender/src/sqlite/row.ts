import type { SQLOutputValue } from 'node:sqlite';

/** A row as SQLite gives it. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** A column of text. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw unexpected(column, value);
}

/** A column of text that may be empty. */
export function textOrNone(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column);
}

/** A column of numbers. */
export function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw unexpected(column, value);
}

/** A column of numbers that may be empty. */
export function numberOrNone(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : number(row, column);
}

/** One of a few words. */
export function oneOf<Word extends string>(row: Row, column: string, words: readonly Word[]): Word {
  const value = row[column];
  const word = words.find((known) => known === value);
  if (word === undefined) throw unexpected(column, value);
  return word;
}

/** Every column that is read has a type in the schema: this shows a mistake in a statement. */
function unexpected(column: string, value: SQLOutputValue | undefined): TypeError {
  return new TypeError(`column ${column} holds ${value === null ? 'null' : typeof value}`);
}
