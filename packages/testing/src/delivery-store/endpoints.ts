import assert from 'node:assert/strict';
import type { EndpointDraft } from '@countersign/sender';
import { allPages, codeOf, defined, near, plain } from './checks.js';
import type { DeliveryStoreCase } from './delivery-store-case.js';
import { type Play, storeCase } from './play.js';
import { LEASE_MS, LONG_MS, MARGIN_MS } from './times.js';

const whole: Partial<EndpointDraft> = {
  status: 'disabled',
  disabledReason: 'requested',
  events: ['job.*', 'machine.up', '*'],
  firstDelayMs: 250,
  filters: { job_types: ['a'], custom_filters: { 'a.b': 1, 'nul \u0000': null, c: false } },
  secrets: [
    { id: 'new', value: 'whsec_bmV3' },
    { id: 'old', value: 'whsec_b2xk', expiresInMs: LONG_MS },
  ],
  settings: {
    url: 'https://receiver.example/hooks?a=%20',
    name: 'Zoë',
    description: 'nul \u0000, \u2028, 👩‍🚀 and "quotes"',
    headers: { authorization: 'sealed' },
    retry: { maxAttempts: 5, delaysMs: [0, 1_000] },
    concurrency: 8,
    rateLimit: { perSecond: 0.5 },
  },
};

const read = (play: Play, id: string, scope = 'acme') => play.store.records.endpoint(scope, id);

/** What was written of an endpoint, its secrets' ages left out. */
const written = (draft: EndpointDraft): unknown => {
  const secrets = draft.secrets.map(({ id, value }) => ({ id, value }));
  const { id, tenant, status, disabledReason, events, filters, firstDelayMs, settings } = draft;
  return plain({ id, tenant, status, disabledReason, events, filters, firstDelayMs, secrets, settings });
};

