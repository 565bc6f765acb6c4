import assert from 'node:assert/strict';
import type { Lane } from '@countersign/sender';
import { atOnce, countOf } from './at-once.js';
import { codeOf, defined } from './checks.js';
import type { DeliveryStoreCase } from './delivery-store-case.js';
import { type Play, storeCase } from './play.js';
import { delivered, failed, retried } from './settlements.js';

export const recordRaces: readonly DeliveryStoreCase[] = [
  storeCase('of 20 who make one endpoint at once, one does', async (play) => {
    const draft = play.draft();
    const answers = await atOnce(20, () => play.store.records.createEndpoint(draft));
    assert.equal(
      countOf(answers, (record) => record !== undefined),
      1,
    );
    assert.equal((await play.store.records.totals()).endpoints, 1);
  }),
  storeCase('of 20 who change one revision at once, one does', async (play) => {
    const endpoint = await play.endpoint();
    const answers = await atOnce(20, (index) =>
      play.store.records.replaceEndpoint(1, { ...endpoint, events: [`event.${index}`] }),
    );
    const winner = answers.find((record) => record !== undefined);
    assert.equal(
      countOf(answers, (record) => record !== undefined),
      1,
    );
    const record = await play.store.records.endpoint('acme', endpoint.id);
    assert.equal(record?.revision, 2);
    assert.deepEqual(record?.events, winner?.events);
  }),
  storeCase('an endpoint that is edited and disabled at once is given, or it is not', async (play) => {
    for (let round = 0; round < 20; round += 1) {
      const endpoint = await play.endpoint();
      const { id } = endpoint;
      const [first = ''] = await play.deliverMany(id, 2);
      const lane = await play.lane(id);
      const edits = { ...endpoint, events: ['edited'] };
      await Promise.all([
        play.settle(lane, { settlements: [failed(first)], disable: 'gone', release: true }),
        play.store.records.replaceEndpoint(1, edits),
        play.store.records.replaceEndpoint(2, edits),
      ]);
      const record = defined(await play.store.records.endpoint('*', id), 'the endpoint');
      const isGiven = (await play.tryLane(id)) !== undefined;
      assert.equal(isGiven, record.status === 'enabled', `given: ${isGiven}, ${record.status}`);
    }
  }),
  storeCase('deliveries routed while their endpoint is disabled are skipped in the end', async (play) => {
    for (let round = 0; round < 10; round += 1) {
      const endpoint = await play.endpoint();
      const event = await play.unrouted();
      const delivery = play.newDelivery(endpoint.id);
      await Promise.all([
        play.route(event, [delivery]),
        play.store.records.replaceEndpoint(1, { ...endpoint, status: 'disabled' }),
        play.store.work.skip({ limit: 10 }),
      ]);
      await play.store.work.skip({ limit: 10 });
      assert.deepEqual(await play.statuses(delivery.id), ['skipped']);
    }
    assert.equal((await play.store.records.totals()).pending, 0);
  }),
  storeCase('whatever happens at once, nothing is stranded and the counts are right', async (play) => {
    const { id } = await play.endpoint();
    const { records, work, events } = play.store;
    const old = await play.deliverMany(id, 10, { orderingKey: 'a' });
    const others = await play.deliverMany(id, 10);
    await play.work(id, ...others.slice(0, 5).map((other) => failed(other)));
    await play.append(...Array.from({ length: 10 }, () => play.newEvent({ orderingKey: 'a' })));
    const unrouted = await play.takeUnrouted();
    const lane = await play.lane(id);
    const statuses = ['failed', 'pending'] as const;
    const codes = await Promise.all(
      [
        ...unrouted.map((event) =>
          events.route([{ event, deliveries: [play.newDelivery(id)], isLast: true }]),
        ),
        ...old.map((delivery) => play.trySettle(lane, { settlements: [delivered(delivery)] })),
        ...others.slice(5).map((other) => play.trySettle(lane, { settlements: [retried(other)] })),
        records.requeue('*', { endpointId: id, statuses, limit: 5 }),
        records.requeue('*', { endpointId: id, statuses: ['failed'], limit: 100 }),
        work.renew([lane], 60_000),
        work.skip({ limit: 10 }),
        work.outlook({ limit: 10 }),
        records.prune({ olderThanMs: 0, limit: 100 }),
      ].map((call) => codeOf(call)),
    );
    assert.deepEqual(new Set(codes), new Set([undefined]), 'a call was refused');
    await drain(play, lane);
    assert.deepEqual(await records.totals(), { endpoints: 1, pending: 0, retrying: 0 });
  }),
];

/** Delivers whatever is due, until nothing is. */
async function drain(play: Play, lane: Lane): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    const due = await play.store.work.due(lane, { limit: 100, except: [] });
    if (due.length === 0) return;
    await play.settle(lane, { settlements: due.map(({ id, attempts }) => delivered(id, attempts + 1)) });
  }
}
