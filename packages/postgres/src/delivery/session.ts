import type { Database } from '../client/database.js';
import type { Statements } from './sql/statements.js';

/** What every call of the store works with. */
export interface Session {
  readonly database: Database;
  readonly sql: Statements;
  /** A time of the caller's; `null` where the database's decides. */
  readonly now: () => number | null;
}