const editing: readonly DeliveryStoreCase[] = [
  storeCase('an endpoint comes back as it was written, with revision 1', async (play) => {
    for (const draft of [play.draft(), play.draft(whole)]) {
      const record = defined(await play.store.records.createEndpoint(draft), 'the endpoint');
      assert.deepEqual(written(record), written(draft));
      assert.equal(record.revision, 1);
      assert.equal(record.updatedAtMs, record.createdAtMs);
      assert.deepEqual(written(defined(await read(play, draft.id), 'the endpoint')), written(draft));
    }
  }),
  storeCase('what changes in a draft later changes nothing', async (play) => {
    const events = ['job.*'];
    const headers: Record<string, string> = { a: '1' };
    const settings = { url: 'https://receiver.example/', headers };
    const created = play.store.records.createEndpoint(play.draft({ events, settings }));
    events.push('*');
    headers['a'] = '2';
    const { id } = defined(await created, 'the endpoint');
    headers['a'] = '3';
    const record = await read(play, id);
    assert.deepEqual(record?.events, ['job.*']);
    assert.deepEqual(plain(record?.settings.headers), { a: '1' });
  }),
  storeCase(
    'an id is taken once, whoever asks, and while deliveries of a deleted endpoint have it',
    async (play) => {
      const { id, settings } = await play.endpoint();
      for (const tenant of ['acme', 'other']) {
        const draft = play.draft({ id, tenant, settings: { url: 'https://other.example/' } });
        assert.equal(await play.store.records.createEndpoint(draft), undefined);
      }
      assert.deepEqual(plain((await read(play, id))?.settings), settings);
      await play.deliver(id);
      await play.store.records.deleteEndpoint('acme', id);
      const draft = play.draft({ id, tenant: 'other' });
      assert.equal(
        await play.store.records.createEndpoint(draft),
        undefined,
        'deliveries have got a new owner',
      );
    },
  ),
  storeCase('an endpoint is replaced whole, and its revision grows', async (play) => {
    const created = await play.endpoint(whole);
    const draft = play.draft({ id: created.id, events: ['*'] });
    const replaced = await play.store.records.replaceEndpoint(1, draft);
    assert.deepEqual(written(defined(replaced, 'the endpoint')), written(draft));
    assert.equal(replaced?.revision, 2);
    assert.equal(replaced?.createdAtMs, created.createdAtMs);
    assert.ok((replaced?.updatedAtMs ?? 0) >= created.updatedAtMs);
    assert.deepEqual(plain(await read(play, created.id)), plain(replaced));
  }),
  storeCase('an endpoint is replaced only by who knows its revision', async (play) => {
    const { id } = await play.endpoint();
    const second = await play.edit(id, { events: ['a'] });
    for (const revision of [0, 1, 3]) {
      const draft = play.draft({ id, events: ['b'] });
      assert.equal(await play.store.records.replaceEndpoint(revision, draft), undefined);
    }
    assert.deepEqual(plain(await read(play, id)), plain(second));
    await play.store.records.deleteEndpoint('acme', id);
    assert.equal(await play.store.records.replaceEndpoint(2, second), undefined);
    assert.equal(await play.store.records.replaceEndpoint(1, play.draft()), undefined);
  }),
  storeCase('an endpoint stays with its tenant', async (play) => {
    const { id } = await play.endpoint({ tenant: 'acme' });
    const replaced = await play.store.records.replaceEndpoint(1, play.draft({ id, tenant: 'other' }));
    assert.equal(replaced?.tenant, 'acme');
    assert.equal(await read(play, id, 'other'), undefined);
  }),
  storeCase(
    'a change unparks the lane; what was disabled, or goes elsewhere, starts afresh, but for its successes',
    async (play) => {
      const { id } = await play.endpoint();
      await play.deliver(id);
      const state = { failures: 3, successes: 6, failingForMs: 0, rateDebtMs: LONG_MS, parkForMs: LONG_MS };
      await play.settle(await play.lane(id), { state, release: true });
      await play.edit(id, { events: ['job.*', 'b'] });
      const lane = await play.lane(id);
      assert.equal(lane.state.failures, 3);
      assert.equal(lane.state.parkForMs, undefined);
      await play.settle(lane, { state, release: true, disable: 'failing' });
      await play.edit(id, { status: 'enabled', disabledReason: undefined });
      const again = await play.lane(id);
      assert.deepEqual(plain(again.state), { failures: 0, successes: 6 });
      await play.settle(again, { state, release: true });
      await play.edit(id, { settings: { url: 'https://elsewhere.example/' } });
      assert.deepEqual(plain((await play.lane(id)).state), { failures: 0, successes: 6 });
    },
  ),
];

