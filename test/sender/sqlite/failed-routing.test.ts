import { renameSync } from 'node:fs';
import { expect, test } from 'vitest';
import { newDelivery, newEvent } from './new-records.js';
import { addEndpoint, newPath, openStore } from './open-stores.js';

test('events whose deliveries could not be written are given away again at once, in their order', async () => {
  const path = newPath();
  const store = await openStore(path);
  const { id } = await addEndpoint(store);
  const events = [1, 2, 3].map(() => newEvent({ orderingKey: 'a' }));
  await store.events.append(events);
  const take = (limit: number) => store.events.takeUnrouted({ limit, leaseMs: 15_000 });
  const routeAll = (taken: Awaited<ReturnType<typeof take>>) =>
    store.events.route(
      taken.map((event) => ({ event, deliveries: [newDelivery(id)], isLast: event.id !== events[1]?.id })),
    );
  const taken = await take(2);
  expect(await store.work.outlook({ limit: 1 })).toMatchObject({ due: [] });
  renameSync(path, `${path}.elsewhere`);
  await expect(routeAll(taken)).rejects.toMatchObject({ code: 'store_unavailable' });
  renameSync(`${path}.elsewhere`, path);
  expect(await store.work.outlook({ limit: 1 })).toMatchObject({ due: [{ kind: 'route' }] });
  expect(await take(2)).toEqual(taken);
  await routeAll(taken);
  // What is routed in part stays in the hands of who does it.
  expect(await take(3)).toEqual([]);
  const page = await store.records.deliveries('*', { endpointId: id, limit: 10 });
  expect(page.data).toHaveLength(2);
});

test('a routing that fails when the store is closed leaves nothing that the next opening would trip over', async () => {
  const path = newPath();
  const store = await openStore(path);
  const { id } = await addEndpoint(store);
  await store.events.append([newEvent()]);
  const [event] = await store.events.takeUnrouted({ limit: 1, leaseMs: 15_000 });
  if (event === undefined) throw new Error('no event');
  const routing = { event, deliveries: [newDelivery(id)], isLast: true };
  renameSync(path, `${path}.elsewhere`);
  const routed = store.events.route([routing]);
  await Promise.all([expect(routed).rejects.toMatchObject({ code: 'store_unavailable' }), store.close()]);
  await expect(store.events.route([routing])).rejects.toMatchObject({ code: 'store_unavailable' });
  renameSync(`${path}.elsewhere`, path);
  await store.open();
  expect(await store.events.takeUnrouted({ limit: 1, leaseMs: 15_000 })).toEqual([event]);
  await store.events.route([routing]);
  expect(await store.work.outlook({ limit: 1 })).toMatchObject({ due: [{ kind: 'lane', id }] });
});
