import assert from 'node:assert/strict';
import type { Tally } from '@countersign/sender';
import { defined } from './checks.js';
import type { DeliveryStoreCase } from './delivery-store-case.js';
import { type Play, storeCase } from './play.js';
import { delivered, failed, retried } from './settlements.js';
import { HOUR_MS } from './times.js';

const totalsOf = async (play: Play, id: string, windowMs = 1) =>
  defined(await play.store.records.endpointTotals('acme', id, { windowMs }), 'the totals');

const MINUTE_MS = 60_000;

/** Tallies in an order that all stores have. */
const sorted = (tallies: readonly Tally[]): readonly Tally[] =>
  tallies
    .map(({ measure, bin, count, totalMs }) => ({ measure, bin, count, totalMs }))
    .sort((a, b) => a.measure.localeCompare(b.measure) || a.bin - b.bin);

const response = (bin: number, count: number, totalMs: number): Tally => ({
  measure: 'response',
  bin,
  count,
  totalMs,
});

/** Both ways in which pending deliveries are counted agree with the list. */
async function countsAre(play: Play, id: string, pending: number, retrying: number): Promise<void> {
  const totals = await totalsOf(play, id);
  assert.deepEqual([totals.pending, totals.retrying], [pending, retrying], 'at the endpoint');
  const all = await play.store.records.totals();
  assert.deepEqual([all.pending, all.retrying], [pending, retrying], 'in all');
  const query = { endpointId: id, status: 'pending', limit: 100 } as const;
  const { data } = await play.store.records.deliveries('acme', query);
  assert.equal(data.length, pending, 'in the list');
}

export const statistics: readonly DeliveryStoreCase[] = [
  storeCase('pending deliveries are counted through all that can become of them', async (play) => {
    const { id } = await play.endpoint();
    const [a = '', b = '', c = '', d = ''] = await play.deliverMany(id, 4);
    await play.deliver(id, {}, { status: 'skipped' });
    await countsAre(play, id, 4, 0);
    const lane = await play.lane(id);
    await play.settle(lane, { settlements: [delivered(a), failed(b), retried(c)] });
    await countsAre(play, id, 2, 1);
    await play.settle(lane, { settlements: [retried(c, 0, 2), retried(d)] });
    await countsAre(play, id, 2, 2);
    await play.settle(lane, { settlements: [delivered(c, 3)], release: true });
    await countsAre(play, id, 1, 1);
    const statuses = ['failed', 'skipped', 'pending'] as const;
    await play.store.records.requeue('acme', { endpointId: id, statuses, limit: 100 });
    await countsAre(play, id, 3, 2);
    await play.store.records.prune({ olderThanMs: 0, limit: 100 });
    await countsAre(play, id, 3, 2);
    await play.edit(id, { status: 'disabled' });
    await play.store.work.skip({ limit: 2 });
    assert.equal((await totalsOf(play, id)).pending, 1);
    await play.store.work.skip({ limit: 2 });
    await countsAre(play, id, 0, 0);
  }),
  storeCase('the whole record counts endpoints, and deliveries of deleted ones', async (play) => {
    const [kept, deleted] = [await play.endpoint(), await play.endpoint({ tenant: 'other' })];
    await play.deliver(kept.id);
    await play.deliver(deleted.id, { tenant: 'other' });
    assert.deepEqual(await play.store.records.totals(), { endpoints: 2, pending: 2, retrying: 0 });
    await play.store.records.deleteEndpoint('*', deleted.id);
    assert.deepEqual(await play.store.records.totals(), { endpoints: 1, pending: 2, retrying: 0 });
    await play.store.work.skip({ limit: 10 });
    assert.deepEqual(await play.store.records.totals(), { endpoints: 1, pending: 1, retrying: 0 });
  }),
  storeCase('totals of an endpoint are seen by its tenant and by operators', async (play) => {
    const { id } = await play.endpoint();
    const totals = (scope: string, of = id) =>
      play.store.records.endpointTotals(scope, of, { windowMs: HOUR_MS });
    assert.notEqual(await totals('acme'), undefined);
    assert.notEqual(await totals('*'), undefined);
    assert.equal(await totals('other'), undefined);
    assert.equal(await totals(''), undefined);
    assert.equal(await totals('*', 'unknown'), undefined);
    await play.store.records.deleteEndpoint('acme', id);
    assert.equal(await totals('*'), undefined);
  }),
  storeCase('the last success is told', async (play) => {
    const { id } = await play.endpoint();
    const [a = '', b = ''] = await play.deliverMany(id, 2);
    await play.work(id, failed(a));
    assert.equal((await totalsOf(play, id)).lastDeliveredAtMs, undefined);
    await play.work(id, delivered(b));
    const { finishedAtMs } = await play.delivery(b);
    assert.equal((await totalsOf(play, id)).lastDeliveredAtMs, finishedAtMs);
  }),
  storeCase('tallies are added up, each measure and bin for itself', async (play) => {
    const [one, other] = [await play.endpoint(), await play.endpoint()];
    for (const { id } of [one, other]) await play.deliver(id);
    assert.deepEqual((await totalsOf(play, one.id)).tallies, []);
    const lane = await play.lane(one.id);
    const reported: readonly Tally[] = [
      { measure: 'delivered', bin: 0, count: 2, totalMs: 0 },
      response(3, 1, 12.5),
    ];
    await play.settle(lane, { tallies: reported });
    await play.settle(lane, {
      tallies: [...reported, response(3, 1, 1), response(7, 2, 900)],
    });
    assert.deepEqual(sorted((await totalsOf(play, one.id, HOUR_MS)).tallies), [
      { measure: 'delivered', bin: 0, count: 4, totalMs: 0 },
      response(3, 3, 26),
      response(7, 2, 900),
    ]);
    assert.deepEqual((await totalsOf(play, other.id)).tallies, [], 'counted at another endpoint');
  }),
  storeCase(
    'tallies leave the window, an hour late at most',
    async (play) => {
      const { id } = await play.endpoint();
      await play.deliver(id);
      const lane = await play.lane(id, 100 * HOUR_MS);
      const hours = async (windowMs: number) =>
        (await totalsOf(play, id, windowMs)).tallies.reduce((sum, { count }) => sum + count, 0);
      for (const count of [1, 10, 100]) {
        await play.advance(10 * HOUR_MS);
        await play.settle(lane, { tallies: [response(0, count, 0)] });
      }
      assert.equal(await hours(HOUR_MS), 100);
      assert.equal(await hours(9 * HOUR_MS - MINUTE_MS), 100);
      assert.equal(await hours(11 * HOUR_MS), 110);
      assert.equal(await hours(19 * HOUR_MS - MINUTE_MS), 110);
      assert.equal(await hours(21 * HOUR_MS), 111);
    },
    { leaps: true },
  ),
];
