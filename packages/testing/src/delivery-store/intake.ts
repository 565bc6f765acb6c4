import assert from 'node:assert/strict';
import { only, plain } from './checks.js';
import type { DeliveryStoreCase } from './delivery-store-case.js';
import { storeCase } from './play.js';
import { digestOf } from './settlements.js';

const other = digestOf('other content');

export const intake: readonly DeliveryStoreCase[] = [
  storeCase('opening an open store changes nothing', async (play) => {
    const endpoint = await play.endpoint();
    await play.store.open();
    assert.deepEqual(await play.store.records.endpoint('acme', endpoint.id), endpoint);
  }),
  storeCase('an appended event is new, and waits to be routed', async (play) => {
    const event = play.newEvent();
    assert.deepEqual(await play.append(event), [true]);
    assert.equal(only(await play.takeUnrouted(), 'unrouted events').id, event.id);
  }),
  storeCase('all that was given of an event comes back, and no more', async (play) => {
    const events = [
      play.newEvent(),
      play.newEvent({ orderingKey: 'machine "7" / Ä', endpointId: 'ep_1', tenant: '' }),
    ];
    await play.append(...events);
    const taken = await play.takeUnrouted();
    assert.deepEqual(plain(taken.map(({ key: _key, ...event }) => event)), events);
    assert.equal(new Set(taken.map(({ key }) => key)).size, 2, 'two events have one key');
  }),
  storeCase('data comes back byte for byte', async (play) => {
    const texts = [
      '{ "b" : 1.0, "a" : 1e400 ,"a":2 }\r\n',
      '{"nul":"\\u0000","lone":"\\ud800","slash":"\\/"}',
      '{"text":"Zoë 日本 👩‍🚀 \u2028"}',
      `"${'ü'.repeat(131_000)}"`,
    ];
    const events = texts.map((data) => play.newEvent({ data }));
    await play.append(...events);
    const taken = await play.takeUnrouted();
    assert.equal(taken.length, texts.length);
    for (const [index, text] of texts.entries()) {
      assert.ok(taken[index]?.data === text, `${text.slice(0, 50)} came back as another text`);
    }
  }),
  storeCase('what the producer changes later changes nothing', async (play) => {
    const event: { data: string } & ReturnType<typeof play.newEvent> = { ...play.newEvent() };
    const { data } = event;
    const appended = play.append(event);
    event.data = '{"changed":true}';
    await appended;
    event.data = '{"changed":"later"}';
    assert.equal(only(await play.takeUnrouted(), 'unrouted events').data, data);
  }),
  storeCase('the same event again is stored once', async (play) => {
    const event = play.newEvent();
    await play.append(event);
    assert.deepEqual(await play.append(event, play.newEvent()), [false, true]);
    assert.deepEqual(await play.append(event, event), [false, false]);
    assert.equal((await play.takeUnrouted()).length, 2);
  }),
  storeCase('the same event again, after it was routed, is not routed again', async (play) => {
    const event = play.newEvent();
    await play.append(event);
    await play.route(only(await play.takeUnrouted(), 'unrouted events'), []);
    assert.deepEqual(await play.append(event), [false]);
    assert.deepEqual(await play.takeUnrouted(), []);
  }),
  storeCase('an id with other content is a conflict, and nothing is stored', async (play) => {
    const [event, fresh] = [play.newEvent(), play.newEvent()];
    await play.append(event);
    const result = await play.store.events.append([fresh, { ...event, digest: other }]);
    assert.deepEqual(result, { outcome: 'conflict', ids: [event.id] });
    assert.equal(only(await play.takeUnrouted(), 'unrouted events').id, event.id);
    assert.deepEqual(await play.append(fresh), [true], 'a conflict has left something behind');
  }),
  storeCase('one id twice in a batch: the same event is stored once', async (play) => {
    const event = play.newEvent();
    assert.deepEqual(await play.append(event, event), [true, false]);
    assert.equal((await play.takeUnrouted()).length, 1);
  }),
  storeCase(
    'one id twice in a batch with other content is a conflict, and nothing is stored',
    async (play) => {
      const event = play.newEvent();
      const result = await play.store.events.append([event, { ...event, digest: other }]);
      assert.deepEqual(result, { outcome: 'conflict', ids: [event.id] });
      assert.deepEqual(await play.takeUnrouted(), []);
    },
  ),
  storeCase('one id at two tenants is two events', async (play) => {
    const event = play.newEvent();
    const others = ['', 'other'].map((tenant) => ({ ...event, tenant, digest: other }));
    assert.deepEqual(await play.append(event, ...others), [true, true, true]);
    assert.equal((await play.takeUnrouted()).length, 3);
  }),
  storeCase('a batch of nothing appends nothing', async (play) => {
    assert.deepEqual(await play.append(), []);
    assert.deepEqual(await play.takeUnrouted(), []);
  }),
];
