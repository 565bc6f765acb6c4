import { createVerifier } from '@countersign/core';
import type { Delivery, EndpointInput, EndpointWithSecret, Sender } from '@countersign/sender';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { openSink, type Sink } from '../sender/engine/sink.js';
import { describeWithPostgres, describeWithRedis } from '../services/services.js';
import { type Company, engines } from './engines.js';

/** A case's own tenant and path: others of the same company do not meet it. */
interface Corner {
  readonly tenant: string;
  readonly path: string;
  endpoint(sender: Sender, input?: Partial<EndpointInput>): Promise<EndpointWithSecret>;
}

const suites: Readonly<Record<string, typeof describe.skip>> = {
  memory: describe,
  SQLite: describe,
  Postgres: describeWithPostgres,
  'Postgres and pg-boss': describeWithPostgres,
  'Postgres and BullMQ': describeWithRedis,
};

for (const [name, open] of Object.entries(engines)) {
  suites[name]?.(`a sender on ${name}`, () => {
    let company: Company;
    let sink: Sink;
    let corners = 0;

    beforeAll(async () => {
      sink = await openSink(Date.now);
      company = await open();
    });
    afterAll(async () => {
      await company.close();
      await sink.close();
    });

    const corner = (): Corner => {
      corners += 1;
      const [tenant, path] = [`t${corners}`, `/${corners}`];
      return {
        tenant,
        path,
        endpoint: (sender, input) =>
          sender.endpoints.create({ url: sink.url(path), events: ['*'], tenant, ...input }),
      };
    };
    const list = async (endpointId: string): Promise<readonly Delivery[]> =>
      (await company.one.deliveries.list({ endpointId, tenant: '*', limit: 200 })).data;

    test.concurrent('delivers what the receiver can verify, and records it', async ({ expect }) => {
      const { tenant, path, endpoint } = corner();
      const { id, secret } = await endpoint(company.one);
      const sent = await company.other.send({ type: 'job.done', data: { n: 1 }, tenant });
      await expect.poll(() => sink.at(path).length).toBe(1);
      const [request] = sink.at(path);
      if (request === undefined) throw new Error('no request');
      const { method, url, headers, bytes } = request;
      const verified = await createVerifier({ secrets: secret }).verify({
        method,
        url,
        headers,
        body: bytes,
      });
      expect(verified.id).toBe(sent.id);
      await expect
        .poll(() => list(id))
        .toMatchObject([{ status: 'delivered', eventId: sent.id, attemptCount: 1 }]);
    });

    test.concurrent('tries again by the schedule, and fails in the end; a retry goes on', async ({
      expect,
    }) => {
      const { tenant, path, endpoint } = corner();
      sink.answer(path, 500, 503, 'reset', 200);
      const { id } = await endpoint(company.one, { retry: { delaysMs: [0, 300, 300] } });
      await company.one.send({ type: 'a', data: {}, tenant });
      await expect.poll(() => list(id)).toMatchObject([{ status: 'failed', attemptCount: 3 }]);
      const times = sink.at(path).map(({ atMs }) => atMs);
      const waits = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
      for (const waitMs of waits) expect(waitMs).toBeGreaterThanOrEqual(295);
      const [delivery] = await list(id);
      await company.other.deliveries.retry(delivery?.id ?? '', { tenant });
      await expect.poll(() => list(id)).toMatchObject([{ status: 'delivered', attemptCount: 4 }]);
      expect(new Set(sink.at(path).map((request) => request.id)).size).toBe(1);
    });

    test.concurrent('keeps the order of a key, whoever sends and whoever delivers', async ({ expect }) => {
      const { tenant, path, endpoint } = corner();
      sink.answer(path, 500, 500, 200);
      const { id } = await endpoint(company.one, { retry: { delaysMs: [0, 100, 100, 100] } });
      for (let n = 0; n < 12; n += 1) {
        const sender = n % 2 === 0 ? company.one : company.other;
        await sender.send({ type: 'a', data: n, tenant, orderingKey: 'k' });
      }
      await expect
        .poll(async () => (await list(id)).filter(({ status }) => status === 'delivered'))
        .toHaveLength(12);
      const numbers = sink.at(path).map(({ body }) => JSON.parse(body).data);
      expect(numbers).toEqual([0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    });

    test.concurrent('keeps an endpoint’s concurrency, and delivers each event once', async ({ expect }) => {
      const { tenant, path, endpoint } = corner();
      sink.answer(path, async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return 200;
      });
      const { id } = await endpoint(company.one, { concurrency: 2 });
      const events = Array.from({ length: 20 }, (_, data) => ({ type: 'a', data, tenant }));
      await Promise.all([company.one, company.other].map((sender) => sender.sendMany(events)));
      await expect
        .poll(async () => (await list(id)).filter(({ status }) => status === 'delivered'))
        .toHaveLength(40);
      expect(sink.mostOpen(path)).toBe(2);
      expect(new Set(sink.at(path).map((request) => request.id)).size).toBe(40);
      expect(sink.at(path)).toHaveLength(40);
    });

    test.concurrent('keeps an endpoint’s rate', async ({ expect }) => {
      const { tenant, path, endpoint } = corner();
      await endpoint(company.one, { rateLimit: { perSecond: 20 } });
      const events = Array.from({ length: 20 }, (_, data) => ({ type: 'a', data, tenant }));
      await Promise.all([company.one, company.other].map((sender) => sender.sendMany(events)));
      await expect.poll(() => sink.at(path).length).toBe(40);
      const times = sink.at(path).map(({ atMs }) => atMs);
      // 20 at once at most, and 20 a second.
      expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(900);
    });

    test.concurrent('waits as long as an endpoint asks it to, without counting that', async ({ expect }) => {
      const { tenant, path, endpoint } = corner();
      sink.answer(path, { status: 429, headers: { 'retry-after': '1' } }, 200);
      const { id } = await endpoint(company.one, { retry: { delaysMs: [0] } });
      await company.one.send({ type: 'a', data: {}, tenant });
      await expect.poll(() => list(id)).toMatchObject([{ status: 'delivered', attemptCount: 2 }]);
      const [first, second] = sink.at(path);
      expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(995);
    });

    test.concurrent('disables what is gone, skips what waits there, and recovers it', async ({ expect }) => {
      const { tenant, path, endpoint } = corner();
      sink.answer(path, 410, 200);
      const { id } = await endpoint(company.one, { concurrency: 1 });
      const events = Array.from({ length: 5 }, (_, data) => ({ type: 'a', data, tenant }));
      await company.other.sendMany(events);
      const statuses = async (): Promise<readonly string[]> =>
        (await list(id)).map(({ status }) => status).toSorted();
      await expect.poll(statuses).toEqual(['failed', 'skipped', 'skipped', 'skipped', 'skipped']);
      expect((await company.other.endpoints.get(id, { tenant })).disabledReason).toBe('gone');
      await company.other.endpoints.enable(id, { tenant });
      expect(await company.other.deliveries.recover({ endpointId: id, tenant })).toBe(5);
      await expect.poll(statuses).toEqual(Array(5).fill('delivered'));
    });

    test.concurrent('is not held up by an endpoint that hangs', async ({ expect }) => {
      const [hanging, healthy] = [corner(), corner()];
      sink.answer(hanging.path, 'hang');
      const { id } = await hanging.endpoint(company.one, { concurrency: 1 });
      await healthy.endpoint(company.one, { tenant: hanging.tenant });
      for (let n = 0; n < 20; n += 1) await company.one.send({ type: 'a', data: n, tenant: hanging.tenant });
      await expect.poll(() => sink.at(healthy.path).length).toBe(20);
      expect(sink.at(hanging.path)).toHaveLength(1);
      await company.other.endpoints.delete(id, { tenant: hanging.tenant });
    });

    test.concurrent('delivers what a process sends that does not deliver itself', async ({ expect }) => {
      const { tenant, path, endpoint } = corner();
      await endpoint(company.producer);
      await company.producer.send({ type: 'a', data: {}, tenant });
      await expect.poll(() => sink.at(path).length).toBe(1);
    });

    test.concurrent('delivers what was committed, and nothing of what was rolled back', async ({
      expect,
    }) => {
      const { transaction, producer } = company;
      const { tenant, path, endpoint } = corner();
      await endpoint(company.one);
      if (transaction === undefined) {
        const options: object = { transaction: {} };
        await expect(producer.send({ type: 'a', data: {}, tenant }, options)).rejects.toMatchObject({
          code: 'invalid_input',
          field: 'transaction',
        });
        return;
      }
      const undone = transaction(async (client) => {
        await producer.send({ id: `undone-${tenant}`, type: 'a', data: {}, tenant }, { transaction: client });
        throw new Error('changed my mind');
      });
      await expect(undone).rejects.toThrow('changed my mind');
      await transaction(async (first) => {
        await producer.send({ id: `first-${tenant}`, type: 'a', data: {}, tenant }, { transaction: first });
        await transaction(async (second) => {
          await producer.send(
            { id: `second-${tenant}`, type: 'a', data: {}, tenant },
            { transaction: second },
          );
        });
        await expect.poll(() => sink.at(path).map(({ id }) => id)).toEqual([`second-${tenant}`]);
      });
      await expect
        .poll(() => sink.at(path).map(({ id }) => id))
        .toEqual([`second-${tenant}`, `first-${tenant}`]);
    });
  });
}
