import type { Delivery } from '@countersign/sender';
import { describe, expect, test } from 'vitest';
import { gate } from './gate.js';
import { refusal, type Stage, stage } from './harness.js';
import type { StoreTap } from './store-tap.js';

const DAY = 24 * 3_600_000;

/** The only delivery of an endpoint that answers with `status`. */
async function ended(status: number): Promise<{ on: Stage; id: string; delivery: Delivery }> {
  const on = await stage({ retry: { delaysMs: [0] } });
  on.sink.answer('/a', status, 200);
  const { id } = await on.endpoint('/a');
  await on.send({ data: { n: 1 } });
  const [delivery] = await on.untilStatuses(id, status === 200 ? 'delivered' : 'failed');
  if (delivery === undefined) throw new Error('no delivery');
  return { on, id, delivery };
}

describe('retry', () => {
  test('of a failed delivery: at once, under the same ids, with its whole schedule before it, and its attempts go on', async () => {
    const { on, id, delivery } = await ended(500);
    on.sink.answer('/a', 500, 500, 200);
    await on.sender.endpoints.update(id, { retry: { delaysMs: [0, 1000] } });
    const after = await on.sender.deliveries.retry(delivery.id);
    expect(after).toMatchObject({
      id: delivery.id,
      status: 'pending',
      attemptCount: 1,
      finishedAt: undefined,
    });
    await on.untilAttempts(id, 2);
    await on.quiet();
    await on.clock.advance(1000);
    await on.untilStatuses(id, 'delivered');
    expect((await on.untilAttempts(id, 3)).attempts.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(new Set(on.sink.at('/a').map((request) => request.id)).size).toBe(1);
  });

  test('of a pending one: now instead of later, and its schedule begins anew', async () => {
    const on = await stage({ retry: { delaysMs: [0, DAY] } });
    on.sink.answer('/a', 500);
    const { id } = await on.endpoint('/a');
    await on.send();
    const { id: deliveryId } = await on.untilAttempts(id, 1);
    await on.sender.deliveries.retry(deliveryId);
    await on.untilAttempts(id, 2);
    await on.untilStatuses(id, 'pending');
    expect(on.attempts().at(-1)).toMatchObject({ outcome: 'retry', nextInMs: DAY });
  });

  test('of a skipped one, once its endpoint is enabled again', async () => {
    const on = await stage();
    const { id } = await on.endpoint('/a', { enabled: false });
    await on.send();
    const [delivery] = await on.untilStatuses(id, 'skipped');
    const retry = (): Promise<Delivery> => on.sender.deliveries.retry(delivery?.id ?? '');
    expect(await refusal(retry)).toMatchObject({ code: 'endpoint_disabled' });
    await on.sender.endpoints.enable(id);
    await retry();
    await on.untilStatuses(id, 'delivered');
  });

  test('of a delivered one is refused; `resend` sends its event as a new one', async () => {
    const { on, id, delivery } = await ended(200);
    expect(await refusal(() => on.sender.deliveries.retry(delivery.id))).toMatchObject({
      code: 'already_delivered',
    });
    const again = await on.sender.deliveries.resend(delivery.id);
    await on.untilStatuses(id, 'delivered', 'delivered');
    expect(on.sink.at('/a').map((request) => request.id)).toEqual([delivery.eventId, again.id]);
    expect(again.id).not.toBe(delivery.eventId);
  });

  test('of one that is in flight right now makes no second exchange beside it', async () => {
    const on = await stage({ endpointConcurrency: 4 });
    const { answering, give } = gate();
    on.sink.answer('/a', answering);
    const { id } = await on.endpoint('/a');
    await on.send();
    await on.until(() => on.sink.open('/a') === 1);
    const [delivery] = (await on.sender.deliveries.list({ endpointId: id })).data;
    await on.sender.deliveries.retry(delivery?.id ?? '');
    await on.quiet();
    give(200);
    await on.untilStatuses(id, 'delivered');
    await on.quiet();
    expect(on.started).toHaveLength(1);
  });

  test('where the endpoint was deleted, or nothing has this id, says so', async () => {
    const { on, id, delivery } = await ended(500);
    expect(await refusal(() => on.sender.deliveries.retry('dlv_none'))).toMatchObject({
      code: 'unknown_delivery',
    });
    await on.sender.endpoints.delete(id);
    for (const call of [on.sender.deliveries.retry, on.sender.deliveries.resend]) {
      expect(await refusal(() => call(delivery.id))).toMatchObject({ code: 'unknown_endpoint' });
    }
    expect(await on.sender.deliveries.get(delivery.id)).toMatchObject({ status: 'failed' });
  });
});

describe('recover', () => {
  test('takes up failed and skipped deliveries since a time, oldest first, and says how many', async () => {
    const on = await stage({ retry: { delaysMs: [0] } });
    on.sink.answer('/a', 500);
    const { id } = await on.endpoint('/a', { concurrency: 1 });
    const sent: string[] = [];
    for (let day = 0; day < 4; day += 1) {
      sent.push(await on.send({ orderingKey: 'k' }));
      await on.untilStatuses(id, ...Array(day + 1).fill('failed'));
      await on.quiet();
      await on.clock.leap(DAY);
    }
    on.sink.answer('/a', 200);
    const since = new Date(on.clock.now() - 2 * DAY);
    expect(await on.sender.deliveries.recover({ endpointId: id, since })).toBe(2);
    await on.untilStatuses(id, 'failed', 'failed', 'delivered', 'delivered');
    expect(await on.sender.deliveries.recover({ endpointId: id })).toBe(2);
    await on.untilStatuses(id, ...Array(4).fill('delivered'));
    expect(await on.sender.deliveries.recover({ endpointId: id })).toBe(0);
    const recovered = on.sink.at('/a').slice(4);
    expect(recovered.map((request) => request.id)).toEqual([sent[2], sent[3], sent[0], sent[1]]);
  });

  test('of one status leaves the other as it is', async () => {
    const on = await stage({ retry: { delaysMs: [0] } });
    on.sink.answer('/a', 410, 200);
    const { id } = await on.endpoint('/a');
    await on.send();
    await on.untilStatuses(id, 'failed');
    await on.until(async () => (await on.sender.endpoints.get(id)).status === 'disabled');
    await on.send();
    await on.untilStatuses(id, 'failed', 'skipped');
    await on.sender.endpoints.enable(id);
    expect(await on.sender.deliveries.recover({ endpointId: id, statuses: ['skipped'] })).toBe(1);
    await on.untilStatuses(id, 'failed', 'delivered');
    expect(await on.sender.deliveries.recover({ endpointId: id, statuses: ['failed'] })).toBe(1);
    await on.untilStatuses(id, 'delivered', 'delivered');
  });

  test('of many deliveries, some of which fail again meanwhile, takes each of them up once', async () => {
    const before = await stage();
    const { id } = await before.endpoint('/a', { enabled: false });
    for (let sent = 0; sent < 2; sent += 1) {
      await before.sender.sendMany(Array.from({ length: 700 }, () => ({ type: 'a', data: {} })));
    }
    await before.quiet();
    await before.sender.endpoints.enable(id);
    await before.sender.stop();
    // Every step takes a while, and the record is looked at meanwhile; deliveries to a forbidden address fail without an exchange.
    const steps: unknown[] = [];
    const tap: StoreTap = async (call, run) => {
      const result = await run();
      if (call === 'requeue') {
        steps.push(result);
        await before.clock.advance(6000);
      }
      return result;
    };
    const on = await stage({ beside: before, allowPrivateNetworks: false, retry: { delaysMs: [0] }, tap });
    await before.clock.advance(1000);
    const recovering = on.sender.deliveries.recover({ endpointId: id });
    expect(await recovering).toBe(1400);
    expect(steps).toEqual([500, 500, 400]);
    expect(on.attempts().length).toBeGreaterThan(0);
  });

  test('with arguments that are none is refused by name', async () => {
    const { on, id } = await ended(500);
    const { recover } = on.sender.deliveries;
    expect(await refusal(() => recover({ endpointId: id, statuses: [] }))).toEqual({
      code: 'invalid_input',
      field: 'statuses',
    });
    expect(await refusal(() => recover({ endpointId: id, since: new Date(Number.NaN) }))).toEqual({
      code: 'invalid_input',
      field: 'since',
    });
    expect(await refusal(() => recover({ endpointId: id, tenant: 'other' }))).toMatchObject({
      code: 'unknown_endpoint',
    });
    await on.sender.endpoints.disable(id);
    expect(await refusal(() => recover({ endpointId: id }))).toMatchObject({ code: 'endpoint_disabled' });
  });
});

test('resend keeps the type, the data and the ordering key, and goes to the one endpoint whatever it subscribes to', async () => {
  const { on, id, delivery } = await ended(200);
  await on.endpoint('/b');
  await on.sender.endpoints.update(id, { events: ['nothing.of.this'], filters: { job_types: ['x'] } });
  await on.sender.deliveries.resend(delivery.id);
  await on.untilStatuses(id, 'delivered', 'delivered');
  const [, again] = on.sink.at('/a');
  expect(JSON.parse(again?.body ?? '')).toMatchObject({ type: 'job.done', data: { n: 1 } });
  await on.quiet();
  expect(on.sink.at('/b')).toEqual([]);
});

test("resend stays within the tenant, and within the order of the event's key", async () => {
  const on = await stage({ retry: { delaysMs: [0, 60_000] } });
  on.sink.answer('/a', ({ body }) => (body.includes('first') ? 200 : 500));
  const { id } = await on.endpoint('/a', { tenant: 'acme' });
  await on.send({ tenant: 'acme', orderingKey: 'k', data: 'first' });
  const [first] = await on.untilStatuses(id, 'delivered');
  await on.send({ tenant: 'acme', orderingKey: 'k', data: 'second' });
  await on.untilStatuses(id, 'delivered', 'pending');
  await on.until(() => on.sink.at('/a').length === 2);
  await on.sender.deliveries.resend(first?.id ?? '', { tenant: 'acme' });
  await on.untilStatuses(id, 'delivered', 'pending', 'pending');
  await on.quiet();
  expect(on.started).toHaveLength(2);
  await on.clock.advance(60_000);
  await on.untilStatuses(id, 'delivered', 'failed', 'delivered');
});
