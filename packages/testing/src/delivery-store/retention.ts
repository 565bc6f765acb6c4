import assert from 'node:assert/strict';
import { only } from './checks.js';
import type { DeliveryStoreCase } from './delivery-store-case.js';
import { storeCase } from './play.js';
import { delivered, digestOf, failed, retried } from './settlements.js';
import { LEASE_MS, MARGIN_MS } from './times.js';

const everything = { olderThanMs: 0, limit: 100 };

export const retention: readonly DeliveryStoreCase[] = [
  storeCase('an event that has come to its end is forgotten with all that became of it', async (play) => {
    const [one, two] = [await play.endpoint(), await play.endpoint()];
    const event = await play.unrouted();
    const [a, b] = [play.newDelivery(one.id), play.newDelivery(two.id, { status: 'skipped' })];
    await play.route(event, [a, b]);
    await play.work(one.id, delivered(a.id));
    await play.route(await play.unrouted(), []);
    await play.advance(10);
    const { records } = play.store;
    assert.equal(await records.prune(everything), 2);
    assert.equal(await records.delivery('*', a.id), undefined);
    assert.equal(await records.delivery('*', b.id), undefined);
    assert.equal(await records.eventOf('*', a.id), undefined);
    assert.deepEqual(await records.attempts('*', a.id), []);
    assert.deepEqual((await records.deliveries('*', { endpointId: one.id, limit: 10 })).data, []);
    assert.deepEqual((await records.deliveries('*', { eventId: event.id, limit: 10 })).data, []);
    assert.deepEqual((await records.deliveries('*', { status: 'skipped', limit: 10 })).data, []);
    assert.equal(await records.prune(everything), 0);
  }),
  storeCase('nothing is forgotten while something of it is pending, or unrouted', async (play) => {
    const [one, two] = [await play.endpoint(), await play.endpoint()];
    const event = await play.unrouted();
    const [a, b] = [play.newDelivery(one.id), play.newDelivery(two.id)];
    await play.route(event, [a, b]);
    await play.work(one.id, delivered(a.id));
    await play.work(two.id, retried(b.id));
    const waiting = play.newEvent();
    await play.append(waiting);
    const part = await play.unrouted();
    await play.route(part, [play.newDelivery(one.id, { status: 'skipped' })], false);
    await play.advance(10);
    assert.equal(await play.store.records.prune(everything), 0);
    assert.deepEqual(await play.statuses(a.id, b.id), ['delivered', 'pending']);
    assert.equal((await play.store.records.attempts('acme', a.id)).length, 1);
    assert.deepEqual(await play.append(waiting), [false], 'an unrouted event was forgotten');
    await play.work(two.id, failed(b.id, 2));
    assert.equal(await play.store.records.prune(everything), 1);
  }),
  storeCase('the oldest are forgotten first, as many as were asked for', async (play) => {
    const { id } = await play.endpoint();
    const ids = await play.deliverMany(id, 4);
    const [pending = '', ...others] = ids;
    await play.work(id, ...others.map((other) => delivered(other)));
    await play.advance(10);
    assert.equal(await play.store.records.prune({ olderThanMs: 0, limit: 2 }), 2);
    const { data } = await play.store.records.deliveries('acme', { endpointId: id, limit: 10 });
    assert.deepEqual(
      data.map((record) => record.id),
      [others[2], pending],
    );
    assert.equal(await play.store.records.prune({ olderThanMs: 0, limit: 2 }), 1);
    assert.equal(await play.store.records.prune({ olderThanMs: 0, limit: 2 }), 0);
  }),
  storeCase('what is young enough is kept', async (play) => {
    const { id } = await play.endpoint();
    const old = await play.deliver(id);
    await play.advance(LEASE_MS + MARGIN_MS);
    const young = await play.deliver(id);
    await play.work(id, delivered(old), delivered(young));
    assert.equal(await play.store.records.prune({ olderThanMs: LEASE_MS, limit: 100 }), 1);
    assert.equal(await play.store.records.delivery('*', old), undefined);
    assert.deepEqual(await play.statuses(young), ['delivered']);
  }),
  storeCase('a forgotten event’s id can be used again', async (play) => {
    const { id } = await play.endpoint();
    const event = { id: 'evt', orderingKey: 'a' };
    const before = await play.deliver(id, event);
    await play.work(id, delivered(before));
    await play.advance(10);
    assert.equal(await play.store.records.prune(everything), 1);
    const after = await play.deliver(id, { ...event, digest: digestOf('other content') });
    assert.deepEqual(await play.dueIds(await play.lane(id)), [after]);
  }),
  storeCase('a settlement of what was forgotten changes nothing', async (play) => {
    const { id } = await play.endpoint();
    const delivery = await play.deliver(id);
    const lane = await play.lane(id);
    const report = { settlements: [delivered(delivery)] };
    await play.settle(lane, report);
    await play.advance(10);
    await play.store.records.prune(everything);
    await play.settle(lane, report);
    assert.equal(await play.store.records.delivery('*', delivery), undefined);
    assert.equal(only(await play.store.work.renew([lane], LEASE_MS), 'held lanes').token, lane.token);
  }),
];
