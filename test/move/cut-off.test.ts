import { join } from 'node:path';
import { postgresStore, type SqlPool } from '@countersign/postgres';
import { moveRecord } from '@countersign/postgres/move';
import { createSender } from '@countersign/sender';
import { sqliteStore } from '@countersign/sender/sqlite';
import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../sender/sqlite/temporary-folder.js';
import { testPool, testSchema } from '../services/postgres.js';
import { describeWithPostgres } from '../services/services.js';
import { runCommand, startCommand } from './command.js';
import { makeLongRecord } from './long-record.js';

const EVENTS = 6000;
const TABLES = [
  'events',
  'deliveries',
  'attempts',
  'tallies',
  'endpoints',
  'subscriptions',
  'lanes',
  'unrouted',
];

/** Rows that one of two schemas has and the other has not. */
async function differences(pool: Pool, a: string, b: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const table of TABLES) {
    const only = (one: string, other: string): string =>
      `(SELECT t::text FROM ${one}.${table} t EXCEPT ALL SELECT t::text FROM ${other}.${table} t)`;
    const { rows } = await pool.query<{ t: string }>(`${only(a, b)} UNION ALL ${only(b, a)}`);
    found.push(...rows.map(({ t }) => `${table} ${t}`));
  }
  return found;
}

/** Every so many commits, one is a rollback. */
function losesCommits(pool: Pool, every: number): SqlPool {
  let commits = 0;
  return {
    query: (text, values) => pool.query(text, values),
    async connect() {
      const client = await pool.connect();
      return {
        release: (error) => client.release(error),
        async query(text, values) {
          if (text === 'COMMIT') commits += 1;
          if (text !== 'COMMIT' || commits % every !== 0) return client.query(text, values);
          await client.query('ROLLBACK');
          throw new Error('the connection is lost');
        },
      };
    },
  };
}

async function isLost(move: Promise<unknown>): Promise<boolean> {
  const error: unknown = await move.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (error === undefined) return false;
  expect(error).toMatchObject({ code: 'store_unavailable', cause: { message: 'the connection is lost' } });
  return true;
}

async function newFile(): Promise<string> {
  const from = join(temporaryFolder(), 'webhooks.db');
  await makeLongRecord(from, EVENTS);
  return from;
}

describeWithPostgres('a move that is cut off', () => {
  test('killed again and again, wherever it is, it comes to the same end', async () => {
    const pool = testPool();
    const [whole, cut] = [testSchema(pool), testSchema(pool)];
    const from = await newFile();
    await moveRecord({ from, client: pool, schema: whole });

    const args = ['move', '--from', from, '--schema', cut];
    const rows: number[] = [];
    for (const told of [1, 2, 4]) {
      const command = startCommand(args);
      await command.told(told);
      command.signal('SIGKILL');
      await command.ended;
      const found = await pool.query<{ rows: string; is_finished: boolean }>(`SELECT * FROM ${cut}.moves`);
      expect(found.rows[0]?.is_finished).toBe(false);
      rows.push(Number(found.rows[0]?.rows));
    }
    expect(rows).toStrictEqual(rows.toSorted((a, b) => a - b));
    expect(rows[0]).toBeGreaterThan(0);
    expect(rows.at(-1)).toBeGreaterThan(rows[0] ?? 0);

    const { exitCode, stdout } = await runCommand(args);
    expect({ exitCode, stdout }).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('all is moved'),
    });
    expect(await differences(pool, whole, cut)).toStrictEqual([]);
  }, 60_000);

  test('where a transaction is lost, the rows and how far it has come are lost together', async () => {
    const pool = testPool();
    const [whole, cut] = [testSchema(pool), testSchema(pool)];
    const from = await newFile();
    await moveRecord({ from, client: pool, schema: whole });
    const client = losesCommits(pool, 4);
    let runs = 1;
    for (const move = () => moveRecord({ from, client, schema: cut }); await isLost(move()); runs += 1);
    expect(runs).toBeGreaterThan(4);
    expect(await differences(pool, whole, cut)).toStrictEqual([]);
  });

  test('interrupted, it ends between two steps, and says that it can go on', async () => {
    const pool = testPool();
    const schema = testSchema(pool);
    const from = await newFile();
    const command = startCommand(['move', '--from', from, '--schema', schema]);
    await command.told(1);
    command.signal('SIGINT');
    expect(await command.ended).toMatchObject({
      exitCode: 130,
      stderr: expect.stringContaining('goes on here'),
    });
    await expect(moveRecord({ from, client: pool, schema })).resolves.toMatchObject({ outcome: 'moved' });
  });

  test('no sender opens the schema before the end, nor the file meanwhile', async () => {
    const pool = testPool();
    const schema = testSchema(pool);
    const from = await newFile();
    const refusals: unknown[] = [];
    const onFile = createSender({ store: sqliteStore({ path: from }), onEvent: () => {} });
    const onPostgres = createSender({ store: postgresStore({ client: pool, schema }), onEvent: () => {} });
    const stop = new AbortController();
    const move = moveRecord({
      from,
      client: pool,
      schema,
      signal: stop.signal,
      onProgress({ table }) {
        if (table === 'deliveries') stop.abort(new Error('enough'));
        refusals.push(onFile.totals().catch((error: unknown) => error));
      },
    });
    await expect(move).rejects.toThrow('enough');
    expect(await Promise.all(refusals)).toContainEqual(expect.objectContaining({ code: 'store_locked' }));
    await expect(onPostgres.start()).rejects.toMatchObject({
      code: 'store_locked',
      message: expect.stringContaining(schema),
    });
    await moveRecord({ from, client: pool, schema });
    await expect(onPostgres.totals()).resolves.toMatchObject({ pending: EVENTS });
    await Promise.all([onFile.stop(), onPostgres.stop()]);
  });

  test('where the file was worked on meanwhile it says so, and begins again when it is told to', async () => {
    const pool = testPool();
    const schema = testSchema(pool);
    const from = await newFile();
    const options = { from, client: pool, schema };
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(moveRecord({ ...options, signal })).rejects.toThrow('enough');
    const stop = new AbortController();
    const onProgress = (): void => stop.abort(new Error('enough'));
    await expect(moveRecord({ ...options, onProgress, signal: stop.signal })).rejects.toThrow('enough');

    const sender = createSender({ store: sqliteStore({ path: from }), onEvent: () => {} });
    await sender.send({ id: 'late', type: 'late', data: {} });
    await sender.stop();

    await expect(moveRecord(options)).rejects.toMatchObject({ name: 'MoveError', code: 'source_changed' });
    const { rows } = await moveRecord({ ...options, startOver: true });
    expect(rows.events).toBe(EVENTS + 1);
    const { rows: unrouted } = await pool.query(`SELECT event FROM ${schema}.unrouted`);
    expect(unrouted).toStrictEqual([{ event: String(EVENTS + 1) }]);
  });
});
