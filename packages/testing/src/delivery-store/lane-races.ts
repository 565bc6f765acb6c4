import assert from 'node:assert/strict';
import { atOnce, countOf, untilNothing } from './at-once.js';
import { defined } from './checks.js';
import type { DeliveryStoreCase } from './delivery-store-case.js';
import { storeCase } from './play.js';
import { delivered, failed } from './settlements.js';

export const laneRaces: readonly DeliveryStoreCase[] = [
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
    const taken = [...takes.flat(), ...(await untilNothing(() => play.takeLanes(4)))];
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
  storeCase('many lanes are renewed while events are routed to all of them', async (play) => {
    const ids: string[] = [];
    for (let made = 0; made < 40; made += 1) {
      const { id } = await play.endpoint();
      await play.deliver(id);
      ids.push(id);
    }
    const held = await play.takeLanes();
    await play.append(...Array.from({ length: 20 }, () => play.newEvent()));
    const events = await play.takeUnrouted();
    const turned = <T>(list: readonly T[], index: number) => (index % 2 === 0 ? list : list.toReversed());
    const calls = events.flatMap((event, index) => [
      play.route(
        event,
        turned(ids, index).map((id) => play.newDelivery(id)),
      ),
      play.store.work.renew(turned(held, index), 60_000).then(({ length }) => assert.equal(length, 40)),
    ]);
    await Promise.all(calls);
    assert.equal((await play.store.records.totals()).pending, 40 + 20 * 40);
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
