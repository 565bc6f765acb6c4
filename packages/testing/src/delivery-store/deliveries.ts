import assert from 'node:assert/strict';
import type { DeliveryQuery } from '@countersign/sender';
import { allPages, codeOf, defined, plain } from './checks.js';
import type { DeliveryStoreCase } from './delivery-store-case.js';
import { type Play, storeCase } from './play.js';
import { delivered, failed, retried } from './settlements.js';

const idsOf = async (play: Play, query: Partial<DeliveryQuery>, scope = 'acme') => {
  const { data } = await play.store.records.deliveries(scope, { limit: 100, ...query });
  return data.map(({ id }) => id);
};

export const deliveries: readonly DeliveryStoreCase[] = [
  storeCase(
    'a delivery, its event and its attempts are seen by its tenant and by operators',
    async (play) => {
      const { records } = play.store;
      for (const tenant of ['acme', '']) {
        const { id: endpointId } = await play.endpoint({ tenant });
        const event = await play.unrouted({ tenant, orderingKey: 'a' });
        const { id } = play.newDelivery(endpointId);
        await play.route(event, [{ ...play.newDelivery(endpointId), id }]);
        await play.work(endpointId, delivered(id));
        for (const scope of [tenant, '*']) {
          assert.equal((await records.delivery(scope, id))?.id, id);
          assert.deepEqual(plain(await records.eventOf(scope, id)), plain(event));
          assert.equal((await records.attempts(scope, id)).length, 1);
          assert.deepEqual(await idsOf(play, { endpointId }, scope), [id]);
          assert.deepEqual(await idsOf(play, { eventId: event.id }, scope), [id]);
        }
        for (const scope of ['other', tenant === '' ? 'acme' : '']) {
          assert.equal(await records.delivery(scope, id), undefined);
          assert.equal(await records.eventOf(scope, id), undefined);
          assert.deepEqual(await records.attempts(scope, id), []);
          assert.deepEqual(await idsOf(play, { endpointId }, scope), []);
          assert.deepEqual(await idsOf(play, { eventId: event.id }, scope), []);
        }
      }
      assert.equal(await records.delivery('*', 'unknown'), undefined);
      assert.equal(await records.eventOf('*', 'unknown'), undefined);
    },
  ),
  storeCase('deliveries are listed by endpoint, by event and by status, the newest first', async (play) => {
    const [one, two] = [await play.endpoint(), await play.endpoint()];
    const event = await play.unrouted();
    const [a, b] = [play.newDelivery(one.id), play.newDelivery(two.id)];
    await play.route(event, [a, b]);
    const [c = '', d = '', e = ''] = await play.deliverMany(one.id, 3);
    const f = await play.deliver(two.id, {}, { status: 'skipped' });
    await play.work(one.id, failed(a.id), delivered(c), retried(d));
    await play.work(two.id, failed(b.id));
    assert.deepEqual(await idsOf(play, { endpointId: one.id }), [e, d, c, a.id]);
    assert.deepEqual(await idsOf(play, { endpointId: one.id, status: 'pending' }), [e, d]);
    assert.deepEqual(await idsOf(play, { endpointId: one.id, status: 'delivered' }), [c]);
    assert.deepEqual(await idsOf(play, { endpointId: two.id, status: 'skipped' }), [f]);
    assert.deepEqual(await idsOf(play, { eventId: event.id }), [b.id, a.id]);
    assert.deepEqual(await idsOf(play, { eventId: event.id, endpointId: two.id }), [b.id]);
    assert.deepEqual(await idsOf(play, { eventId: event.id, status: 'pending' }), []);
    assert.deepEqual(await idsOf(play, { status: 'failed' }), [b.id, a.id]);
    assert.deepEqual(await idsOf(play, { status: 'skipped' }, '*'), [f]);
    assert.deepEqual(await idsOf(play, { status: 'failed' }, 'other'), []);
    assert.deepEqual(await idsOf(play, { endpointId: 'unknown' }), []);
  }),
  storeCase('deliveries of one event id at two tenants are not mixed', async (play) => {
    const [acme, other] = [await play.endpoint(), await play.endpoint({ tenant: 'other' })];
    const a = await play.deliver(acme.id, { id: 'evt' });
    const b = await play.deliver(other.id, { id: 'evt', tenant: 'other' });
    assert.deepEqual(await idsOf(play, { eventId: 'evt' }), [a]);
    assert.deepEqual(await idsOf(play, { eventId: 'evt' }, 'other'), [b]);
    assert.deepEqual(await idsOf(play, { eventId: 'evt' }, '*'), [b, a]);
  }),
  storeCase(
    'deliveries come in pages, each once, while new ones arrive and old ones change',
    async (play) => {
      const { id: endpointId } = await play.endpoint();
      const ids = await play.deliverMany(endpointId, 5);
      const pages = await allPages(async (cursor) => {
        const page = await play.store.records.deliveries('acme', { endpointId, limit: 2, cursor });
        if (cursor === undefined) {
          await play.deliver(endpointId);
          await play.work(endpointId, delivered(ids[0] ?? ''), retried(ids[4] ?? ''));
        }
        return page;
      });
      assert.deepEqual(
        pages.flat().map(({ id }) => id),
        ids.toReversed(),
      );
      assert.ok(pages.every(({ length }) => length <= 2));
    },
  ),
  storeCase('failed deliveries come in pages, each once, while they are requeued', async (play) => {
    const { id: endpointId } = await play.endpoint();
    const ids = await play.deliverMany(endpointId, 5);
    await play.work(endpointId, ...ids.map((id) => failed(id)));
    const pages = await allPages(async (cursor) => {
      const page = await play.store.records.deliveries('acme', { status: 'failed', limit: 2, cursor });
      const deliveryIds = page.data.map(({ id }) => id);
      const query = { endpointId, deliveryIds, statuses: ['failed'] as const, limit: 10 };
      await play.store.records.requeue('acme', query);
      return page;
    });
    assert.deepEqual(
      pages.flat().map(({ id }) => id),
      ids.toReversed(),
    );
  }),
  storeCase('a cursor that is none of the deliveries’ is refused', async (play) => {
    const { id: endpointId } = await play.endpoint();
    await play.endpoint();
    const other = await play.store.records.endpoints('acme', { limit: 1 });
    for (const cursor of ['', 'nonsense', 'e30', '9'.repeat(400), defined(other.nextCursor, 'a cursor')]) {
      const call = play.store.records.deliveries('acme', { endpointId, limit: 1, cursor });
      assert.equal(await codeOf(call), 'invalid_cursor', `${cursor.slice(0, 20)} was taken for a cursor`);
    }
  }),
  storeCase('deliveries of a deleted endpoint stay in the record', async (play) => {
    const { id: endpointId } = await play.endpoint();
    const [a = '', b = ''] = await play.deliverMany(endpointId, 2);
    await play.work(endpointId, delivered(a));
    await play.store.records.deleteEndpoint('acme', endpointId);
    assert.deepEqual(await idsOf(play, { endpointId }), [b, a]);
    assert.equal((await play.store.records.attempts('acme', a)).length, 1);
    assert.notEqual(await play.store.records.eventOf('acme', b), undefined);
  }),
];
