import {
  createReceiver,
  type EventHandler,
  type ReceiverOutcome,
  type WebhookEvent,
} from '@countersign/core';
import { type PostgresReplayStore, postgresReplayStore } from '@countersign/postgres';
import { fakeClock } from '@countersign/testing';
import type { Pool, PoolClient } from 'pg';
import { describe, expect, test } from 'vitest';
import { delivery, secret } from '../receiver/harness.js';
import { testPool, testSchema } from '../services/postgres.js';
import { describeWithPostgres } from '../services/services.js';
import { horizons, lease, newClaim, settling } from './claims.js';

const DAY_MS = 24 * 3_600_000;

/** A store, a table that handlers book in, and connections with an open transaction. */
async function ledger() {
  const pool = testPool();
  const schema = testSchema(pool);
  await pool.query(`CREATE SCHEMA ${schema}`);
  await pool.query(`CREATE TABLE ${schema}.booked (id text)`);
  return {
    pool,
    schema,
    replay: postgresReplayStore({ client: pool, schema }),
    book: (client: PoolClient, id: string) =>
      client.query(`INSERT INTO ${schema}.booked (id) VALUES ($1)`, [id]),
    booked: async (): Promise<readonly unknown[]> =>
      (await pool.query(`SELECT id FROM ${schema}.booked`)).rows.map(({ id }) => id),
  };
}

async function inTransaction(pool: Pool, work: (client: PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await work(client);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

function receiving(replay: PostgresReplayStore, handler: EventHandler<WebhookEvent>) {
  const outcomes: ReceiverOutcome[] = [];
  const receiver = createReceiver({
    secrets: secret,
    replay,
    replayTtlSeconds: 24 * 3600,
    onOutcome: (outcome) => outcomes.push(outcome),
  }).on('job.*', handler);
  return {
    codes: () => outcomes.map(({ code }) => code),
    causes: () => outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.error.cause : undefined)),
    receive: async () => (await receiver.handle(await delivery(fakeClock({ startAt: new Date() })))).status,
  };
}

describeWithPostgres("a commit in the handler's own transaction", () => {
  test('the effect and the commit are there together; the receiver sets its horizon afterwards', async () => {
    const { pool, schema, replay, book, booked } = await ledger();
    const { receive, codes } = receiving(replay, async (event, { claim }) => {
      await inTransaction(pool, async (transaction) => {
        await book(transaction, event.id);
        await replay.commit(claim, { transaction, ttlMs: 1000 });
      });
    });
    expect(await receive()).toBe(200);
    expect(await receive()).toBe(200);
    expect(codes()).toEqual(['processed', 'duplicate']);
    expect(await booked()).toEqual(['msg_1']);
    const { rows } = await pool.query(`SELECT until, is_committed FROM ${schema}.replays`);
    expect(rows).toMatchObject([{ is_committed: true }]);
    expect(Math.abs(Number(rows[0]?.until) - Date.now() - DAY_MS)).toBeLessThan(60_000);
  });

  test('of 7 days, where the receiver never comes', async () => {
    const { pool, schema, replay } = await ledger();
    const claim = newClaim();
    await replay.claim(claim, lease());
    await inTransaction(pool, (transaction) => replay.commit(claim, { transaction }));
    const { rows } = await pool.query(`SELECT until FROM ${schema}.replays`);
    expect(Math.abs(Number(rows[0]?.until) - Date.now() - 7 * DAY_MS)).toBeLessThan(60_000);
  });

  test('a handler that fails after it has its effect once', async () => {
    const { pool, replay, book, booked } = await ledger();
    const { receive, codes } = receiving(replay, async (event, { claim }) => {
      await inTransaction(pool, async (transaction) => {
        await book(transaction, event.id);
        await replay.commit(claim, { transaction });
      });
      throw new Error('after the commit');
    });
    expect([await receive(), await receive()]).toEqual([500, 200]);
    expect(codes()).toEqual(['handler_failed', 'duplicate']);
    expect(await booked()).toEqual(['msg_1']);
  });

  test('rolled back, nothing is committed, and the next copy is processed', async () => {
    const { pool, replay, book, booked } = await ledger();
    let fails = true;
    const { receive, codes } = receiving(replay, (event, { claim }) =>
      inTransaction(pool, async (transaction) => {
        await book(transaction, event.id);
        await replay.commit(claim, { transaction });
        if (fails) throw new Error('after the commit was written');
      }),
    );
    expect(await receive()).toBe(500);
    expect(await booked()).toEqual([]);
    fails = false;
    expect(await receive()).toBe(200);
    expect(codes()).toEqual(['handler_failed', 'processed']);
    expect(await booked()).toEqual(['msg_1']);
  });

  test('of a claim that another process has taken it rejects, and all is rolled back', async () => {
    const { pool, schema, replay, book, booked } = await ledger();
    const { receive, codes, causes } = receiving(replay, (event, { claim }) =>
      inTransaction(pool, async (transaction) => {
        await book(transaction, event.id);
        await pool.query(`UPDATE ${schema}.replays SET until = 0`);
        const other = newClaim(claim?.key);
        expect(await replay.claim(other, lease())).toBe('claimed');
        await replay.commit(claim, { transaction });
      }),
    );
    expect(await receive()).toBe(500);
    expect(codes()).toEqual(['handler_failed']);
    expect(causes()).toMatchObject([{ name: 'WebhookError', code: 'claim_lost' }]);
    expect(await booked()).toEqual([]);
  });

  test('of a claim that was given back it rejects too', async () => {
    const { pool, replay } = await ledger();
    const claim = newClaim();
    await replay.claim(claim, lease());
    await replay.release(claim, settling);
    await expect(
      inTransaction(pool, (transaction) => replay.commit(claim, { transaction })),
    ).rejects.toMatchObject({ code: 'claim_lost' });
  });

  test('in a transaction of a stricter level too, where it is the first statement', async () => {
    const { pool, replay, book, booked } = await ledger();
    const claim = newClaim();
    await replay.claim(claim, lease());
    await inTransaction(pool, async (transaction) => {
      await transaction.query('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE');
      await replay.commit(claim, { transaction });
      expect(await replay.claim(claim, lease())).toBe('claimed');
      await book(transaction, 'a');
    });
    expect(await replay.claim(newClaim(claim.key), lease())).toBe('done');
    expect(await booked()).toEqual(['a']);
  });
});

