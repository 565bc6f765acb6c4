import {
  type AttemptOutcome,
  createReceiver,
  type EventHandler,
  type ReceiverOutcome,
  sign,
  type WebhookEvent,
} from '@countersign/core';
import { type RunInboxOptions, runInbox } from '@countersign/core/inbox';
import { webhookHandler } from '@countersign/express';
import { postgresInbox } from '@countersign/postgres';
import { createSender } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { secret } from '../receiver/harness.js';
import { testPool, testSchema } from '../services/postgres.js';
import { describeWithPostgres } from '../services/services.js';

type Pool = ReturnType<typeof testPool>;

/** An Express application with an inbox in Postgres, listening. */
async function application(pool: Pool, schema: string, handler: EventHandler<WebhookEvent>) {
  const inbox = postgresInbox({ client: pool, schema });
  const outcomes: ReceiverOutcome[] = [];
  const attempts: AttemptOutcome[] = [];
  const receiver = createReceiver({
    secrets: secret,
    ack: 'before',
    inbox,
    onOutcome: (outcome) => (outcome.kind === 'attempt' ? attempts.push(outcome) : outcomes.push(outcome)),
  }).on('job.*', handler);
  const app = express();
  app.post('/webhooks', webhookHandler(receiver));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const run = async (options: RunInboxOptions = {}) => {
    const running = await runInbox(receiver, { pollMs: 50, ...options });
    onTestFinished(() => running.stop());
    return running;
  };
  return { inbox, receiver, outcomes, attempts, run, url: `http://127.0.0.1:${port}/webhooks` };
}

async function post(
  url: string,
  id: string,
): Promise<{ readonly status: number; readonly body: string; readonly retryAfter: string | null }> {
  const { headers, body } = await sign({ id, body: '{"type":"job.done","data":{}}' }, { secret });
  const response = await fetch(url, { method: 'POST', headers, body });
  return {
    status: response.status,
    body: await response.text(),
    retryAfter: response.headers.get('retry-after'),
  };
}

describeWithPostgres('an inbox in Postgres, behind Express', () => {
  test('a sender is answered 202; the handler fails twice, then succeeds', async () => {
    const pool = testPool();
    let failures = 2;
    const seen: unknown[] = [];
    const { url, run, attempts } = await application(pool, testSchema(pool), (event) => {
      seen.push(event.data);
      if (failures-- > 0) throw new Error('not yet');
    });
    await run({ retry: { delaysMs: [0, 50, 50] } });
    const sender = createSender({
      store: memoryStore(),
      allowHttp: true,
      allowPrivateNetworks: true,
      onEvent: () => {},
    });
    onTestFinished(() => sender.stop());
    const endpoint = await sender.endpoints.create({ url, secret });
    await sender.start();
    await sender.send({ type: 'job.done', data: { n: 'ä\u0000' } });

    await expect
      .poll(() => attempts.map(({ code }) => code))
      .toEqual(['handler_failed', 'handler_failed', 'processed']);
    expect(seen).toEqual([{ n: 'ä\u0000' }, { n: 'ä\u0000' }, { n: 'ä\u0000' }]);
    const { data } = await sender.deliveries.list({ endpointId: endpoint.id });
    expect(data).toMatchObject([{ status: 'delivered' }]);
  });

  test('one that has failed for good is listed, requeued, and handled', async () => {
    const pool = testPool();
    let isMended = false;
    const { url, run, attempts, inbox } = await application(pool, testSchema(pool), () => {
      if (!isMended) throw new Error('no such customer');
    });
    await run({ retry: { delaysMs: [0, 20] } });
    expect((await post(url, 'm1')).status).toBe(202);
    await expect
      .poll(async () => (await inbox.failed()).data)
      .toMatchObject([{ eventId: 'm1', attempts: 2, error: expect.stringContaining('no such customer') }]);
    isMended = true;
    const { data } = await inbox.failed();
    expect(await inbox.requeue(data.map(({ id }) => id))).toBe(1);
    await expect.poll(() => attempts.at(-1)?.code).toBe('processed');
    expect((await inbox.failed()).data).toEqual([]);
  });

  test('the database fails at `put`: 503, nothing is claimed, and the repeat is acknowledged', async () => {
    const pool = testPool();
    const schema = testSchema(pool);
    const { url, outcomes } = await application(pool, schema, () => {});
    expect((await post(url, 'm1')).status).toBe(202);
    await pool.query(`ALTER TABLE ${schema}.inbox RENAME TO away`);
    expect(await post(url, 'm2')).toMatchObject({ status: 503, retryAfter: '5' });
    expect(outcomes.at(-1)).toMatchObject({ kind: 'refused', code: 'inbox_unavailable' });
    await pool.query(`ALTER TABLE ${schema}.away RENAME TO inbox`);
    expect((await post(url, 'm2')).status).toBe(202);
  });

  test('a copy after the acknowledgement is a duplicate, and handled once', async () => {
    const pool = testPool();
    const seen: string[] = [];
    const { url, run, attempts } = await application(pool, testSchema(pool), (event) => seen.push(event.id));
    expect(await post(url, 'm1')).toMatchObject({
      status: 202,
      body: '{"received":true,"status":"acknowledged"}',
    });
    expect(await post(url, 'm1')).toMatchObject({
      status: 200,
      body: '{"received":true,"status":"duplicate"}',
    });
    await run();
    await expect.poll(() => attempts.length).toBe(1);
    expect(seen).toEqual(['m1']);
  });

  test('several processes share the work: each delivery is handled once', async () => {
    const pool = testPool();
    const schema = testSchema(pool);
    const seen: string[] = [];
    const first = await application(pool, schema, async (event) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push(event.id);
    });
    const second = await application(testPool(), schema, (event) => seen.push(event.id));
    const ids = Array.from({ length: 60 }, (_, n) => `m${n}`);
    for (const id of ids) expect((await post(first.url, id)).status).toBe(202);
    await Promise.all([first.run({ concurrency: 3 }), second.run({ concurrency: 3 })]);
    await expect.poll(() => seen.length).toBe(60);
    expect([...seen].sort()).toEqual([...ids].sort());
    expect(Math.min(first.attempts.length, second.attempts.length)).toBeGreaterThan(0);
  });
});

