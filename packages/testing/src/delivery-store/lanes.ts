import assert from 'node:assert/strict';
import { defined, only, plain } from './checks.js';
import type { DeliveryStoreCase } from './delivery-store-case.js';
import { CLEAN_STATE, storeCase } from './play.js';
import { delivered, retried } from './settlements.js';
import { LEASE_MS, LONG_MS, MARGIN_MS } from './times.js';

const taking: readonly DeliveryStoreCase[] = [
  storeCase('a lane is given where something is due, with its endpoint and a clean state', async (play) => {
    const endpoint = await play.endpoint();
    await play.endpoint();
    assert.deepEqual(await play.takeLanes(), [], 'a lane without deliveries was given');
    await play.deliver(endpoint.id);
    const lane = only(await play.takeLanes(), 'lanes');
    assert.deepEqual(plain(lane.endpoint), plain(endpoint));
    assert.deepEqual(plain(lane.state), CLEAN_STATE);
  }),
  storeCase('lanes of disabled and deleted endpoints are not given', async (play) => {
    const [disabled, deleted] = [await play.endpoint(), await play.endpoint()];
    await play.deliver(disabled.id);
    await play.deliver(deleted.id);
    await play.edit(disabled.id, { status: 'disabled' });
    await play.store.records.deleteEndpoint('acme', deleted.id);
    assert.deepEqual(await play.takeLanes(), []);
    await play.edit(disabled.id, { status: 'enabled' });
    assert.equal(only(await play.takeLanes(), 'lanes').endpoint.id, disabled.id);
  }),
  storeCase('a lane is nobody else’s until its lease ends; then it has another token', async (play) => {
    const { id } = await play.endpoint();
    await play.deliver(id);
    const first = await play.lane(id, LEASE_MS);
    assert.deepEqual(await play.takeLanes(), [], 'a held lane was given to somebody else');
    await play.advance(LEASE_MS - MARGIN_MS);
    assert.deepEqual(await play.takeLanes(), [], 'the lease has ended too early');
    await play.advance(2 * MARGIN_MS);
    const second = only(await play.takeLanes(), 'lanes after the lease');
    assert.notEqual(second.token, first.token);
  }),
  storeCase('what is routed meanwhile does not give a held lane away', async (play) => {
    const { id } = await play.endpoint();
    await play.deliver(id);
    const lane = await play.lane(id);
    const second = await play.deliver(id);
    assert.deepEqual(await play.takeLanes(), []);
    assert.ok((await play.dueIds(lane)).includes(second), 'its owner does not see it');
  }),
  storeCase('a token is never given twice for one endpoint', async (play) => {
    const { id } = await play.endpoint();
    await play.deliver(id);
    const tokens = new Set<string>();
    for (let taken = 0; taken < 5; taken += 1) {
      const lane = await play.lane(id);
      tokens.add(lane.token);
      await play.release(lane);
    }
    assert.equal(tokens.size, 5);
  }),
];

const choosing: readonly DeliveryStoreCase[] = [
  storeCase('lanes are given the longest waiting first, as many as were asked for', async (play) => {
    const ids = [await play.endpoint(), await play.endpoint(), await play.endpoint()].map(({ id }) => id);
    const [a, b, c] = [ids[0] ?? '', ids[1] ?? '', ids[2] ?? ''];
    await play.deliver(b, {}, { delayMs: MARGIN_MS });
    await play.deliver(c);
    await play.advance(10);
    await play.deliver(a);
    await play.advance(2 * MARGIN_MS);
    const taken = [...(await play.takeLanes(2)), ...(await play.takeLanes(2))];
    assert.deepEqual(
      taken.map(({ endpoint }) => endpoint.id),
      [c, a, b],
    );
  }),
  storeCase('a lane that was let go of waits behind the others, however old its deliveries', async (play) => {
    const [long, short] = [await play.endpoint(), await play.endpoint()];
    const [first] = await play.deliverMany(long.id, 3);
    await play.advance(10);
    await play.deliver(short.id);
    await play.advance(10);
    const lane = only(await play.takeLanes(1), 'lanes');
    assert.equal(lane.endpoint.id, long.id);
    await play.settle(lane, { settlements: [delivered(first ?? '')], release: true });
    const next = await play.takeLanes();
    assert.deepEqual(
      next.map(({ endpoint }) => endpoint.id),
      [short.id, long.id],
    );
  }),
  storeCase('only the named lanes are given, where names are given', async (play) => {
    const [a, b, idle] = [await play.endpoint(), await play.endpoint(), await play.endpoint()];
    await play.deliver(a.id);
    await play.deliver(b.id);
    const named = (endpointIds: readonly string[]) =>
      play.store.work.takeLanes({ limit: 10, leaseMs: LONG_MS, endpointIds });
    assert.deepEqual(await named([]), []);
    assert.deepEqual(await named([idle.id, 'unknown']), []);
    assert.equal(only(await named([b.id, idle.id]), 'named lanes').endpoint.id, b.id);
    assert.equal(only(await play.takeLanes(), 'other lanes').endpoint.id, a.id);
  }),
];

