import assert from 'node:assert/strict';
import type { Lane, StoredEvent } from '@countersign/sender';
import {
  codeOf,
  type DeliveryStoreCase,
  defined,
  delivered,
  digestOf,
  failed,
  type Play,
  retried,
  storeCase,
} from './play.js';

/** The same call so many times at once. */
const atOnce = <T>(times: number, call: (index: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: times }, (_, index) => call(index)));

const countOf = <T>(list: readonly T[], wanted: (item: T) => boolean): number => list.filter(wanted).length;

const intake: readonly DeliveryStoreCase[] = [
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
    const events = Array.from({ length: 10 }, () => play.newEvent());
    const answers = await atOnce(10, (index) =>
      play.append(...(index % 2 === 0 ? events : events.toReversed())),
    );
    assert.equal(
      countOf(answers.flat(), (isNew) => isNew),
      10,
    );
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
];

async function routeAll(play: Play, events: readonly StoredEvent[]): Promise<void> {
  await play.store.events.route(events.map((event) => ({ event, deliveries: [], isLast: true })));
  const left = await play.takeUnrouted(1_000);
  if (left.length > 0) await routeAll(play, left);
}

const lanes: readonly DeliveryStoreCase[] = [
  storeCase('of takers at once, no two are given one lane, and every lane is given', async (play) => {
    const ids: string[] = [];
    for (let made = 0; made < 20; made += 1) {
      const { id } = await play.endpoint();
      await play.deliver(id);
      ids.push(id);
    }
    const takes = await atOnce(10, (index) =>
      index % 2 === 0
        ? play.takeLanes(4)
        : play.store.work.takeLanes({ limit: 20, leaseMs: 60_000, endpointIds: ids.slice(0, 10) }),
    );
    const taken: Lane[] = takes.flat();
    for (let more = await play.takeLanes(4); more.length > 0; more = await play.takeLanes(4)) {
      taken.push(...more);
    }
    assert.deepEqual(taken.map(({ endpoint }) => endpoint.id).sort(), ids.sort());
  }),
  storeCase('of reports with one token at once, one lets go, and the others write nothing', async (play) => {
    const { id } = await play.endpoint();
    const deliveries = await play.deliverMany(id, 10);
    const lane = await play.lane(id);
    const answers = await atOnce(10, (index) =>
      play.trySettle(lane, { settlements: [delivered(deliveries[index] ?? '')], release: true }),
    );
    assert.equal(
      countOf(answers, (isSettled) => isSettled),
      1,
    );
    assert.equal(
      countOf(await play.statuses(...deliveries), (status) => status === 'delivered'),
      1,
    );
  }),
  storeCase('a delivery routed while the one before it is settled is due after it', async (play) => {
    const { id } = await play.endpoint();
    const heads: string[] = [];
    for (let key = 0; key < 20; key += 1) {
      heads.push(await play.deliver(id, { orderingKey: `key ${key}` }));
    }
    await play.append(...heads.map((_, key) => play.newEvent({ orderingKey: `key ${key}` })));
    const events = await play.takeUnrouted();
    const lane = await play.lane(id);
    await Promise.all(
      heads.flatMap((head, key) => [
        play.route(defined(events[key], 'an event'), [play.newDelivery(id)]),
        play.settle(lane, { settlements: [key % 2 === 0 ? delivered(head) : failed(head)] }),
      ]),
    );
    assert.equal((await play.dueIds(lane)).length, 20, 'deliveries are stranded behind finished ones');
  }),
  storeCase('what is routed while its lane is let go of is not forgotten', async (play) => {
    const { id } = await play.endpoint();
    let last = await play.deliver(id);
    for (let round = 0; round < 20; round += 1) {
      const event = await play.unrouted();
      const next = play.newDelivery(id);
      const lane = await play.lane(id);
      await Promise.all([
        play.route(event, [next]),
        play.settle(lane, { settlements: [delivered(last)], release: true }),
      ]);
      const { due } = await play.store.work.outlook({ limit: 1 });
      assert.equal(due[0]?.id, id, 'nobody will find the lane');
      last = next.id;
    }
  }),
  storeCase('one key’s deliveries are made in order, while others are routed', async (play) => {
    const { id } = await play.endpoint();
    const made: string[] = [];
    const total = 20;
    const produce = async () => {
      for (let count = 0; count < total; count += 1) {
        await play.append(play.newEvent({ orderingKey: 'a', data: String(count) }));
        const events = await play.takeUnrouted();
        for (const event of events) await play.route(event, [play.newDelivery(id)]);
      }
    };
    const consume = async () => {
      for (let idle = 0; made.length < total && idle < 1_000; idle += 1) {
        const lane = await play.tryLane(id);
        if (lane === undefined) continue;
        const due = await play.store.work.due(lane, { limit: 5, except: [] });
        made.push(...due.map(({ event }) => event.data));
        const settlements = due.map((delivery) => delivered(delivery.id));
        await play.settle(lane, { settlements, release: true });
      }
    };
    await Promise.all([produce(), consume()]);
    if (made.length < total) await consume();
    assert.deepEqual(
      made,
      Array.from({ length: total }, (_, count) => String(count)),
    );
  }),
];

const editing: readonly DeliveryStoreCase[] = [
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

export const races: readonly DeliveryStoreCase[] = [...intake, ...lanes, ...editing];
