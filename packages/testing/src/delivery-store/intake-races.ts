import assert from 'node:assert/strict';
import type { StoredEvent } from '@countersign/sender';
import { atOnce, countOf } from './at-once.js';
import type { DeliveryStoreCase } from './delivery-store-case.js';
import { type Play, storeCase } from './play.js';
import { digestOf } from './settlements.js';

export const intakeRaces: readonly DeliveryStoreCase[] = [
  storeCase('100 producers of one event at once: it is new to one of them', async (play) => {
    const event = play.newEvent();
    const answers = await atOnce(100, () => play.append(event));
    assert.equal(
      countOf(answers, ([isNew]) => isNew === true),
      1,
    );
    assert.equal((await play.takeUnrouted()).length, 1);
  }),
  storeCase('20 contents under one id at once: one is stored, the others are conflicts', async (play) => {
    const event = play.newEvent();
    const answers = await atOnce(20, (index) =>
      play.store.events.append([play.newEvent(), { ...event, digest: digestOf(`content ${index}`) }]),
    );
    assert.equal(
      countOf(answers, ({ outcome }) => outcome === 'appended'),
      1,
    );
    assert.equal((await play.takeUnrouted()).length, 2, 'conflicts have left something behind');
  }),
  storeCase('batches that share events in opposite orders are all appended', async (play) => {
    for (let round = 0; round < 5; round += 1) {
      const events = Array.from({ length: 200 }, () => play.newEvent());
      const answers = await atOnce(6, (index) =>
        play.append(...(index % 2 === 0 ? events : events.toReversed())),
      );
      assert.equal(
        countOf(answers.flat(), (isNew) => isNew),
        200,
      );
    }
  }),
  storeCase('of takers at once, no two are given one event, and every event is given', async (play) => {
    const events = Array.from({ length: 40 }, () => play.newEvent());
    await play.append(...events);
    const taken = (await atOnce(8, () => play.takeUnrouted(5))).flat();
    for (let more = await play.takeUnrouted(5); more.length > 0; more = await play.takeUnrouted(5)) {
      taken.push(...more);
    }
    assert.deepEqual(taken.map(({ id }) => id).sort(), events.map(({ id }) => id).sort());
  }),
  storeCase('of takers at once, one is given the events of a key, in their order', async (play) => {
    for (let round = 0; round < 5; round += 1) {
      const events = Array.from({ length: 40 }, (_, index) =>
        play.newEvent({ orderingKey: `key ${round} ${index % 4}` }),
      );
      await play.append(...events);
      const takes = await atOnce(8, () => play.takeUnrouted(5));
      for (const key of new Set(events.map(({ orderingKey }) => orderingKey))) {
        const ofKey = (list: readonly { orderingKey?: string | undefined }[]) =>
          list.filter(({ orderingKey }) => orderingKey === key);
        const owners = takes.map(ofKey).filter(({ length }) => length > 0);
        assert.ok(owners.length <= 1, 'two takers have events of one key in their hands');
        const given = (owners[0] ?? []).map((event) => ('id' in event ? event.id : undefined));
        const oldest = ofKey(events).slice(0, given.length);
        assert.deepEqual(
          given,
          oldest.map((event) => ('id' in event ? event.id : undefined)),
        );
      }
      await routeAll(play, takes.flat());
    }
  }),
  storeCase('two who route one event at once make one delivery for each endpoint', async (play) => {
    const endpoints = await Promise.all([play.endpoint(), play.endpoint(), play.endpoint()]);
    for (let round = 0; round < 10; round += 1) {
      const event = await play.unrouted({ orderingKey: 'a' });
      await atOnce(4, (index) => {
        const order = index % 2 === 0 ? endpoints : endpoints.toReversed();
        return play.route(
          event,
          order.map(({ id }) => play.newDelivery(id)),
        );
      });
    }
    for (const { id } of endpoints) {
      const { data } = await play.store.records.deliveries('*', { endpointId: id, limit: 100 });
      assert.equal(data.length, 10);
      const totals = await play.store.records.endpointTotals('*', id, { windowMs: 1 });
      assert.equal(totals?.pending, 10);
    }
  }),
  storeCase('of two who route one event to others at once, one does, and whole', async (play) => {
    const endpoints = await Promise.all([1, 2, 3, 4].map(() => play.endpoint()));
    const ids = endpoints.map(({ id }) => id);
    for (let round = 0; round < 10; round += 1) {
      const event = await play.unrouted();
      const sides = [ids.slice(0, 2), ids.slice(2)];
      await Promise.all(
        sides.map((side) =>
          play.route(
            event,
            side.map((id) => play.newDelivery(id)),
          ),
        ),
      );
      const { data } = await play.store.records.deliveries('*', { eventId: event.id, limit: 10 });
      const found = data.map(({ endpointId }) => endpointId).sort();
      assert.ok(
        sides.some((side) => side.join() === found.join()),
        'an event has deliveries of two routings',
      );
    }
  }),
];

async function routeAll(play: Play, events: readonly StoredEvent[]): Promise<void> {
  await play.store.events.route(events.map((event) => ({ event, deliveries: [], isLast: true })));
  const left = await play.takeUnrouted(1_000);
  if (left.length > 0) await routeAll(play, left);
}