const renewing: readonly DeliveryStoreCase[] = [
  storeCase('a renewed lane is held for another lease', async (play) => {
    const { id } = await play.endpoint();
    await play.deliver(id);
    const lane = await play.lane(id, LEASE_MS);
    await play.advance(LEASE_MS - MARGIN_MS);
    const renewed = only(await play.store.work.renew([lane], LEASE_MS), 'renewed lanes');
    assert.equal(renewed.token, lane.token);
    await play.advance(LEASE_MS - MARGIN_MS);
    assert.equal(await play.tryLane(id), undefined, 'the renewed lease has ended with the first one');
    await play.advance(2 * MARGIN_MS);
    await play.lane(id);
  }),
  storeCase('lost and released lanes are not renewed; the others are', async (play) => {
    const ids = [await play.endpoint(), await play.endpoint(), await play.endpoint()].map(({ id }) => id);
    for (const id of ids) await play.deliver(id);
    const [lost, released] = [await play.lane(ids[0] ?? '', LEASE_MS), await play.lane(ids[1] ?? '')];
    const held = await play.lane(ids[2] ?? '');
    await play.release(released);
    await play.advance(LEASE_MS + MARGIN_MS);
    await play.lane(lost.endpoint.id);
    const renewed = await play.store.work.renew([lost, released, held], LONG_MS);
    assert.equal(only(renewed, 'lanes still held').endpoint.id, held.endpoint.id);
    assert.deepEqual(await play.store.work.renew([], LONG_MS), []);
  }),
  storeCase('a renewed lane shows its endpoint as it is now', async (play) => {
    const { id, settings } = await play.endpoint();
    await play.deliver(id);
    const lane = await play.lane(id);
    const url = 'https://receiver.example/moved';
    const edited = await play.edit(id, { settings: { ...settings, url }, secrets: [] });
    const [renewed] = await play.store.work.renew([lane], LONG_MS);
    assert.deepEqual(plain(renewed?.endpoint), plain(edited));
    assert.equal(renewed?.endpoint.settings.url, url);
  }),
  storeCase('a held lane of a disabled endpoint is renewed, and says so', async (play) => {
    const { id } = await play.endpoint();
    await play.deliver(id);
    const lane = await play.lane(id);
    await play.edit(id, { status: 'disabled', disabledReason: 'requested' });
    const [renewed] = await play.store.work.renew([lane], LONG_MS);
    assert.equal(renewed?.endpoint.status, 'disabled');
    await play.release(lane);
  }),
  storeCase('a held lane of a deleted endpoint is not renewed', async (play) => {
    const { id } = await play.endpoint();
    await play.deliver(id);
    const lane = await play.lane(id);
    await play.store.records.deleteEndpoint('acme', id);
    assert.deepEqual(await play.store.work.renew([lane], LONG_MS), []);
  }),
];

const due: readonly DeliveryStoreCase[] = [
  storeCase('deliveries are due the longest first, as many as asked for, without the named', async (play) => {
    const { id } = await play.endpoint();
    const late = await play.deliver(id, {}, { delayMs: MARGIN_MS });
    const early = await play.deliver(id);
    await play.advance(10);
    const next = await play.deliver(id);
    await play.deliver(id, {}, { delayMs: LONG_MS });
    await play.deliver((await play.endpoint()).id);
    await play.advance(2 * MARGIN_MS);
    const lane = await play.lane(id);
    assert.deepEqual(await play.dueIds(lane), [early, next, late]);
    assert.deepEqual(await play.dueIds(lane), [early, next, late], 'asking has changed something');
    assert.deepEqual(await play.dueIds(lane, 2), [early, next]);
    assert.deepEqual(await play.dueIds(lane, 2, [early, 'unknown']), [next, late]);
    assert.deepEqual(await play.dueIds(lane, 1, [early, next, late]), []);
  }),
  storeCase('a due delivery carries its attempts', async (play) => {
    const { id } = await play.endpoint();
    const delivery = await play.deliver(id);
    const lane = await play.lane(id);
    const read = async () =>
      defined((await play.store.work.due(lane, { limit: 1, except: [] }))[0], 'the delivery');
    const { event: _event, ...fresh } = await read();
    assert.deepEqual(plain(fresh), { id: delivery, attempts: 0, spent: 0, postponements: 0 });
    await play.settle(lane, {
      settlements: [
        {
          ...retried(delivery),
          next: {
            status: 'pending',
            delayMs: 0,
            spent: 0,
            postponements: 1,
            successesAtFirstFailure: 7,
          },
        },
      ],
    });
    const { event: _again, ...postponed } = await read();
    assert.deepEqual(plain(postponed), {
      id: delivery,
      attempts: 1,
      spent: 0,
      postponements: 1,
      successesAtFirstFailure: 7,
    });
  }),
  storeCase('nothing is due to somebody who has lost the lane, or let go of it', async (play) => {
    const { id } = await play.endpoint();
    await play.deliver(id);
    const lost = await play.lane(id, LEASE_MS);
    await play.advance(LEASE_MS + MARGIN_MS);
    const owner = await play.lane(id);
    assert.deepEqual(await play.dueIds(lost), []);
    assert.equal((await play.dueIds(owner)).length, 1);
    await play.release(owner);
    assert.deepEqual(await play.dueIds(owner), []);
  }),
  storeCase('nothing is due at an endpoint that was disabled or deleted meanwhile', async (play) => {
    const { id } = await play.endpoint();
    await play.deliver(id);
    const lane = await play.lane(id);
    await play.edit(id, { status: 'disabled' });
    assert.deepEqual(await play.dueIds(lane), []);
    await play.edit(id, { status: 'enabled' });
    assert.equal((await play.dueIds(lane)).length, 1);
    await play.store.records.deleteEndpoint('acme', id);
    assert.deepEqual(await play.dueIds(lane), []);
  }),
];

export const lanes: readonly DeliveryStoreCase[] = [...taking, ...choosing, ...renewing, ...due];