describeWithPostgres('while such a transaction is open', () => {
  /** A store over a pool of two, one of which is in a transaction that has committed a claim. */
  async function open(leaseMs: number) {
    const pool = testPool({ max: 2 });
    const schema = testSchema(pool);
    const replay = postgresReplayStore({ client: pool, schema });
    const claim = newClaim();
    expect(await replay.claim(claim, lease(leaseMs))).toBe('claimed');
    const transaction = await pool.connect();
    // Whoever waits for it fails the test soon.
    await transaction.query("BEGIN; SET LOCAL idle_in_transaction_session_timeout = '8s'");
    await replay.commit(claim, { transaction });
    const end = async (how: 'COMMIT' | 'ROLLBACK'): Promise<void> => {
      await transaction.query(how);
      transaction.release();
    };
    return { replay, claim, end, lapsed: () => expect.poll(() => lapsed(pool, schema)).toBe(true) };
  }

  async function lapsed(pool: Pool, schema: string): Promise<boolean> {
    const now = 'extract(epoch FROM statement_timestamp()) * 1000';
    return (await pool.query(`SELECT until < ${now} AS is FROM ${schema}.replays`)).rows[0]?.is;
  }

  const rivals = (replay: PostgresReplayStore, key: string) =>
    Promise.all(Array.from({ length: 8 }, () => replay.claim(newClaim(key), lease())));

  test('nobody waits: copies are in progress, its owner holds, other keys are claimed', async () => {
    const { replay, claim, end } = await open(60_000);
    const fromMs = performance.now();
    expect(new Set(await rivals(replay, claim.key))).toEqual(new Set(['in_progress']));
    expect(await replay.claim(claim, lease())).toBe('claimed');
    await replay.release(claim, settling);
    await replay.release(newClaim(claim.key), settling);
    expect(await replay.commit(newClaim(claim.key), horizons)).toBe(false);
    const other = newClaim();
    expect(await replay.claim(other, lease())).toBe('claimed');
    expect(await replay.commit(other, horizons)).toBe(true);
    expect(performance.now() - fromMs).toBeLessThan(5000);
    await end('COMMIT');
    expect(await replay.claim(newClaim(claim.key), lease())).toBe('done');
    expect(await replay.commit(claim, horizons)).toBe(true);
  });

  test('beyond its lease too, and the commit holds', async () => {
    const { replay, claim, end, lapsed } = await open(100);
    await lapsed();
    expect(new Set(await rivals(replay, claim.key))).toEqual(new Set(['in_progress']));
    expect(await replay.claim(claim, lease())).toBe('claimed');
    await end('COMMIT');
    expect(await replay.claim(newClaim(claim.key), lease())).toBe('done');
  });

  test('and is rolled back beyond its lease: somebody else takes over', async () => {
    const { replay, claim, end, lapsed } = await open(100);
    await lapsed();
    await end('ROLLBACK');
    const answers = await rivals(replay, claim.key);
    expect(answers.filter((answer) => answer === 'claimed')).toHaveLength(1);
    expect(await replay.commit(claim, horizons)).toBe(false);
  });
});

describe('refuses', () => {
  const replay = postgresReplayStore({ client: testPoolOfNobody() });

  test.each<[string, unknown]>([
    ['no claim, as with `replay: false`', { transaction: { query: async () => ({ rows: [] }) } }],
  ])('%s', async (_name, options) => {
    await expect(Reflect.apply(replay.commit, replay, [undefined, options])).rejects.toThrow(
      /^`claim` must be the `claim` of the handler’s context/,
    );
  });

  test.each<[string, unknown, RegExp]>([
    ['a pool as the transaction', testPoolOfNobody(), /^`transaction` must be a client of pg .*, got a Pool/],
    ['none', undefined, /^`transaction` must be a client of pg/],
    ['that of Drizzle itself', { execute() {} }, /fromDrizzle\(tx, sql\)/],
  ])('%s', async (_name, transaction, message) => {
    const commit = Reflect.apply(replay.commit, replay, [newClaim(), { transaction }]);
    await expect(commit).rejects.toThrow(message);
    await expect(commit).rejects.toMatchObject({ name: 'ConfigurationError' });
  });

  test.each([0, Number.NaN])('%s ms', async (ttlMs) => {
    const transaction = { query: async () => ({ rows: [] }) };
    await expect(replay.commit(newClaim(), { transaction, ttlMs })).rejects.toThrow(/^`ttlMs` must be/);
  });
});

/** A pool that is asked nothing. */
function testPoolOfNobody() {
  const unasked = async (): Promise<never> => {
    throw new Error('nothing is asked here');
  };
  return { query: unasked, connect: unasked, totalCount: 0, idleCount: 0, waitingCount: 0 };
}
