import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVerifier } from '@countersign/core';
import { fromPostgresJs, postgresStore } from '@countersign/postgres';
import { type MoveProgress, moveRecord } from '@countersign/postgres/move';
import { createSender } from '@countersign/sender';
import { sqliteStore } from '@countersign/sender/sqlite';
import type { Pool } from 'pg';
import postgres from 'postgres';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../sender/sqlite/temporary-folder.js';
import { testPool, testSchema } from '../services/postgres.js';
import { databaseUrl, describeWithPostgres } from '../services/services.js';
import { encryption, makeFullRecord, ODD, type Sent, transportOf } from './full-record.js';
import { pictureOf } from './picture.js';

const HOUR_MS = 3_600_000;

/** A sender that only reads, at a given time. */
async function pictureAt(nowMs: number, store: ReturnType<typeof sqliteStore>): Promise<unknown> {
  const sender = createSender({ store, encryption, now: () => nowMs, onEvent: () => {} });
  try {
    return await pictureOf(sender);
  } finally {
    await sender.stop();
  }
}

const onFile = (path: string, nowMs: number) => pictureAt(nowMs, sqliteStore({ path, now: () => nowMs }));
const onPostgres = (client: Pool, schema: string, nowMs: number) =>
  pictureAt(nowMs, postgresStore({ client, schema, now: () => nowMs }));

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

describeWithPostgres('moving a record from SQLite to PostgreSQL', () => {
  test('what is read through the API is the same before and after, page by page, and the file is not changed', async () => {
    const [pool, from] = [testPool(), join(temporaryFolder(), 'webhooks.db')];
    const schema = testSchema(pool);
    await makeFullRecord(from);
    const nowMs = Date.now();
    const before = await onFile(from, nowMs);
    const digest = digestOf(from);
    const told: MoveProgress[] = [];

    const { outcome, rows } = await moveRecord({
      from,
      client: pool,
      schema,
      onProgress: (at) => told.push(at),
    });

    expect(outcome).toBe('moved');
    expect(rows).toMatchObject({ events: 50, endpoints: 7, lanes: 8 });
    expect(digestOf(from)).toBe(digest);
    expect(await onPostgres(pool, schema, nowMs)).toStrictEqual(before);
    expect(told.map(({ table }) => table)).toStrictEqual([
      ...['events', 'deliveries', 'attempts', 'tallies', 'endpoints', 'subscriptions', 'lanes'],
    ]);
    expect(told.at(-1)?.rows).toBe(told[0]?.totalRows);
    expect(await moveRecord({ from, client: pool, schema })).toStrictEqual({ outcome: 'moved-before', rows });
    // The way back: the file can be worked on as before.
    expect(await onFile(from, nowMs)).toStrictEqual(before);
  });

  test('over postgres.js it is the same', async () => {
    const [pool, from] = [testPool(), join(temporaryFolder(), 'webhooks.db')];
    const schema = testSchema(pool);
    await makeFullRecord(from);
    const nowMs = Date.now();
    const before = await onFile(from, nowMs);
    const sql = postgres(databaseUrl, { max: 3, onnotice: () => {} });
    onTestFinished(() => sql.end());
    await moveRecord({ from, client: fromPostgresJs(sql), schema });
    expect(await onPostgres(pool, schema, nowMs)).toStrictEqual(before);
  });

  test('a sender on PostgreSQL goes on: what was pending is delivered, in its order, with the secrets that there were', async () => {
    const [pool, from] = [testPool(), join(temporaryFolder(), 'webhooks.db')];
    const schema = testSchema(pool);
    const secret = await makeFullRecord(from);
    await moveRecord({ from, client: pool, schema });

    const sent: Sent[] = [];
    const later = (): number => Date.now() + HOUR_MS;
    const store = postgresStore({ client: pool, schema, now: later });
    const sender = createSender({
      store,
      transport: transportOf(sent, {}),
      encryption,
      now: later,
      onEvent: () => {},
    });
    onTestFinished(() => sender.stop());
    await sender.start();
    await expect.poll(async () => (await sender.totals()).pending).toBe(0);
    await expect.poll(() => sent.filter(({ path }) => path === '/ok')).toHaveLength(1);

    const ordered = sent.filter(({ path, body }) => path === '/down' && body.includes('order.placed'));
    expect(ordered.map(({ body }) => JSON.parse(body).data.place)).toStrictEqual([0, 1, 2, 3]);
    const odd = sent.find(({ path, headers }) => path === '/down' && headers['webhook-id'] === 'odd');
    expect(JSON.parse(odd?.body ?? '').data).toStrictEqual(ODD);
    expect(
      sent.filter(({ path }) => path === '/acme').map(({ headers }) => headers['webhook-id']),
    ).toStrictEqual(['unrouted']);
    const [toOk] = sent.filter(({ path }) => path === '/ok');
    expect(toOk?.headers).toMatchObject({ authorization: 'Bearer 4711', 'webhook-id': 'fourth' });
    const verifier = createVerifier({ secrets: secret });
    const request = { headers: toOk?.headers ?? {}, body: Buffer.from(toOk?.body ?? '') };
    await expect(verifier.verify(request, { receivedAt: new Date(later()) })).resolves.toMatchObject({
      id: 'fourth',
    });

    // What comes now has numbers of its own, and what was sent before is known.
    expect(
      await sender.send({
        id: 'first',
        type: 'order.placed',
        data: { place: 0 },
        orderingKey: 'order "é\u2028',
      }),
    ).toMatchObject({ isNew: false });
    await sender.endpoints.create({ id: 'new', url: 'https://receiver.example/new' });
    expect(await sender.deliveries.recover({ endpointId: 'rejecting' })).toBeGreaterThan(0);
    await sender.send({ id: 'new', type: 'job.done', data: {} });
    await expect.poll(() => sent.filter(({ path }) => path === '/new')).toHaveLength(1);
    await expect.poll(async () => (await sender.totals()).pending).toBe(0);
    const { data: failed } = await sender.deliveries.list({ endpointId: 'rejecting', status: 'failed' });
    expect(failed).toStrictEqual([]);
  });
});
