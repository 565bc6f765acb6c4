import {
  fromDrizzle,
  fromKnex,
  fromKysely,
  fromPostgresJs,
  fromPrisma,
  type SqlClient,
  type SqlPool,
} from '@countersign/postgres';
import { sql } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import type { Knex } from 'knex';
import type { ControlledTransaction, Kysely, Transaction } from 'kysely';
import type { Sql, TransactionSql } from 'postgres';
import { holds, type Same } from './expect-type.js';

interface Tables {
  readonly orders: { readonly id: string };
}

// ------------------------------------------------ transactions fit, and nested ones
declare const onPg: NodePgDatabase;
void onPg.transaction(async (tx) => {
  fromDrizzle(tx, sql);
  await tx.transaction(async (inner) => void fromDrizzle(inner, sql));
});
declare const onPostgresJs: PostgresJsDatabase;
void onPostgresJs.transaction(async (tx) => void fromDrizzle(tx, sql));
declare const kysely: Kysely<Tables>;
declare const controlled: ControlledTransaction<Tables>;
declare const transaction: Transaction<Tables>;
fromKysely(controlled);
fromKysely(transaction);
declare const knex: Knex;
void knex.transaction(async (trx) => {
  fromKnex(trx);
  await trx.transaction(async (inner) => void fromKnex(inner));
});
declare const prisma: Prisma;
void prisma.$transaction(async (tx) => void fromPrisma(tx));
declare const postgresJs: Sql;
declare const begun: TransactionSql;
holds<[Same<ReturnType<typeof fromDrizzle>, SqlClient>]>();
const whole = fromPostgresJs(postgresJs);
const within = fromPostgresJs(begun);
holds<[Same<typeof whole, SqlPool>, Same<typeof within, SqlClient>]>();

// ------------------------------------------------ whole clients do not: their statements would be in no transaction
// @ts-expect-error
fromDrizzle(onPg, sql);
// @ts-expect-error
fromDrizzle(onPostgresJs, sql);
// @ts-expect-error
fromKysely(kysely);
// @ts-expect-error
fromKnex(knex);
// @ts-expect-error
fromPrisma(prisma);

/** As `prisma generate` writes it: a transaction has all of it but these. */
interface Prisma {
  $connect(): Promise<void>;
  $disconnect(): Promise<void>;
  $queryRawUnsafe<T = unknown>(query: string, ...values: unknown[]): Promise<T>;
  $transaction<R>(step: (tx: Omit<Prisma, '$connect' | '$disconnect'>) => Promise<R>): Promise<R>;
}
