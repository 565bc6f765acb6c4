import assert from 'node:assert/strict';
import type { Settlement } from '@countersign/sender';
import { defined } from './checks.js';
import type { DeliveryStoreCase } from './delivery-store-case.js';
import { type Play, storeCase } from './play.js';
import { delivered, failed, retried } from './settlements.js';
import { LEASE_MS, LONG_MS, MARGIN_MS } from './times.js';

const keyed = { orderingKey: 'machine-7' };

/** Three deliveries of one key at one endpoint, with its lane. */
async function threeOfOneKey(play: Play) {
  const { id } = await play.endpoint();
  const [a = '', b = '', c = ''] = await play.deliverMany(id, 3, keyed);
  return { id, a, b, c, lane: await play.lane(id) };
}

export const ordering: readonly DeliveryStoreCase[] = [
  storeCase('of one key at one endpoint, only the oldest pending delivery is due', async (play) => {
    const { lane, a, b } = await threeOfOneKey(play);
    assert.deepEqual(await play.dueIds(lane), [a]);
    assert.deepEqual(await play.dueIds(lane, 10, [a]), [], 'a follower of one in flight is due');
    assert.equal((await play.delivery(b)).nextAttemptAtMs, undefined, 'a follower has a time of its own');
    assert.notEqual((await play.delivery(a)).nextAttemptAtMs, undefined);
  }),
  ...(
    [
      ['delivered', delivered],
      ['failed', failed],
    ] as const
  ).map(([status, outcome]: readonly [string, (id: string) => Settlement]) =>
    storeCase(`the next of a key is due when the one before is ${status}`, async (play) => {
      const { lane, a, b, c } = await threeOfOneKey(play);
      await play.settle(lane, { settlements: [outcome(a)] });
      assert.deepEqual(await play.dueIds(lane), [b]);
      assert.notEqual((await play.delivery(b)).nextAttemptAtMs, undefined);
      await play.settle(lane, { settlements: [outcome(b)], release: true });
      assert.deepEqual(await play.dueIds(await play.lane(lane.endpoint.id)), [c]);
    }),
  ),
  storeCase('the next of a key is due when the one before was skipped', async (play) => {
    const { id } = await play.endpoint();
    await play.deliver(id, keyed, { status: 'skipped' });
    const next = await play.deliver(id, keyed);
    assert.deepEqual(await play.dueIds(await play.lane(id)), [next]);
  }),
  storeCase('several of one key settled in one report hand over to the one after them', async (play) => {
    const { lane, a, b, c } = await threeOfOneKey(play);
    await play.settle(lane, { settlements: [delivered(a), delivered(b)] });
    assert.deepEqual(await play.dueIds(lane), [c]);
  }),
  storeCase('while the oldest of a key waits for its retry, the others wait with it', async (play) => {
    const { id, lane, a, b } = await threeOfOneKey(play);
    await play.settle(lane, { settlements: [retried(a, LEASE_MS)], release: true });
    assert.equal(await play.tryLane(id), undefined, 'a follower has overtaken');
    await play.advance(LEASE_MS + MARGIN_MS);
    const owner = await play.lane(id);
    assert.deepEqual(await play.dueIds(owner), [a]);
    await play.settle(owner, { settlements: [delivered(a, 2)] });
    assert.deepEqual(await play.dueIds(owner), [b]);
  }),
  storeCase('a follower has its own delay before it, too', async (play) => {
    const { id } = await play.endpoint();
    const head = await play.deliver(id, keyed);
    const follower = await play.deliver(id, keyed, { delayMs: LEASE_MS });
    await play.work(id, delivered(head));
    assert.equal(await play.tryLane(id), undefined, 'it is due too early');
    await play.advance(LEASE_MS + MARGIN_MS);
    assert.deepEqual(await play.dueIds(await play.lane(id)), [follower]);
  }),
  storeCase('a key holds up no other key, no other endpoint, and nothing without a key', async (play) => {
    const [one, two] = [await play.endpoint(), await play.endpoint()];
    const head = await play.deliver(one.id, keyed);
    await play.deliver(one.id, keyed);
    const free = [await play.deliver(one.id, { orderingKey: 'machine-8' }), await play.deliver(one.id)];
    const elsewhere = await play.deliver(two.id, keyed);
    assert.deepEqual((await play.dueIds(await play.lane(one.id))).toSorted(), [head, ...free].sort());
    assert.deepEqual(await play.dueIds(await play.lane(two.id)), [elsewhere]);
  }),
  storeCase(
    'the oldest is the one whose event was appended first, whichever was routed first',
    async (play) => {
      const { id } = await play.endpoint();
      await play.append(play.newEvent(keyed), play.newEvent(keyed));
      const [first, second] = await play.takeUnrouted();
      const [older, younger] = [play.newDelivery(id), play.newDelivery(id)];
      await play.route(defined(second, 'the younger event'), [younger]);
      await play.route(defined(first, 'the older event'), [older]);
      const lane = await play.lane(id);
      assert.deepEqual(await play.dueIds(lane), [older.id]);
      await play.settle(lane, { settlements: [delivered(older.id)] });
      assert.deepEqual(await play.dueIds(lane), [younger.id]);
    },
  ),
  storeCase('a failed one that is requeued goes before younger ones of its key', async (play) => {
    const { id, lane, a, b, c } = await threeOfOneKey(play);
    await play.settle(lane, { settlements: [failed(a)] });
    assert.deepEqual(await play.dueIds(lane), [b]);
    await play.store.records.requeue('acme', { endpointId: id, statuses: ['failed'], limit: 10 });
    assert.deepEqual(await play.dueIds(lane), [a], 'a younger one is still due');
    await play.settle(lane, { settlements: [delivered(b), delivered(a, 2)] });
    assert.deepEqual(await play.dueIds(lane), [c]);
    assert.deepEqual(await play.statuses(a, b, c), ['delivered', 'delivered', 'pending']);
  }),
  storeCase('a retry of one in flight does not overtake the older one requeued meanwhile', async (play) => {
    const { id, lane, a, b, c } = await threeOfOneKey(play);
    await play.settle(lane, { settlements: [failed(a)] });
    await play.store.records.requeue('acme', { endpointId: id, statuses: ['failed'], limit: 10 });
    await play.settle(lane, { settlements: [retried(b)] });
    assert.deepEqual(await play.dueIds(lane), [a]);
    await play.settle(lane, { settlements: [delivered(a, 2)] });
    assert.deepEqual(await play.dueIds(lane), [b]);
    await play.settle(lane, { settlements: [delivered(b, 2)] });
    assert.deepEqual(await play.dueIds(lane), [c]);
  }),
  storeCase('of deliveries skipped in batches, those that are left keep their order', async (play) => {
    const { id, lane, a, b, c } = await threeOfOneKey(play);
    await play.release(lane);
    await play.edit(id, { status: 'disabled' });
    assert.equal(await play.store.work.skip({ limit: 1 }), 1);
    await play.edit(id, { status: 'enabled' });
    const statuses = await play.statuses(a, b, c);
    const left = [a, b, c].filter((_id, index) => statuses[index] === 'pending');
    assert.equal(left.length, 2);
    assert.deepEqual(await play.dueIds(await play.lane(id, LONG_MS)), [left[0]]);
  }),
];
