import { copyFileSync } from 'node:fs';
import type { DeliveryStore } from '@countersign/sender';
import { expect, test } from 'vitest';
import { ended, newDelivery, newEvent, report } from './new-records.js';
import { addEndpoint, deliver, newPath, openStore, takeLane } from './open-stores.js';

/** A store on what is on the disk now, as it is after a crash. */
async function afterCrash(path: string): Promise<DeliveryStore> {
  const copy = newPath();
  for (const companion of ['', '-wal']) copyFileSync(`${path}${companion}`, `${copy}${companion}`);
  return openStore(copy);
}

const takeUnrouted = (store: DeliveryStore) => store.events.takeUnrouted({ limit: 100, leaseMs: 60_000 });

test('after a crash, all that was acknowledged is there', async () => {
  const path = newPath();
  const store = await openStore(path);
  const endpoint = await addEndpoint(store);
  const [a, b] = [await deliver(store, endpoint.id), await deliver(store, endpoint.id)];
  const lane = await takeLane(store, endpoint.id);
  await store.work.settle(lane, {
    ...report(ended(a)),
    tallies: [{ measure: 'delivered', bin: 0, count: 1, totalMs: 0 }],
    state: { failures: 2, successes: 5 },
  });
  const again = await afterCrash(path);
  expect(await again.records.endpoint('*', endpoint.id)).toEqual(endpoint);
  expect(await again.records.delivery('*', a)).toMatchObject({ status: 'delivered', attempts: 1 });
  expect(await again.records.delivery('*', b)).toMatchObject({ status: 'pending', attempts: 0 });
  expect(await again.records.attempts('*', a)).toMatchObject([{ number: 1, status: 200 }]);
  expect(await again.records.totals()).toEqual({ endpoints: 1, pending: 1, retrying: 0 });
  expect(await again.records.endpointTotals('*', endpoint.id, { windowMs: 1 })).toMatchObject({
    tallies: [{ measure: 'delivered', bin: 0, count: 1 }],
  });
  expect(await takeLane(again, endpoint.id)).toMatchObject({ state: { failures: 2, successes: 5 } });
});

test('a crash delays nothing: lanes and events that were held are free at once', async () => {
  const path = newPath();
  const store = await openStore(path);
  const { id } = await addEndpoint(store);
  await deliver(store, id);
  const lane = await takeLane(store, id);
  await store.events.append([newEvent()]);
  const [event] = await takeUnrouted(store);
  const again = await afterCrash(path);
  expect(await takeUnrouted(again)).toEqual([event]);
  const { token } = await takeLane(again, id);
  expect(token).not.toBe(lane.token);
  expect(await again.work.settle(lane, report())).toBe(false);
});

test('a token of before is worth nothing after the store was opened again', async () => {
  const store = await openStore();
  const { id } = await addEndpoint(store);
  const delivery = await deliver(store, id);
  const lane = await takeLane(store, id);
  await store.close();
  await store.open();
  await takeLane(store, id);
  expect(await store.work.settle(lane, report(ended(delivery)))).toBe(false);
  expect(await store.work.due(lane, { limit: 1, except: [] })).toEqual([]);
});

test('events that were routed are not routed again, and those that were not are', async () => {
  const path = newPath();
  const store = await openStore(path);
  const { id } = await addEndpoint(store);
  await store.events.append([newEvent(), newEvent(), newEvent(), newEvent()]);
  const [first, second, third, fourth] = await takeUnrouted(store);
  if (first === undefined || second === undefined || third === undefined) throw new Error('no events');
  const routed = [
    { event: first, deliveries: [newDelivery(id)], isLast: true },
    { event: second, deliveries: [], isLast: true },
    { event: third, deliveries: [newDelivery(id)], isLast: false },
  ];
  await store.events.route(routed);
  const again = await afterCrash(path);
  expect(await takeUnrouted(again)).toEqual([third, fourth]);
  await again.events.route([
    { event: first, deliveries: [newDelivery((await addEndpoint(again)).id)], isLast: true },
  ]);
  expect((await again.records.deliveries('*', { eventId: first.id, limit: 10 })).data).toHaveLength(1);
  await again.events.route([{ event: third, deliveries: [newDelivery(id)], isLast: true }]);
  expect((await again.records.deliveries('*', { eventId: third.id, limit: 10 })).data).toHaveLength(1);
});

test('an event that was taken before the store was closed can still be routed', async () => {
  const store = await openStore();
  const { id } = await addEndpoint(store);
  await store.events.append([newEvent(), newEvent()]);
  const [first, second] = await takeUnrouted(store);
  if (first === undefined || second === undefined) throw new Error('no events');
  await store.close();
  await store.open();
  await store.events.route([{ event: second, deliveries: [newDelivery(id)], isLast: true }]);
  expect(await takeUnrouted(store)).toEqual([first]);
});

test('what is appended after everything was pruned is routed', async () => {
  const path = newPath();
  const store = await openStore(path);
  await store.events.append([newEvent(), newEvent()]);
  await store.events.route(
    (await takeUnrouted(store)).map((event) => ({ event, deliveries: [], isLast: true })),
  );
  expect(await store.records.prune({ olderThanMs: 0, limit: 10 })).toBe(2);
  await store.close();
  const again = await openStore(path);
  const event = newEvent();
  await again.events.append([event]);
  expect(await takeUnrouted(again)).toMatchObject([{ id: event.id }]);
});

test('a routing of before, together with an event that cannot be stored, leaves no event that is not there', async () => {
  const store = await openStore();
  const { id } = await addEndpoint(store);
  await store.events.append([newEvent()]);
  const [event] = await takeUnrouted(store);
  if (event === undefined) throw new Error('no event');
  await store.close();
  await store.open();
  const young = newEvent();
  const calls = await Promise.allSettled([
    store.events.append([young]),
    store.events.route([{ event, deliveries: [newDelivery(id)], isLast: true }]),
    // @ts-expect-error what no column takes
    store.events.append([newEvent({ id: {} })]),
  ]);
  expect(calls.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  const taken = await takeUnrouted(store);
  expect(taken.map((other) => other.id)).toEqual([young.id]);
  await store.events.route(taken.map((other) => ({ event: other, deliveries: [], isLast: true })));
  expect(await store.work.outlook({ limit: 10 })).toEqual({
    due: [{ kind: 'lane', id, delayMs: 0 }],
    nextInMs: undefined,
  });
});
