import { sqliteStore } from '@countersign/sender/sqlite';
import { newDelivery, newEndpoint, newEvent } from '../sender/sqlite/new-records.js';

/** Makes a file with many events, delivered to one endpoint and pending at another, in the same numbers each time. */
export async function makeLongRecord(path: string, events: number, dataBytes = 20): Promise<void> {
  const store = sqliteStore({ path });
  await store.open();
  await store.records.createEndpoint(newEndpoint({ id: 'done' }));
  await store.records.createEndpoint(newEndpoint({ id: 'waiting' }));
  const data = JSON.stringify('é'.repeat(dataBytes / 2));
  for (let left = events; left > 0; left -= 500) {
    const count = Math.min(left, 500);
    await store.events.append(Array.from({ length: count }, () => newEvent({ data })));
    const taken = await store.events.takeUnrouted({ limit: count, leaseMs: 60_000 });
    await store.events.route(
      taken.map((event) => {
        const deliveries = [newDelivery('done'), newDelivery('waiting', { delayMs: 3_600_000 })];
        return { event, deliveries, isLast: true };
      }),
    );
    await deliver(store, count);
  }
  await store.close();
}

async function deliver(store: ReturnType<typeof sqliteStore>, count: number): Promise<void> {
  const [lane] = await store.work.takeLanes({ limit: 1, leaseMs: 60_000 });
  if (lane === undefined) throw new Error('no lane has anything to do');
  const due = await store.work.due(lane, { limit: count, except: [] });
  const settlements = due.map(({ id: deliveryId }) => ({
    deliveryId,
    attempt: { number: 1, durationMs: 0.1 + 0.2, status: 200 },
    next: { status: 'delivered' as const },
  }));
  const tallies = [{ measure: 'delivered' as const, bin: 0, count, totalMs: 0.3 * count }];
  const state = { failures: 0, successes: count };
  await store.work.settle(lane, { settlements, tallies, state, release: true });
}
