import { DatabaseSync } from 'node:sqlite';
import type { DeliveryStore } from '@countersign/sender';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  type StatementName,
  Statements,
  statementTexts,
} from '../../../packages/sender/src/sqlite/statements.js';
import { newDelivery, newEndpoint, newEvent } from './new-records.js';
import { newPath, openStore } from './open-stores.js';

const DELIVERIES = 20;

/** Statements that look through the deliveries of an endpoint. */
const WALKS: readonly StatementName[] = [
  'deliveriesOfEndpoint',
  'deliveriesToRequeue',
  'deliveriesToRequeueNamed',
];

/** The victim's endpoint with all its deliveries. */
async function newVictim() {
  const path = newPath();
  const store = await openStore(path);
  const { id } = newEndpoint();
  await store.records.createEndpoint(newEndpoint({ id, tenant: 'victim' }));
  const ids = await deliverTo(store, [id], DELIVERIES);
  return { path, store, id, ids };
}

/** Events of the victim, each for all these endpoints; the ids of the deliveries. */
async function deliverTo(store: DeliveryStore, endpointIds: readonly string[], count: number) {
  await store.events.append(Array.from({ length: count }, () => newEvent({ tenant: 'victim' })));
  const events = await store.events.takeUnrouted({ limit: count, leaseMs: 60_000 });
  const routings = events.map((event) => {
    return { event, deliveries: endpointIds.map((endpointId) => newDelivery(endpointId)), isLast: true };
  });
  await store.events.route(routings);
  return routings.flatMap(({ deliveries }) => deliveries.map(({ id }) => id));
}

function walksRun() {
  const spy = vi.spyOn(Statements.prototype, 'all');
  onTestFinished(() => spy.mockRestore());
  return () => spy.mock.calls.map(([name]) => name).filter((name) => WALKS.includes(name));
}

describe.each([
  ['an endpoint', false],
  ['a deleted endpoint', true],
])('%s of another tenant', (_what, isDeleted) => {
  async function newScene() {
    const victim = await newVictim();
    if (isDeleted) await victim.store.records.deleteEndpoint('*', victim.id);
    return { ...victim, walks: walksRun() };
  }

  test.each(['mallory', ''])('is not looked through for %j', async (scope) => {
    const { store, id, ids, walks } = await newScene();
    for (const query of [{}, { status: 'pending' }, { eventId: 'evt' }] as const) {
      const page = await store.records.deliveries(scope, { endpointId: id, limit: 10, ...query });
      expect(page).toEqual({ data: [], nextCursor: undefined });
    }
    for (const deliveryIds of [undefined, ids]) {
      const query = { endpointId: id, statuses: ['pending'] as const, limit: 10, deliveryIds };
      expect(await store.records.requeue(scope, query)).toBe(0);
    }
    expect(walks()).toEqual([]);
  });

  test.each(['victim', '*'])('is looked through for %j', async (scope) => {
    const { store, id, ids, walks } = await newScene();
    const { data } = await store.records.deliveries(scope, { endpointId: id, limit: 100 });
    expect(data.map((record) => record.id)).toEqual(ids.toReversed());
    const query = { endpointId: id, statuses: ['pending'] as const, limit: 100 };
    expect(await store.records.requeue(scope, query)).toBe(DELIVERIES);
    expect(walks()).toContain('deliveriesToRequeue');
  });
});

test('an endpoint of which nothing is in the record is of its own tenant', async () => {
  const store = await openStore();
  const { id } = newEndpoint();
  await store.records.createEndpoint(newEndpoint({ id, tenant: 'victim' }));
  const walks = walksRun();
  await store.records.deliveries('mallory', { endpointId: id, limit: 10 });
  expect(walks()).toEqual([]);
  await store.records.deliveries('victim', { endpointId: id, limit: 10 });
  expect(walks()).toContain('deliveriesOfEndpoint');
});

test.each([
  ['mallory', 0],
  ['', 0],
  ['victim', DELIVERIES],
  [null, DELIVERIES],
])('of an event, the deliveries that %j looks at are %i', async (scope, looked) => {
  const { path, store, id: first } = await newVictim();
  const endpointIds = [first, ...Array.from({ length: DELIVERIES - 1 }, (_, index) => `gone_${index}`)];
  const [deliveryId = ''] = await deliverTo(store, endpointIds, 1);
  const event = await store.records.eventOf('*', deliveryId);
  // Another tenant can choose the same id.
  await store.events.append([newEvent({ tenant: 'mallory', id: event?.id ?? '' })]);
  await store.close();
  const database = new DatabaseSync(path);
  let count = 0;
  // Of what stands in the index, so that it is asked before anything that does not.
  database.function('looked_at', (seq) => {
    count += 1;
    return seq;
  });
  const counting = statementTexts.deliveriesOfEvent.replace('d.seq < ?', 'looked_at(d.seq) < ?');
  expect(counting).toContain('looked_at');
  const rows = database
    .prepare(counting)
    .all(event?.id ?? '', scope, 'pending', Number.MAX_SAFE_INTEGER, null, 100);
  database.close();
  expect(rows).toHaveLength(looked);
  expect(count).toBe(looked);
});
