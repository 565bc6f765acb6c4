import { postgresStore } from '@countersign/postgres';
import type { DeliveryStore, Lane, LaneReport, StoredEvent } from '@countersign/sender';
import { expect, test } from 'vitest';
import { statementsOf } from '../../packages/postgres/src/delivery/sql/statements.js';
import { ended, newDelivery, newEndpoint, newEvent, report } from '../sender/sqlite/new-records.js';
import { testPool, testSchema } from '../services/postgres.js';
import { describeWithPostgres } from '../services/services.js';
import { addHistory } from './history.js';
import { type Pages, watchedPool } from './watched-pool.js';

/** A page or two more for each level that an index grows by, at each row that is looked up. */
const GROWTH = 2;

const endpoint = (fields: Parameters<typeof newEndpoint>[0] = {}) =>
  newEndpoint({ tenant: 'acme', ...fields });
const event = (fields: Parameters<typeof newEvent>[0] = {}) => newEvent({ tenant: 'acme', ...fields });

async function taken(store: DeliveryStore, endpointId: string): Promise<Lane> {
  const [lane] = await store.work.takeLanes({ limit: 1, leaseMs: 60_000, endpointIds: [endpointId] });
  if (lane === undefined) throw new Error('no lane');
  return lane;
}

async function routed(
  store: DeliveryStore,
  endpointIds: readonly string[],
  isLast = true,
): Promise<StoredEvent> {
  await store.events.append([event({ orderingKey: 'a' })]);
  const [found] = await store.events.takeUnrouted({ limit: 1, leaseMs: 60_000 });
  if (found === undefined) throw new Error('no event');
  const deliveries = endpointIds.map((id) => newDelivery(id));
  await store.events.route([{ event: found, deliveries, isLast }]);
  if (!isLast) await store.events.route([{ event: found, deliveries: [], isLast: true }]);
  return found;
}

/** Every call of a store. */
async function playAll(store: DeliveryStore, busy: string): Promise<void> {
  const { events, work, records } = store;
  const same = event();
  await events.append([same]);
  await events.append([same]);
  await events.append([event(), { ...same, digest: 'another' }]);
  await events.takeUnrouted({ limit: 10, leaseMs: 0 });
  await events.subscribers({ tenant: 'acme', patterns: ['*', 'job.*'], limit: 10 });
  await routed(store, [busy, 'gone'], false);
  await routed(store, [busy]);

  const [any] = await work.takeLanes({ limit: 1, leaseMs: 60_000 });
  expect(any?.endpoint.id).toBe(busy);
  await work.renew(any === undefined ? [] : [any], 0);
  const lane = await taken(store, busy);
  const [due] = await work.due(lane, { limit: 10, except: ['none'] });
  await work.settle(lane, { ...report(ended(due?.id ?? '', 'failed')), release: false });
  const [next] = await work.due(lane, { limit: 10, except: [] });
  await work.settle(lane, { ...report(ended(next?.id ?? '')), disable: 'gone' } satisfies LaneReport);
  await work.skip({ limit: 10 });
  await work.outlook({ limit: 10 });

  const query = { limit: 10 };
  for (const scope of ['*', 'acme']) {
    await records.endpoints(scope, query);
    await records.deliveries(scope, { ...query, status: 'failed' });
    await records.deliveries(scope, { ...query, endpointId: busy });
    await records.deliveries(scope, { ...query, endpointId: busy, status: 'pending' });
  }
  await records.deliveries('acme', { ...query, eventId: 'old_7' });
  await records.delivery('acme', 'old_dlv_7');
  await records.eventOf('acme', 'old_dlv_7');
  await records.attempts('acme', 'old_dlv_7');
  await records.endpointTotals('acme', busy, { windowMs: 3_600_000 });
  await records.totals();
  const statuses = ['failed', 'pending', 'skipped'] as const;
  await records.requeue('acme', { endpointId: busy, statuses, limit: 5 });
  await records.requeue('acme', { endpointId: busy, statuses, deliveryIds: ['old_dlv_200'], limit: 5 });
  const other = await records.createEndpoint(endpoint());
  if (other === undefined) throw new Error('no endpoint');
  const moved = { ...other, settings: { url: 'https://elsewhere.example/' } };
  expect(await records.replaceEndpoint(other.revision, moved)).toBeDefined();
  expect(await records.deleteEndpoint('acme', other.id)).toBe(true);
  expect(await records.createEndpoint({ ...endpoint(), id: 'gone' })).toBeUndefined();
  expect(await records.prune({ olderThanMs: 1000, limit: 3 })).toBe(3);
}

async function pagesWith(history: number): Promise<Pages> {
  const pool = testPool();
  const schema = testSchema(pool);
  const { client, pages } = watchedPool(pool, statementsOf(schema));
  const store = postgresStore({ client, schema });
  await store.open();
  const busy = endpoint();
  await store.records.createEndpoint(busy);
  await addHistory(pool, schema, busy.id, history);
  await playAll(store, busy.id);
  return pages;
}

describeWithPostgres('no statement of the record on Postgres', () => {
  test('looks at more the longer the history is', { timeout: 60_000 }, async () => {
    const [short, long] = [await pagesWith(1000), await pagesWith(20_000)];
    // What is written when a call fails, and nothing else, is not played.
    const played = Object.keys(statementsOf('any')).filter(
      (name) => !['giveBack', 'isRouteDue'].includes(name),
    );
    expect(new Set(long.keys())).toEqual(new Set(played));
    for (const [name, pages] of long) {
      const before = short.get(name) ?? 0;
      expect
        .soft(pages, `${name}: ${before} pages with 1,000, ${pages} with 20,000`)
        .toBeLessThanOrEqual(GROWTH * before + 10);
    }
  });
});
