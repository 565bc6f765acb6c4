export type { DatabaseOptions } from './client/database.js';
export { type DrizzleSql, type DrizzleTransaction, fromDrizzle } from './client/from-drizzle.js';
export { fromKnex, type KnexTransaction } from './client/from-knex.js';
export { fromKysely, type KyselyStatement, type KyselyTransaction } from './client/from-kysely.js';
export { fromPostgresJs, type PostgresJs, type PostgresJsTransaction } from './client/from-postgres-js.js';
export { fromPrisma, type PrismaTransaction } from './client/from-prisma.js';
export type { Row, SqlClient, SqlConnection, SqlPool } from './client/sql-client.js';
export { type PostgresInbox, type PostgresInboxOptions, postgresInbox } from './inbox/postgres-inbox.js';
export {
  type PostgresReplayStore,
  type PostgresReplayStoreOptions,
  postgresReplayStore,
  type TransactionCommit,
} from './replay/postgres-replay-store.js';
