import assert from 'node:assert/strict';
import { allPages, codeOf, plain } from './checks.js';
import type { DeliveryStoreCase } from './delivery-store-case.js';
import { type Play, storeCase } from './play.js';

async function subscribersOf(
  play: Play,
  tenant: string,
  patterns: readonly string[],
): Promise<readonly string[]> {
  const { data } = await play.store.events.subscribers({ tenant, patterns, limit: 100 });
  return data.map(({ endpointId }) => endpointId).sort();
}

export const subscribers: readonly DeliveryStoreCase[] = [
  storeCase('subscribers are those with one of the patterns, each once', async (play) => {
    const [exact, prefix, all, both] = [
      await play.endpoint({ events: ['job.done'] }),
      await play.endpoint({ events: ['job.*'] }),
      await play.endpoint({ events: ['*'] }),
      await play.endpoint({ events: ['job.done', 'job.*', 'machine.up'] }),
    ];
    await play.endpoint({ events: ['job.doned', 'jobs.*', 'job'] });
    assert.deepEqual(
      await subscribersOf(play, 'acme', ['job.done', 'job.*', '*']),
      [exact.id, prefix.id, all.id, both.id].sort(),
    );
    assert.deepEqual(await subscribersOf(play, 'acme', ['machine.up']), [both.id]);
    assert.deepEqual(await subscribersOf(play, 'acme', ['machine.down']), []);
    assert.deepEqual(await subscribersOf(play, 'acme', []), []);
  }),
  storeCase('subscribers are of one tenant: none is no wildcard, nor is *', async (play) => {
    const none = await play.endpoint({ tenant: '' });
    const acme = await play.endpoint({ tenant: 'acme' });
    assert.deepEqual(await subscribersOf(play, '', ['job.*']), [none.id]);
    assert.deepEqual(await subscribersOf(play, 'acme', ['job.*']), [acme.id]);
    assert.deepEqual(await subscribersOf(play, '*', ['job.*']), []);
  }),
  storeCase('subscribers come with status, filters and first delay, disabled ones too', async (play) => {
    const filters = {
      job_types: ['a', 'b'],
      job_priorities: [1, 2.5],
      machine_ids: ['prod-*'],
      custom_filters: { 'result.ok': true, 'result.note': null },
    };
    const filtered = await play.endpoint({ filters, firstDelayMs: 0 });
    const disabled = await play.endpoint({ status: 'disabled', disabledReason: 'requested' });
    const { data } = await play.store.events.subscribers({ tenant: 'acme', patterns: ['job.*'], limit: 10 });
    const byId = new Map(data.map((subscriber) => [subscriber.endpointId, subscriber]));
    assert.equal(byId.size, 2);
    assert.deepEqual(plain(byId.get(filtered.id)), {
      endpointId: filtered.id,
      status: 'enabled',
      filters,
      firstDelayMs: 0,
    });
    assert.deepEqual(plain(byId.get(disabled.id)), { endpointId: disabled.id, status: 'disabled' });
  }),
  storeCase('subscribers are as endpoints are now: edited, or gone', async (play) => {
    const [edited, deleted] = [await play.endpoint(), await play.endpoint()];
    await play.edit(edited.id, { events: ['machine.*'] });
    await play.store.records.deleteEndpoint('acme', deleted.id);
    assert.deepEqual(await subscribersOf(play, 'acme', ['job.*']), []);
    assert.deepEqual(await subscribersOf(play, 'acme', ['machine.*']), [edited.id]);
  }),
  storeCase('subscribers come in pages, each once, while others come and go', async (play) => {
    const ids: string[] = [];
    for (let made = 0; made < 5; made += 1) ids.push((await play.endpoint({ events: ['a', 'b'] })).id);
    const pages = await allPages(async (cursor) => {
      const query = { tenant: 'acme', patterns: ['a', 'b'], limit: 2, cursor };
      const page = await play.store.events.subscribers(query);
      if (cursor === undefined) {
        await play.endpoint({ events: ['b'] });
        await play.store.records.deleteEndpoint('acme', page.data[0]?.endpointId ?? '');
      }
      return page;
    });
    const found = pages.flat().map(({ endpointId }) => endpointId);
    assert.ok(pages.every(({ length }) => length <= 2));
    assert.equal(new Set(found).size, found.length, 'an endpoint came twice');
    assert.ok(
      ids.every((id) => found.includes(id)),
      'an endpoint is missing',
    );
  }),
  storeCase('a cursor that is none of the subscribers’ is refused', async (play) => {
    await play.endpoint();
    for (const cursor of ['', 'nonsense']) {
      const query = { tenant: 'acme', patterns: ['job.*'], limit: 1, cursor };
      assert.equal(await codeOf(play.store.events.subscribers(query)), 'invalid_cursor');
    }
  }),
];
