import assert from 'node:assert/strict';
import { defined, near, only, plain } from './checks.js';
import type { DeliveryStoreCase } from './delivery-store-case.js';
import { storeCase } from './play.js';
import { LEASE_MS, MARGIN_MS } from './times.js';

const taking: readonly DeliveryStoreCase[] = [
  storeCase('unrouted events are given the oldest first, as many as were asked for', async (play) => {
    const events = [play.newEvent(), play.newEvent(), play.newEvent()];
    const [first, ...others] = events;
    await play.append(defined(first, 'an event'));
    await play.append(...others);
    const taken = [...(await play.takeUnrouted(2)), ...(await play.takeUnrouted(2))];
    assert.deepEqual(
      taken.map(({ id }) => id),
      events.map(({ id }) => id),
    );
  }),
  storeCase('an unrouted event is nobody else’s until the lease ends', async (play) => {
    const event = play.newEvent();
    await play.append(event);
    await play.takeUnrouted(1, LEASE_MS);
    assert.deepEqual(await play.takeUnrouted(), [], 'a leased event was given to somebody else');
    await play.advance(LEASE_MS - MARGIN_MS);
    assert.deepEqual(await play.takeUnrouted(), [], 'the lease has ended too early');
    await play.advance(2 * MARGIN_MS);
    assert.equal(only(await play.takeUnrouted(), 'events after the lease').id, event.id);
  }),
  storeCase(
    'an event waits while an older one of its key is in somebody’s hands: they are routed in their order',
    async (play) => {
      const older = play.newEvent({ orderingKey: 'a' });
      await play.append(older, play.newEvent({ orderingKey: 'a' }));
      const held = only(await play.takeUnrouted(1), 'events of a limit of 1');
      const free = [
        play.newEvent({ orderingKey: 'b' }),
        play.newEvent({ orderingKey: 'a', tenant: 'other' }),
        play.newEvent(),
      ];
      await play.append(...free, play.newEvent({ orderingKey: 'a' }));
      assert.deepEqual(
        (await play.takeUnrouted()).map(({ id }) => id),
        free.map(({ id }) => id),
      );
      assert.deepEqual(await play.takeUnrouted(), []);
      await play.route(held, []);
      assert.equal((await play.takeUnrouted()).length, 2, 'the younger ones still wait');
    },
  ),
  storeCase('events of one key whose lease has ended are given together, in their order', async (play) => {
    const events = [1, 2, 3].map(() => play.newEvent({ orderingKey: 'a' }));
    await play.append(...events);
    assert.equal((await play.takeUnrouted(2, LEASE_MS)).length, 2);
    await play.advance(LEASE_MS + MARGIN_MS);
    assert.deepEqual(
      (await play.takeUnrouted()).map(({ id }) => id),
      events.map(({ id }) => id),
    );
  }),
];

const delivering: readonly DeliveryStoreCase[] = [
  storeCase('routing stores deliveries, due at once, and the event waits no longer', async (play) => {
    const [a, b] = [await play.endpoint(), await play.endpoint()];
    const event = await play.unrouted();
    const deliveries = [play.newDelivery(a.id), play.newDelivery(b.id)];
    await play.route(event, deliveries);
    for (const { id, endpointId } of deliveries) {
      const record = await play.delivery(id);
      assert.equal(record.endpointId, endpointId);
      assert.equal(record.eventId, event.id);
      assert.equal(record.eventType, event.type);
      assert.equal(record.tenant, event.tenant);
      assert.equal(record.status, 'pending');
      assert.equal(record.attempts, 0);
      assert.deepEqual(await play.dueIds(await play.lane(endpointId)), [id]);
    }
    assert.deepEqual((await play.store.work.outlook({ limit: 10 })).due, [], 'something still waits');
  }),
  storeCase('an event for nobody is routed too', async (play) => {
    await play.route(await play.unrouted({}), []);
    assert.deepEqual(await play.store.work.outlook({ limit: 10 }), { due: [], nextInMs: undefined });
  }),
  storeCase(
    'an id that has become another tenant’s while an event was routed gets nothing of it',
    async (play) => {
      const { id } = await play.endpoint();
      const event = await play.unrouted();
      assert.equal(await play.store.records.deleteEndpoint('acme', id), true);
      // A store may also keep the id for ever.
      if ((await play.store.records.createEndpoint(play.draft({ id, tenant: 'other' }))) === undefined)
        return;
      await play.route(event, [play.newDelivery(id)]);
      const { data } = await play.store.records.deliveries('*', { endpointId: id, limit: 10 });
      assert.deepEqual(data, []);
      assert.deepEqual(await play.takeLanes(), []);
    },
  ),
  storeCase('several events are routed in one step', async (play) => {
    const { id } = await play.endpoint();
    await play.append(play.newEvent(), play.newEvent());
    const deliveries = [play.newDelivery(id), play.newDelivery(id)];
    const events = await play.takeUnrouted();
    await play.store.events.route(
      events.map((event, index) => ({
        event,
        deliveries: [defined(deliveries[index], 'a delivery')],
        isLast: true,
      })),
    );
    assert.deepEqual(
      await play.dueIds(await play.lane(id)),
      deliveries.map((delivery) => delivery.id),
    );
  }),
  storeCase('a repeat changes nothing, also with other ids', async (play) => {
    const { id } = await play.endpoint();
    const event = await play.unrouted();
    const delivery = play.newDelivery(id);
    await play.route(event, [delivery]);
    await play.route(event, [delivery]);
    await play.route(event, [play.newDelivery(id), play.newDelivery((await play.endpoint()).id)]);
    const { data } = await play.store.records.deliveries('*', { eventId: event.id, limit: 10 });
    assert.deepEqual(
      data.map((record) => record.id),
      [delivery.id],
    );
    assert.equal((await play.store.records.totals()).pending, 1);
  }),
  storeCase('a repeat does not bring back what was delivered', async (play) => {
    const { id } = await play.endpoint();
    const event = await play.unrouted();
    const delivery = play.newDelivery(id);
    await play.route(event, [delivery]);
    await play.work(id, {
      deliveryId: delivery.id,
      attempt: { number: 1, durationMs: 1, status: 204 },
      next: { status: 'delivered' },
    });
    await play.route(event, [play.newDelivery(id)]);
    assert.deepEqual(await play.takeLanes(), []);
  }),
];

