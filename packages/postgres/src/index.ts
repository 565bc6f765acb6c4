export type { DatabaseOptions } from './client/database.js';
export type { Row, SqlClient, SqlConnection, SqlPool } from './client/sql-client.js';
export { type PostgresStoreOptions, postgresStore } from './delivery/postgres-store.js';
export { type PostgresInbox, type PostgresInboxOptions, postgresInbox } from './inbox/postgres-inbox.js';
