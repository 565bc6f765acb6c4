import {
  fromDrizzle,
  fromKnex,
  fromKysely,
  fromPostgresJs,
  fromPrisma,
  postgresReplayStore,
} from '@countersign/postgres';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { drizzle as drizzleOnPostgresJs } from 'drizzle-orm/postgres-js';
import knex from 'knex';
import { Kysely, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import postgres from 'postgres';
import { describe, expect, test } from 'vitest';
import { prismaClient } from './prisma-client.js';

// Nothing here connects: each is refused before it is asked.
const pool = new Pool();
const postgresJs = postgres();

describe('a whole client, whose statements would be in no transaction, is refused by name', () => {
  test.each<[string, unknown, () => unknown]>([
    ['Drizzle over pg', fromDrizzle, () => drizzle({ client: pool })],
    ['Drizzle over postgres.js', fromDrizzle, () => drizzleOnPostgresJs({ client: postgresJs })],
    ['Kysely', fromKysely, () => new Kysely({ dialect: new PostgresDialect({ pool }) })],
    ['Knex', fromKnex, () => knex({ client: 'pg' })],
    ['Prisma', fromPrisma, () => prismaClient()],
    ['Drizzle', fromDrizzle, () => undefined],
    ['Kysely', fromKysely, () => null],
    ['Knex', fromKnex, () => 'BEGIN'],
    ['Prisma', fromPrisma, () => ({})],
  ])('%s', async (library, adapter, whole) => {
    const given = await whole();
    const adapt = () => Reflect.apply(Object(adapter), undefined, [given, sql]);
    const named = new RegExp(`^\`tr?x\` must be a transaction of ${library.split(' ')[0]}, not its whole`);
    expect(adapt).toThrow(named);
    expect(adapt).toThrow(expect.objectContaining({ name: 'ConfigurationError' }));
  });

  test('postgres.js', async () => {
    const replay = postgresReplayStore({ client: pool });
    const commit = replay.commit({ key: 'k', token: 't' }, { transaction: fromPostgresJs(postgresJs) });
    await expect(commit).rejects.toThrow(
      /^`transaction` must be .*, got a Pool: its statements may run on any/,
    );
  });
});

test('Drizzle without its tag', () => {
  const tx = { execute: async () => [], rollback: () => {} };
  expect(() => Reflect.apply(fromDrizzle, undefined, [tx])).toThrow(
    '`sql` must be the tag `sql` of drizzle-orm',
  );
});