const reading: readonly DeliveryStoreCase[] = [
  storeCase('an endpoint is seen by its tenant and by operators', async (play) => {
    const [acme, none] = [await play.endpoint(), await play.endpoint({ tenant: '' })];
    for (const [scope, seen] of [
      ['acme', [acme.id]],
      ['other', []],
      ['', [none.id]],
      ['*', [acme.id, none.id]],
    ] as const) {
      const { data } = await play.store.records.endpoints(scope, { limit: 10 });
      assert.deepEqual(
        data.map(({ id }) => id),
        seen,
      );
      for (const { id } of [acme, none]) {
        const isSeen = (await read(play, id, scope)) !== undefined;
        assert.equal(
          isSeen,
          seen.some((other) => other === id),
        );
      }
    }
    assert.equal(await read(play, 'unknown', '*'), undefined);
  }),
  storeCase('an endpoint is deleted by its tenant and by operators, once', async (play) => {
    const [first, second] = [await play.endpoint(), await play.endpoint()];
    for (const scope of ['other', '']) {
      assert.equal(await play.store.records.deleteEndpoint(scope, first.id), false);
    }
    assert.notEqual(await read(play, first.id), undefined);
    assert.equal(await play.store.records.deleteEndpoint('acme', first.id), true);
    assert.equal(await play.store.records.deleteEndpoint('acme', first.id), false);
    assert.equal(await read(play, first.id, '*'), undefined);
    assert.equal(await play.store.records.deleteEndpoint('*', second.id), true);
    assert.deepEqual((await play.store.records.endpoints('*', { limit: 10 })).data, []);
  }),
  storeCase('endpoints come in pages, the oldest first, while others come and go', async (play) => {
    const ids: string[] = [];
    for (let made = 0; made < 5; made += 1) ids.push((await play.endpoint()).id);
    const pages = await allPages(async (cursor) => {
      const page = await play.store.records.endpoints('acme', { limit: 2, cursor });
      if (cursor === undefined) {
        ids.push((await play.endpoint()).id);
        await play.store.records.deleteEndpoint('acme', page.data[1]?.id ?? '');
      }
      return page;
    });
    assert.deepEqual(
      pages.flat().map(({ id }) => id),
      ids,
    );
    assert.ok(pages.every(({ length }) => length <= 2));
  }),
  storeCase('a page that holds the last ones has no cursor', async (play) => {
    await play.endpoint();
    await play.endpoint();
    const { nextCursor } = await play.store.records.endpoints('acme', { limit: 2 });
    assert.equal(nextCursor, undefined);
    assert.notEqual((await play.store.records.endpoints('acme', { limit: 1 })).nextCursor, undefined);
  }),
  storeCase('a cursor that is none of the endpoints’ is refused', async (play) => {
    const { id } = await play.endpoint();
    await play.deliverMany(id, 2);
    const other = await play.store.records.deliveries('acme', { endpointId: id, limit: 1 });
    for (const cursor of ['', 'nonsense', 'e30', '9'.repeat(400), defined(other.nextCursor, 'a cursor')]) {
      const call = play.store.records.endpoints('acme', { limit: 1, cursor });
      assert.equal(await codeOf(call), 'invalid_cursor', `${cursor.slice(0, 20)} was taken for a cursor`);
    }
  }),
  storeCase('a cursor that is no text is refused by every list, as the member `cursor`', async (play) => {
    const { events, records } = play.store;
    const { id: endpointId } = await play.endpoint();
    for (const cursor of [5, null, {}, [], true]) {
      for (const call of [
        () => Reflect.apply(records.endpoints, records, ['acme', { limit: 1, cursor }]),
        () => Reflect.apply(records.deliveries, records, ['acme', { endpointId, limit: 1, cursor }]),
        () =>
          Reflect.apply(events.subscribers, events, [{ tenant: 'acme', patterns: ['*'], limit: 1, cursor }]),
      ]) {
        await assert.rejects(call, { code: 'invalid_cursor', field: 'cursor' });
      }
    }
  }),
];

const secrets: readonly DeliveryStoreCase[] = [
  storeCase('a secret’s time runs by the store’s clock, and what has run out is left out', async (play) => {
    const { id } = await play.endpoint({
      secrets: [
        { id: 'now', value: 'a' },
        { id: 'long', value: 'b', expiresInMs: LONG_MS },
        { id: 'short', value: 'c', expiresInMs: LEASE_MS },
      ],
    });
    await play.deliver(id);
    const lane = await play.lane(id);
    await play.advance(LEASE_MS - MARGIN_MS);
    const before = (await read(play, id))?.secrets ?? [];
    assert.deepEqual(
      before.map((secret) => secret.id),
      ['now', 'long', 'short'],
    );
    near(before[2]?.expiresInMs, MARGIN_MS, 'the rest of its time');
    await play.advance(2 * MARGIN_MS);
    const [renewed] = await play.store.work.renew([lane], LONG_MS);
    await play.release(lane);
    for (const secretsNow of [
      (await read(play, id))?.secrets,
      renewed?.endpoint.secrets,
      (await play.lane(id)).endpoint.secrets,
      (await play.store.records.endpoints('acme', { limit: 1 })).data[0]?.secrets,
    ]) {
      assert.deepEqual(
        secretsNow?.map((secret) => secret.id),
        ['now', 'long'],
      );
      assert.equal(secretsNow?.[0]?.expiresInMs, undefined);
      near(secretsNow?.[1]?.expiresInMs, LONG_MS - LEASE_MS - MARGIN_MS, 'the rest of its time');
    }
  }),
];

export const endpoints: readonly DeliveryStoreCase[] = [...editing, ...reading, ...secrets];
