import type { DatabaseSync } from 'node:sqlite';

/** A step while nobody else works with the database: whole or not at all. */
export function transaction(database: DatabaseSync, step: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    step();
    database.exec('COMMIT');
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

function rollBack(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back by itself, as it does when a disk fails.
  }
}
