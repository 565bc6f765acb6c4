import type { DatabaseSync } from 'node:sqlite';
import { number } from './row.js';
import { APPLICATION_ID } from './sql/schema.js';
import { fileError } from './store-errors.js';
import { transaction } from './transaction.js';

/** Refuses a database of somebody else, or of a later version of this package; changes nothing. */
export function checkOrigin(database: DatabaseSync, path: string, newest: number): void {
  const id = pragma(database, 'application_id');
  if (id !== APPLICATION_ID && (id !== 0 || versionOf(database) !== 0 || !isEmpty(database))) {
    throw fileError('store_foreign', path, 'is of another program');
  }
  const version = versionOf(database);
  if (version > newest) {
    const known = `has schema ${version}, and this version of the package knows ${newest} at most`;
    throw fileError('store_newer', path, known);
  }
}

/** Brings the schema up to date: the steps that are missing, each whole or not at all. */
export function migrate(database: DatabaseSync, steps: readonly string[]): void {
  for (const [index, step] of steps.entries()) {
    if (versionOf(database) > index) continue;
    transaction(database, () => {
      database.exec(step);
      if (versionOf(database) !== index + 1) throw new TypeError(`step ${index + 1} does not set its number`);
    });
  }
}

/** A pragma that is a number. */
export function pragma(
  database: DatabaseSync,
  name: 'application_id' | 'user_version' | 'synchronous',
): number {
  const row = database.prepare(`PRAGMA ${name}`).get();
  if (row === undefined) throw new TypeError(`PRAGMA ${name} says nothing`);
  return number(row, name);
}

function versionOf(database: DatabaseSync): number {
  return pragma(database, 'user_version');
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}
