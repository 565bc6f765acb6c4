import assert from 'node:assert/strict';
import { near } from './checks.js';
import type { DeliveryStoreCase } from './delivery-store-case.js';
import { type Play, storeCase } from './play.js';
import { retried } from './settlements.js';
import { LEASE_MS, LONG_MS, MARGIN_MS } from './times.js';

const look = (play: Play, limit = 10) => play.store.work.outlook({ limit });
const wakeOf = (id: string) => ({ kind: 'lane', id, delayMs: 0 });
const route = { kind: 'route', id: '', delayMs: 0 };

const due: readonly DeliveryStoreCase[] = [
  storeCase('nothing lies ahead of an empty store', async (play) => {
    await play.endpoint();
    assert.deepEqual(await look(play), { due: [], nextInMs: undefined });
  }),
  storeCase('an unrouted event is ahead, until it is taken; then the end of its lease is', async (play) => {
    await play.append(play.newEvent());
    assert.deepEqual(await look(play), { due: [route], nextInMs: undefined });
    await play.takeUnrouted(10, LEASE_MS);
    const { due: nothing, nextInMs } = await look(play);
    assert.deepEqual(nothing, []);
    near(nextInMs, LEASE_MS, 'the end of the lease');
    await play.advance(LEASE_MS + MARGIN_MS);
    assert.deepEqual((await look(play)).due, [route]);
  }),
  storeCase('an event that waits for an older one of its key is not ahead', async (play) => {
    await play.append(play.newEvent({ orderingKey: 'a' }), play.newEvent({ orderingKey: 'a' }));
    await play.takeUnrouted(1, LEASE_MS);
    const { due: nothing, nextInMs } = await look(play);
    assert.deepEqual(nothing, [], 'what nobody is given is due');
    near(nextInMs, LEASE_MS, 'the end of the lease');
  }),
  storeCase('due lanes are ahead, the longest waiting first, as many as were asked for', async (play) => {
    const ids: string[] = [];
    for (let made = 0; made < 3; made += 1) {
      const { id } = await play.endpoint();
      await play.deliver(id);
      await play.advance(10);
      ids.push(id);
    }
    assert.deepEqual((await look(play)).due, ids.map(wakeOf));
    assert.deepEqual((await look(play, 2)).due, ids.slice(0, 2).map(wakeOf));
    await play.append(play.newEvent());
    const both = (await look(play)).due;
    assert.deepEqual(
      both.filter(({ kind }) => kind === 'route'),
      [route],
    );
    assert.deepEqual(
      both.filter(({ kind }) => kind === 'lane'),
      ids.map(wakeOf),
    );
    assert.ok(
      (await look(play, 1)).due.some(({ kind }) => kind === 'route'),
      'lanes have crowded out the event',
    );
  }),
  storeCase(
    'lanes that are held, or whose endpoints are disabled or deleted, are not ahead',
    async (play) => {
      const ids = [await play.endpoint(), await play.endpoint(), await play.endpoint()].map(({ id }) => id);
      const [held = '', disabled = '', deleted = ''] = ids;
      for (const id of ids) await play.deliver(id);
      await play.lane(held, LONG_MS);
      await play.edit(disabled, { status: 'disabled' });
      await play.store.records.deleteEndpoint('acme', deleted);
      assert.deepEqual((await look(play)).due, []);
    },
  ),
];

