import assert from 'node:assert/strict';
import type { NewEvent, StoredEvent } from '@countersign/sender';
import { atOnce, countOf, untilNothing } from './at-once.js';
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
    const rest = await untilNothing(() => play.takeUnrouted(5));
    assert.deepEqual([...taken, ...rest].map(({ id }) => id).sort(), events.map(({ id }) => id).sort());
  }),
  storeCase('of takers at once, one is given the events of a key, in their order', async (play) => {
    for (let round = 0; round < 5; round += 1) {
      const events = Array.from({ length: 40 }, (_, index) =>
        play.newEvent({ orderingKey: `key ${round} ${index % 4}` }),
      );
      await play.append(...events);
      const takes = await atOnce(8, () => play.takeUnrouted(5));
      for (const key of new Set(events.map(({ orderingKey }) => orderingKey))) {
        const owners = takes.map((take) => idsOf(key, take)).filter(({ length }) => length > 0);
        assert.ok(owners.length <= 1, 'two takers have events of one key in their hands');
        const given = owners[0] ?? [];
        assert.deepEqual(given, idsOf(key, events).slice(0, given.length));
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

/** The ids of a key's events. */
const idsOf = (key: string | undefined, events: readonly NewEvent[]): readonly string[] =>
  events.filter(({ orderingKey }) => orderingKey === key).map(({ id }) => id);

/** Routes these to nobody, and all that are left. */
async function routeAll(play: Play, events: readonly StoredEvent[]): Promise<void> {
  const route = (list: readonly StoredEvent[]) =>
    play.store.events.route(list.map((event) => ({ event, deliveries: [], isLast: true })));
  await route(events);
  await untilNothing(async () => {
    const left = await play.takeUnrouted(1_000);
    await route(left);
    return left;
  });
}
