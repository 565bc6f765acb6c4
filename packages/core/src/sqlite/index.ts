/**
 * Stores in a SQLite file, for receivers on one machine. They need Node.js 22.13 or later.
 *
 * @module
 */
export { type SqliteInbox, type SqliteInboxOptions, sqliteInbox } from './sqlite-inbox.js';
export {
  type SqliteReplayStore,
  type SqliteReplayStoreOptions,
  sqliteReplayStore,
} from './sqlite-replay-store.js';