const next: readonly DeliveryStoreCase[] = [
  storeCase('a delayed delivery is the next thing', async (play) => {
    const { id } = await play.endpoint();
    await play.deliver(id, {}, { delayMs: LONG_MS });
    await play.deliver(id, {}, { delayMs: LEASE_MS });
    const { due: nothing, nextInMs } = await look(play);
    assert.deepEqual(nothing, []);
    near(nextInMs, LEASE_MS, 'the delay');
    assert.ok((nextInMs ?? 0) > 0);
  }),
  storeCase('a retry is the next thing, once its lane is let go of', async (play) => {
    const { id } = await play.endpoint();
    const delivery = await play.deliver(id);
    await play.work(id, retried(delivery, 2 * LEASE_MS));
    near((await look(play)).nextInMs, 2 * LEASE_MS, 'the delay');
    await play.advance(LEASE_MS);
    near((await look(play)).nextInMs, LEASE_MS, 'the rest of the delay');
  }),
  storeCase('the end of a lease is the next thing, where the lane has deliveries', async (play) => {
    const { id } = await play.endpoint();
    await play.deliver(id);
    await play.lane(id, 2 * LEASE_MS);
    near((await look(play)).nextInMs, 2 * LEASE_MS, 'the end of the lease');
  }),
  storeCase(
    'an event behind another of its key is not the next thing: its own lease may have ended',
    async (play) => {
      await play.append(play.newEvent({ orderingKey: 'a' }), play.newEvent({ orderingKey: 'a' }));
      await play.takeUnrouted(2, LEASE_MS);
      await play.advance(LEASE_MS + MARGIN_MS);
      assert.equal((await play.takeUnrouted(1, 2 * LEASE_MS)).length, 1);
      const { due: nothing, nextInMs } = await look(play);
      assert.deepEqual(nothing, []);
      near(nextInMs, 2 * LEASE_MS, 'the end of the lease of the one before it');
    },
  ),
  storeCase('the end of parking is the next thing', async (play) => {
    const { id } = await play.endpoint();
    await play.deliver(id);
    const lane = await play.lane(id);
    await play.settle(lane, { state: { failures: 1, parkForMs: 2 * LEASE_MS }, release: true });
    const { due: nothing, nextInMs } = await look(play);
    assert.deepEqual(nothing, []);
    near(nextInMs, 2 * LEASE_MS, 'the end of parking');
  }),
  storeCase('the next thing is told also while others are due', async (play) => {
    const [now, later] = [await play.endpoint(), await play.endpoint()];
    await play.deliver(now.id);
    await play.deliver(later.id, {}, { delayMs: 2 * LEASE_MS });
    const { due: lanes, nextInMs } = await look(play);
    assert.deepEqual(lanes, [wakeOf(now.id)]);
    near(nextInMs, 2 * LEASE_MS, 'the delay');
  }),
  storeCase('nothing is ahead of what waits for its key, but for the one before it', async (play) => {
    const { id } = await play.endpoint();
    const head = await play.deliver(id, { orderingKey: 'a' });
    await play.deliver(id, { orderingKey: 'a' });
    await play.work(id, retried(head, 2 * LEASE_MS));
    const { due: nothing, nextInMs } = await look(play);
    assert.deepEqual(nothing, []);
    near(nextInMs, 2 * LEASE_MS, 'the delay of the first one');
  }),
];

const skipping: readonly DeliveryStoreCase[] = [
  storeCase('pending deliveries of disabled and deleted endpoints are skipped, in batches', async (play) => {
    const [disabled, deleted, enabled] = [
      await play.endpoint(),
      await play.endpoint(),
      await play.endpoint(),
    ];
    const gone = [...(await play.deliverMany(disabled.id, 2)), ...(await play.deliverMany(deleted.id, 2))];
    gone.push(await play.deliver(disabled.id, {}, { delayMs: LONG_MS }));
    const kept = await play.deliver(enabled.id);
    assert.equal(await play.store.work.skip({ limit: 10 }), 0);
    await play.edit(disabled.id, { status: 'disabled' });
    await play.store.records.deleteEndpoint('acme', deleted.id);
    assert.equal(await play.store.work.skip({ limit: 3 }), 3);
    assert.equal(await play.store.work.skip({ limit: 3 }), 2);
    assert.equal(await play.store.work.skip({ limit: 3 }), 0);
    assert.deepEqual(await play.statuses(...gone, kept), [...gone.map(() => 'skipped'), 'pending']);
    const record = await play.delivery(gone[0] ?? '');
    assert.notEqual(record.finishedAtMs, undefined);
    assert.equal(record.nextAttemptAtMs, undefined);
  }),
  storeCase('nothing is skipped while somebody holds the lane', async (play) => {
    for (const end of ['release', 'lease'] as const) {
      const { id } = await play.endpoint();
      const delivery = await play.deliver(id);
      const lane = await play.lane(id, end === 'lease' ? LEASE_MS : LONG_MS);
      await play.edit(id, { status: 'disabled' });
      assert.equal(await play.store.work.skip({ limit: 10 }), 0, 'one in flight was skipped');
      if (end === 'release') await play.release(lane);
      else await play.advance(LEASE_MS + MARGIN_MS);
      assert.equal(await play.store.work.skip({ limit: 10 }), 1);
      assert.deepEqual(await play.statuses(delivery), ['skipped']);
    }
  }),
  storeCase('what was skipped stays so when its endpoint is enabled again', async (play) => {
    const { id } = await play.endpoint();
    const delivery = await play.deliver(id);
    await play.edit(id, { status: 'disabled' });
    await play.store.work.skip({ limit: 10 });
    await play.edit(id, { status: 'enabled' });
    assert.deepEqual(await play.takeLanes(), []);
    assert.deepEqual(await play.statuses(delivery), ['skipped']);
  }),
];

export const outlook: readonly DeliveryStoreCase[] = [...due, ...next, ...skipping];
