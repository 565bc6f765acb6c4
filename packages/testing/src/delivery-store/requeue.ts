import assert from 'node:assert/strict';
import type { RequeueQuery } from '@countersign/sender';
import { only, plain } from './checks.js';
import type { DeliveryStoreCase } from './delivery-store-case.js';
import { type Play, storeCase } from './play.js';
import { delivered, failed, retried } from './settlements.js';
import { LEASE_MS, LONG_MS, MARGIN_MS } from './times.js';

const anyOf = ['failed', 'skipped', 'pending'] as const;

const requeueAt = (play: Play, endpointId: string, query: Partial<RequeueQuery> = {}, scope = 'acme') =>
  play.store.records.requeue(scope, { endpointId, statuses: ['failed'], limit: 100, ...query });

/** One delivery of each status at one endpoint, whose lane nobody holds. */
async function oneOfEach(play: Play) {
  const { id } = await play.endpoint();
  const [a = '', b = '', c = ''] = await play.deliverMany(id, 3);
  const d = await play.deliver(id, {}, { status: 'skipped' });
  await play.work(id, delivered(a), failed(b), retried(c, LONG_MS));
  return { id, delivered: a, failed: b, pending: c, skipped: d };
}

const choosing: readonly DeliveryStoreCase[] = [
  storeCase('deliveries of the named statuses are requeued, and those alone', async (play) => {
    for (const status of anyOf) {
      const made = await oneOfEach(play);
      assert.equal(await requeueAt(play, made.id, { statuses: [status] }), 1);
      assert.deepEqual(await play.dueIds(await play.lane(made.id)), [made[status]]);
      const others = anyOf.filter((other) => other !== status);
      assert.deepEqual(await play.statuses(...others.map((other) => made[other])), others);
    }
  }),
  storeCase('what was delivered is never requeued', async (play) => {
    const made = await oneOfEach(play);
    const deliveryIds = [made.delivered];
    assert.equal(await requeueAt(play, made.id, { statuses: anyOf, deliveryIds }), 0);
    assert.equal(await requeueAt(play, made.id, { statuses: anyOf }), 3);
    assert.deepEqual(await play.statuses(made.delivered), ['delivered']);
    assert.ok(!(await play.dueIds(await play.lane(made.id))).includes(made.delivered));
  }),
  storeCase('of named deliveries, those at the endpoint are requeued', async (play) => {
    const [one, other] = [await oneOfEach(play), await oneOfEach(play)];
    const deliveryIds = [one.failed, other.failed, 'unknown'];
    assert.equal(await requeueAt(play, one.id, { deliveryIds, statuses: anyOf }), 1);
    assert.deepEqual(await play.statuses(one.failed, one.skipped), ['pending', 'skipped']);
    assert.deepEqual(await play.statuses(other.failed), ['failed']);
    assert.equal(await requeueAt(play, one.id, { deliveryIds: [], statuses: anyOf }), 0);
  }),
  storeCase('the oldest are requeued first, as many as were asked for', async (play) => {
    const { id } = await play.endpoint();
    const ids = await play.deliverMany(id, 3);
    await play.work(id, ...ids.map((delivery) => failed(delivery)));
    assert.equal(await requeueAt(play, id, { limit: 2 }), 2);
    assert.deepEqual(await play.statuses(...ids), ['pending', 'pending', 'failed']);
    await play.work(id, failed(ids[0] ?? '', 2));
    const deliveryIds = ids.toReversed();
    assert.equal(await requeueAt(play, id, { deliveryIds, limit: 1 }), 1);
    assert.deepEqual(await play.statuses(...ids), ['pending', 'pending', 'failed']);
    assert.equal(await requeueAt(play, id, { limit: 2 }), 1);
    assert.equal(await requeueAt(play, id, { limit: 2 }), 0);
  }),
  storeCase('only deliveries of the last so many milliseconds are requeued, where asked', async (play) => {
    const { id } = await play.endpoint();
    const old = await play.deliver(id);
    await play.advance(LEASE_MS + MARGIN_MS);
    const young = await play.deliver(id);
    await play.work(id, failed(old), failed(young));
    assert.equal(await requeueAt(play, id, { createdWithinMs: LEASE_MS }), 1);
    assert.deepEqual(await play.statuses(old, young), ['failed', 'pending']);
  }),
  storeCase(
    'only deliveries at their end for so many milliseconds are requeued, where asked',
    async (play) => {
      const { id } = await play.endpoint();
      const [a = '', b = '', c = ''] = await play.deliverMany(id, 3);
      const lane = await play.lane(id);
      await play.settle(lane, { settlements: [failed(a), retried(c)] });
      await play.advance(LEASE_MS + MARGIN_MS);
      await play.settle(lane, { settlements: [failed(b)] });
      assert.equal(await requeueAt(play, id, { statuses: anyOf, finishedForMs: LEASE_MS }), 1);
      assert.deepEqual(await play.statuses(a, b, c), ['pending', 'failed', 'pending']);
      const due = await play.store.work.due(lane, { limit: 2, except: [a] });
      assert.equal(only(due, 'other due deliveries').spent, 1, 'one that is pending was requeued');
    },
  ),
  storeCase('another tenant’s deliveries are not requeued; an operator’s scope sees them', async (play) => {
    const made = await oneOfEach(play);
    assert.equal(await requeueAt(play, made.id, {}, 'other'), 0);
    assert.equal(await requeueAt(play, made.id, {}, ''), 0);
    assert.equal(await requeueAt(play, made.id, { deliveryIds: [made.failed] }, 'other'), 0);
    assert.equal(await requeueAt(play, 'unknown', {}, '*'), 0);
    assert.deepEqual(await play.statuses(made.failed), ['failed']);
    assert.equal(await requeueAt(play, made.id, {}, '*'), 1);
  }),
];