const parts: readonly DeliveryStoreCase[] = [
  storeCase('an event in parts stays in its taker’s hands until the last one', async (play) => {
    const [a, b] = [await play.endpoint(), await play.endpoint()];
    const event = play.newEvent();
    await play.append(event);
    const taken = only(await play.takeUnrouted(1, LEASE_MS), 'unrouted events');
    const [first, second] = [play.newDelivery(a.id), play.newDelivery(b.id)];
    await play.route(taken, [first], false);
    assert.deepEqual(await play.takeUnrouted(), []);
    assert.deepEqual(await play.dueIds(await play.lane(a.id)), [first.id], 'the part is not due');
    await play.advance(LEASE_MS + MARGIN_MS);
    const again = only(await play.takeUnrouted(), 'events of which a part is missing');
    await play.route(again, [play.newDelivery(a.id)], false);
    await play.route(again, [second], true);
    const { data } = await play.store.records.deliveries('*', { eventId: event.id, limit: 10 });
    assert.deepEqual(
      data.map(({ id }) => id),
      [second.id, first.id],
    );
    assert.deepEqual(await play.takeUnrouted(), []);
  }),
  storeCase('parts of one event can be routed in one step', async (play) => {
    const [a, b] = [await play.endpoint(), await play.endpoint()];
    const event = await play.unrouted();
    const [first, second] = [play.newDelivery(a.id), play.newDelivery(b.id)];
    await play.store.events.route([
      { event, deliveries: [first], isLast: false },
      { event, deliveries: [second], isLast: true },
    ]);
    assert.deepEqual(await play.statuses(first.id, second.id), ['pending', 'pending']);
  }),
  storeCase('a part that comes after the last one changes nothing', async (play) => {
    const [a, b] = [await play.endpoint(), await play.endpoint()];
    const event = await play.unrouted();
    await play.route(event, [play.newDelivery(a.id)]);
    await play.route(event, [play.newDelivery(b.id)], false);
    const { data } = await play.store.records.deliveries('*', { eventId: event.id, limit: 10 });
    assert.equal(only(data, 'deliveries').endpointId, a.id);
    assert.deepEqual(await play.takeUnrouted(), [], 'the event has gone back');
  }),
];

const states: readonly DeliveryStoreCase[] = [
  storeCase('a skipped delivery is in the record and never due', async (play) => {
    const { id } = await play.endpoint();
    const skipped = await play.deliver(id, {}, { status: 'skipped' });
    const record = await play.delivery(skipped);
    assert.equal(record.status, 'skipped');
    assert.equal(record.nextAttemptAtMs, undefined);
    assert.ok((record.finishedAtMs ?? 0) >= record.createdAtMs, 'it has no end');
    assert.deepEqual(await play.takeLanes(), []);
    assert.equal((await play.store.records.totals()).pending, 0);
  }),
  storeCase('a delayed delivery is due when its delay has passed', async (play) => {
    const { id } = await play.endpoint();
    const delayed = await play.deliver(id, {}, { delayMs: LEASE_MS });
    const { nextAttemptAtMs, createdAtMs } = await play.delivery(delayed);
    near((nextAttemptAtMs ?? 0) - createdAtMs, LEASE_MS, 'the delay');
    await play.advance(LEASE_MS - MARGIN_MS);
    assert.equal(await play.tryLane(id), undefined, 'it is due too early');
    await play.advance(2 * MARGIN_MS);
    assert.deepEqual(await play.dueIds(await play.lane(id)), [delayed]);
  }),
  storeCase('a delivery for an endpoint that has gone meanwhile is skipped, like others', async (play) => {
    const { id } = await play.endpoint();
    const event = await play.unrouted();
    await play.store.records.deleteEndpoint('acme', id);
    const delivery = play.newDelivery(id);
    await play.route(event, [delivery]);
    assert.deepEqual(await play.takeLanes(), []);
    assert.equal(await play.store.work.skip({ limit: 10 }), 1);
    assert.deepEqual(await play.statuses(delivery.id), ['skipped']);
  }),
  storeCase('the event of a delivery is the one that was appended', async (play) => {
    const { id } = await play.endpoint();
    const event = await play.unrouted({ orderingKey: 'a', endpointId: id });
    await play.route(event, [play.newDelivery(id)]);
    const due = await play.store.work.due(await play.lane(id), { limit: 1, except: [] });
    const { event: carried } = only(due, 'due deliveries');
    assert.deepEqual(plain(carried), plain(event));
  }),
];

export const routing: readonly DeliveryStoreCase[] = [...taking, ...delivering, ...parts, ...states];