describeWithPostgres("`commit` in the handler's own transaction", () => {
  /** A handler that books in a transaction, and what it has booked. */
  async function books(pool: Pool, schema: string) {
    await pool.query(`CREATE SCHEMA ${schema}`);
    await pool.query(`CREATE TABLE ${schema}.booked (id text)`);
    const booked = async (): Promise<readonly unknown[]> =>
      (await pool.query(`SELECT id FROM ${schema}.booked`)).rows.map(({ id }) => id);
    return { booked, insert: `INSERT INTO ${schema}.booked (id) VALUES ($1)` };
  }

  test('the delivery is done with it, though the handler fails afterwards', async () => {
    const pool = testPool();
    const schema = testSchema(pool);
    const { booked, insert } = await books(pool, schema);
    const { inbox, run, url, attempts } = await application(pool, schema, async (event, { claim }) => {
      const transaction = await pool.connect();
      try {
        await transaction.query('BEGIN');
        await transaction.query(insert, [event.id]);
        await inbox.commit(claim, { transaction });
        await transaction.query('COMMIT');
      } finally {
        transaction.release();
      }
      throw new Error('after the commit');
    });
    await post(url, 'm1');
    await run({ retry: { delaysMs: [0, 10] } });
    await expect.poll(() => attempts.length).toBe(1);
    const { rows } = await pool.query(`SELECT status, attempts FROM ${schema}.inbox`);
    expect(rows).toEqual([{ status: 'done', attempts: 1 }]);
    expect(await booked()).toEqual(['m1']);
  });

  test('rolled back, nothing is done, and the next attempt books', async () => {
    const pool = testPool();
    const schema = testSchema(pool);
    const { booked, insert } = await books(pool, schema);
    let fails = true;
    const { inbox, run, url, attempts } = await application(pool, schema, async (event, { claim }) => {
      const transaction = await pool.connect();
      await transaction.query('BEGIN');
      await transaction.query(insert, [event.id]);
      await inbox.commit(claim, { transaction });
      await transaction.query(fails ? 'ROLLBACK' : 'COMMIT');
      transaction.release();
      if (!fails) return;
      fails = false;
      throw new Error('rolled back');
    });
    await post(url, 'm1');
    await run({ retry: { delaysMs: [0, 10] } });
    await expect.poll(() => attempts.map(({ code }) => code)).toEqual(['handler_failed', 'processed']);
    expect(await booked()).toEqual(['m1']);
  });

  test('of a delivery that somebody else has taken it rejects: nothing is booked', async () => {
    const pool = testPool();
    const schema = testSchema(pool);
    const { booked, insert } = await books(pool, schema);
    const { inbox, url } = await application(pool, schema, () => {});
    await post(url, 'm1');
    const options = { receiver: 'standardWebhooks', limit: 1, leaseMs: 1 };
    const [lost] = await inbox.take(options);
    await expect.poll(() => inbox.take(options)).toHaveLength(1);
    const transaction = await pool.connect();
    await transaction.query('BEGIN');
    await transaction.query(insert, ['m1']);
    await expect(inbox.commit(lost?.claim, { transaction })).rejects.toMatchObject({ code: 'claim_lost' });
    await transaction.query('ROLLBACK');
    transaction.release();
    expect(await booked()).toEqual([]);
  });

  test('is refused of a whole pool, whose statements may run on any connection: nothing is committed', async () => {
    const pool = testPool();
    const { inbox, url } = await application(pool, testSchema(pool), () => {});
    await post(url, 'm1');
    const [taken] = await inbox.take({ receiver: 'standardWebhooks', limit: 1, leaseMs: 60_000 });
    const refused = inbox.commit(taken?.claim, { transaction: pool });
    await expect(refused).rejects.toThrow(
      '`transaction` must be a client of pg that has begun a transaction, got a Pool',
    );
    expect(await inbox.settle(taken?.claim ?? { key: '', token: '' }, { kind: 'done' })).toBe(true);
  });

  test('while it is open, other leases are extended, and its delivery is given to nobody', async () => {
    const pool = testPool();
    const schema = testSchema(pool);
    const { inbox, url } = await application(pool, schema, () => {});
    await post(url, 'm1');
    await post(url, 'm2');
    const taken = await inbox.take({ receiver: 'standardWebhooks', limit: 2, leaseMs: 300 });
    const claims = taken.map(({ claim }) => claim);
    const transaction = await pool.connect();
    await transaction.query('BEGIN');
    await inbox.commit(claims[0], { transaction });
    expect(await inbox.renew(claims, { leaseMs: 60_000 })).toEqual(claims);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await inbox.take({ receiver: 'standardWebhooks', limit: 2, leaseMs: 1 })).toEqual([]);
    await transaction.query('COMMIT');
    transaction.release();
    expect(await inbox.settle(claims[0] ?? { key: '', token: '' }, { kind: 'done' })).toBe(true);
  });
});