const again: readonly DeliveryStoreCase[] = [
  storeCase(
    'a requeued delivery is due with its whole schedule before it; its attempts go on',
    async (play) => {
      const { id } = await play.endpoint();
      const delivery = await play.deliver(id);
      const next = {
        status: 'pending',
        delayMs: 0,
        spent: 1,
        postponements: 3,
        successesAtFirstFailure: 2,
      } as const;
      await play.work(id, { ...retried(delivery), next });
      await play.work(id, failed(delivery, 2));
      await requeueAt(play, id);
      const lane = await play.lane(id);
      const { event: _event, ...due } = only(
        await play.store.work.due(lane, { limit: 2, except: [] }),
        'due deliveries',
      );
      assert.deepEqual(plain(due), { id: delivery, attempts: 2, spent: 0, postponements: 0 });
      assert.equal((await play.delivery(delivery)).finishedAtMs, undefined);
      await play.settle(lane, { settlements: [delivered(delivery, 3)] });
      const attempts = await play.store.records.attempts('acme', delivery);
      assert.deepEqual(
        attempts.map(({ number }) => number),
        [1, 2, 3],
      );
    },
  ),
  storeCase('a pending delivery that is requeued is due at once, and starts again', async (play) => {
    const { id } = await play.endpoint();
    const delivery = await play.deliver(id);
    await play.work(id, retried(delivery, LONG_MS));
    await requeueAt(play, id, { statuses: ['pending'] });
    const [due] = await play.store.work.due(await play.lane(id), { limit: 1, except: [] });
    assert.equal(due?.id, delivery);
    assert.deepEqual([due?.attempts, due?.spent, due?.successesAtFirstFailure], [1, 0, undefined]);
  }),
  storeCase('a requeue unparks the lane', async (play) => {
    const { id } = await play.endpoint();
    const delivery = await play.deliver(id);
    await play.settle(await play.lane(id), {
      settlements: [failed(delivery)],
      state: { failures: 4, parkForMs: LONG_MS },
      release: true,
    });
    await requeueAt(play, id);
    const lane = await play.lane(id);
    assert.equal(lane.state.parkForMs, undefined);
    assert.equal(lane.state.failures, 4);
  }),
  storeCase('a requeue does not take a held lane from its owner', async (play) => {
    const { id } = await play.endpoint();
    const delivery = await play.deliver(id);
    const lane = await play.lane(id);
    await play.settle(lane, { settlements: [failed(delivery)] });
    await requeueAt(play, id);
    assert.equal(await play.tryLane(id), undefined);
    assert.deepEqual(await play.dueIds(lane), [delivery]);
  }),
  storeCase('a skipped delivery comes back once its endpoint is enabled again', async (play) => {
    const { id } = await play.endpoint();
    const delivery = await play.deliver(id);
    await play.edit(id, { status: 'disabled' });
    await play.store.work.skip({ limit: 10 });
    await play.edit(id, { status: 'enabled' });
    assert.equal(await requeueAt(play, id, { statuses: ['skipped'] }), 1);
    assert.deepEqual(await play.dueIds(await play.lane(id)), [delivery]);
  }),
];

export const requeue: readonly DeliveryStoreCase[] = [...choosing, ...again];
