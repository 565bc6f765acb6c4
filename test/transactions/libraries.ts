import {
  fromDrizzle,
  fromKnex,
  fromKysely,
  fromPostgresJs,
  fromPrisma,
  type SqlClient,
} from '@countersign/postgres';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { drizzle as drizzleOnPostgresJs } from 'drizzle-orm/postgres-js';
import knex from 'knex';
import { Kysely, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import postgres from 'postgres';
import { databaseUrl } from '../services/services.js';
import { prismaClient } from './prisma-client.js';

/** A library with transactions of its own. */
export interface Library {
  /** Runs a step in a transaction, whose `SqlClient` it is given; its rejection rolls back. */
  transaction(step: (client: SqlClient) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

const pgPool = (): Pool => new Pool({ connectionString: databaseUrl, max: 3 });

/** Each as its users open it, with two connections or more. */
export const libraries: Readonly<Record<string, () => Promise<Library>>> = {
  async pg() {
    const pool = pgPool();
    return {
      async transaction(step) {
        const client = await pool.connect();
        try {
          await client.query('BEGIN');
          await step(client);
          await client.query('COMMIT');
        } catch (error) {
          await client.query('ROLLBACK');
          throw error;
        } finally {
          client.release();
        }
      },
      close: () => pool.end(),
    };
  },
  async 'postgres.js'() {
    const client = postgres(databaseUrl, { max: 3, onnotice: () => {} });
    return {
      transaction: async (step) => void (await client.begin((tx) => step(fromPostgresJs(tx)))),
      close: () => client.end(),
    };
  },
  async 'Drizzle over pg'() {
    const pool = pgPool();
    const database = drizzle({ client: pool });
    return {
      transaction: (step) => database.transaction((tx) => step(fromDrizzle(tx, sql))),
      close: () => pool.end(),
    };
  },
  async 'Drizzle over postgres.js'() {
    const client = postgres(databaseUrl, { max: 3, onnotice: () => {} });
    const database = drizzleOnPostgresJs({ client });
    return {
      transaction: (step) => database.transaction((tx) => step(fromDrizzle(tx, sql))),
      close: () => client.end(),
    };
  },
  async Kysely() {
    const database = new Kysely<Record<string, never>>({ dialect: new PostgresDialect({ pool: pgPool() }) });
    return {
      transaction: (step) => database.transaction().execute((trx) => step(fromKysely(trx))),
      close: () => database.destroy(),
    };
  },
  async Knex() {
    const database = knex({ client: 'pg', connection: databaseUrl, pool: { min: 0, max: 3 } });
    return {
      transaction: (step) => database.transaction((trx) => step(fromKnex(trx))),
      close: () => database.destroy(),
    };
  },
  async Prisma() {
    const client = await prismaClient();
    return {
      transaction: (step) => client.$transaction((tx) => step(fromPrisma(tx))),
      close: () => client.$disconnect(),
    };
  },
};
