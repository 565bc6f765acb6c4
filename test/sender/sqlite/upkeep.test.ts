import { DatabaseSync } from 'node:sqlite';
import type { DeliveryStore } from '@countersign/sender';
import { fakeClock } from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import { ended, newDelivery, newEndpoint, newEvent, report } from './new-records.js';
import { addEndpoint, deliver, newPath, openStore, takeLane } from './open-stores.js';

const HOUR_MS = 3_600_000;

/** Routes an event to so many endpoints that are not there, so that nothing of it is pending. */
async function fanOut(store: DeliveryStore, deliveries: number): Promise<void> {
  await store.events.append([newEvent()]);
  const [event] = await store.events.takeUnrouted({ limit: 1, leaseMs: 1000 });
  if (event === undefined) throw new Error('no event');
  const all = Array.from({ length: deliveries }, (_, index) => {
    return newDelivery(`gone_${index}`, { status: 'skipped' });
  });
  await store.events.route([{ event, deliveries: all, isLast: true }]);
}

/** What stands in the tables, once the store is closed. */
async function rowsOf(path: string, store: DeliveryStore): Promise<Record<string, unknown>> {
  await store.close();
  const database = new DatabaseSync(path);
  const tables = ['events', 'deliveries', 'attempts', 'lanes', 'tallies', 'endpoints', 'subscriptions'];
  const counts = tables.map((table) => [
    table,
    database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'],
  ]);
  database.close();
  return Object.fromEntries(counts);
}

describe('prune', () => {
  test('forgets an event of thousands of deliveries, which no single step could', async () => {
    const path = newPath();
    const store = await openStore(path);
    await fanOut(store, 2500);
    await fanOut(store, 1);
    expect(await store.records.prune({ olderThanMs: 0, limit: 10 })).toBe(2);
    expect(await rowsOf(path, store)).toMatchObject({ events: 0, deliveries: 0, lanes: 0 });
  });

  test('looks behind hundreds of events that it must keep', async () => {
    const store = await openStore();
    const { id } = await addEndpoint(store);
    await store.events.append(Array.from({ length: 300 }, () => newEvent()));
    const kept = await store.events.takeUnrouted({ limit: 300, leaseMs: 1000 });
    await store.events.route(kept.map((event) => ({ event, deliveries: [newDelivery(id)], isLast: true })));
    for (let made = 0; made < 5; made += 1) await fanOut(store, 1);
    const prune = () => store.records.prune({ olderThanMs: 0, limit: 2 });
    expect([await prune(), await prune(), await prune(), await prune()]).toEqual([2, 2, 1, 0]);
  });

  test('finds what came to its end behind the place to which it had come', async () => {
    const store = await openStore();
    const { id } = await addEndpoint(store);
    const delivery = await deliver(store, id);
    for (let made = 0; made < 3; made += 1) await fanOut(store, 1);
    expect(await store.records.prune({ olderThanMs: 0, limit: 2 })).toBe(2);
    await store.work.settle(await takeLane(store, id), report(ended(delivery)));
    expect(await store.records.prune({ olderThanMs: 0, limit: 3 })).toBe(2);
    expect(await store.records.prune({ olderThanMs: 0, limit: 3 })).toBe(0);
  });

  test('leaves nothing of an endpoint that is deleted', async () => {
    const path = newPath();
    const store = await openStore(path);
    const { id } = await addEndpoint(store);
    const delivery = await deliver(store, id);
    await store.work.settle(await takeLane(store, id), report(ended(delivery)));
    await store.records.deleteEndpoint('*', id);
    expect(await store.records.createEndpoint(newEndpoint({ id }))).toBeUndefined();
    expect(await store.records.prune({ olderThanMs: 0, limit: 10 })).toBe(1);
    const empty = { events: 0, deliveries: 0, attempts: 0, lanes: 0, endpoints: 0, subscriptions: 0 };
    expect(await rowsOf(path, store)).toMatchObject(empty);
    await store.open();
    expect(await store.records.createEndpoint(newEndpoint({ id }))).toMatchObject({ revision: 1 });
  });

  test('an endpoint that nothing was sent to leaves nothing when it is deleted', async () => {
    const path = newPath();
    const store = await openStore(path);
    const { id } = await addEndpoint(store);
    await store.records.deleteEndpoint('*', id);
    expect(await rowsOf(path, store)).toMatchObject({ lanes: 0, endpoints: 0, subscriptions: 0 });
  });

  test('forgets the tallies of hours that nobody asks for any more, and no others', async () => {
    const path = newPath();
    const { now, advance } = fakeClock();
    const store = await openStore(path, now);
    const { id } = await addEndpoint(store);
    for (let hour = 0; hour < 60; hour += 1) {
      await deliver(store, id);
      const tallies = [{ measure: 'delivered', bin: 0, count: 1, totalMs: 0 }] as const;
      await store.work.settle(await takeLane(store, id), { ...report(), tallies });
      await advance(HOUR_MS);
    }
    const countOf = async (hours: number) => {
      const totals = await store.records.endpointTotals('*', id, { windowMs: hours * HOUR_MS });
      return totals?.tallies[0]?.count;
    };
    const before = await countOf(24);
    await store.records.prune({ olderThanMs: 1000 * HOUR_MS, limit: 10 });
    expect(await countOf(24)).toBe(before);
    expect(await countOf(10_000)).toBe(48);
    expect(await rowsOf(path, store)).toMatchObject({ tallies: 48, events: 60 });
  });
});

describe('requeue', () => {
  test('finds deliveries of a time among older ones, and takes no more than were asked for', async () => {
    const { now, advance } = fakeClock();
    const store = await openStore(newPath(), now);
    const { id } = await addEndpoint(store);
    const ids: string[] = [];
    for (let made = 0; made < 40; made += 1) {
      ids.push(await deliver(store, id));
      await advance(1000);
    }
    const lane = await takeLane(store, id);
    await store.work.settle(lane, report(...ids.map((delivery) => ended(delivery, 'failed'))));
    const query = { endpointId: id, statuses: ['failed'] as const, createdWithinMs: 10_000 };
    expect(await store.records.requeue('*', { ...query, limit: 4 })).toBe(4);
    expect(await store.records.requeue('*', { ...query, limit: 100 })).toBe(6);
    const { data } = await store.records.deliveries('*', { endpointId: id, status: 'pending', limit: 100 });
    expect(data.map((record) => record.id)).toEqual(ids.slice(30).toReversed());
  });
});
