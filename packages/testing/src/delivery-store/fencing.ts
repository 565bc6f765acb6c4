import assert from 'node:assert/strict';
import type { LaneReport } from '@countersign/sender';
import { plain } from './checks.js';
import type { DeliveryStoreCase } from './delivery-store-case.js';
import { CLEAN_STATE, type Play, storeCase } from './play.js';
import { delivered, failed, retried } from './settlements.js';
import { LEASE_MS, MARGIN_MS } from './times.js';

/** A delivery whose lane somebody has lost to somebody else. */
async function takenOver(play: Play) {
  const endpoint = await play.endpoint();
  const delivery = await play.deliver(endpoint.id);
  const lost = await play.lane(endpoint.id, LEASE_MS);
  await play.advance(LEASE_MS + MARGIN_MS);
  return { endpoint, delivery, lost, owner: await play.lane(endpoint.id) };
}

const everything = (delivery: string): LaneReport => ({
  settlements: [delivered(delivery)],
  tallies: [{ measure: 'delivered', bin: 0, count: 1, totalMs: 1 }],
  state: { failures: 7, successes: 7, failingForMs: 1_000, parkForMs: 60_000, rateDebtMs: 1_000 },
  release: true,
  disable: 'gone',
});

export const fencing: readonly DeliveryStoreCase[] = [
  storeCase('a lost token settles nothing, and is told so', async (play) => {
    const { endpoint, delivery, lost, owner } = await takenOver(play);
    const said = await play.trySettle(lost, everything(delivery));
    assert.equal(said, false, 'a lost token has settled');
    assert.deepEqual(await play.statuses(delivery), ['pending']);
    assert.deepEqual(await play.store.records.attempts('acme', delivery), []);
    const record = await play.store.records.endpoint('acme', endpoint.id);
    assert.deepEqual(record, endpoint, 'a lost token has disabled the endpoint');
    const totals = await play.store.records.endpointTotals('acme', endpoint.id, { windowMs: 1 });
    assert.deepEqual(totals?.tallies, [], 'a lost token has counted');
    const [renewed] = await play.store.work.renew([owner], LEASE_MS);
    assert.deepEqual(plain(renewed?.state), CLEAN_STATE, 'a lost token has left its state');
    assert.deepEqual(await play.takeLanes(), [], 'a lost token has given the lane away');
  }),
  storeCase(
    'an endpoint that goes elsewhere meanwhile is not disabled for what the other place did',
    async (play) => {
      const { id } = await play.endpoint();
      const delivery = await play.deliver(id);
      const lane = await play.lane(id);
      await play.edit(id, { settings: { url: 'https://elsewhere.example/hooks' } });
      assert.equal(await play.trySettle(lane, { ...everything(delivery), release: false }), true);
      assert.deepEqual(await play.statuses(delivery), ['delivered']);
      const moved = await play.store.records.endpoint('acme', id);
      assert.equal(moved?.status, 'enabled');
      const [renewed] = await play.store.work.renew([lane], LEASE_MS);
      if (renewed !== undefined) await play.trySettle(renewed, everything(delivery));
      assert.equal(
        (await play.store.records.endpoint('acme', id))?.status,
        'disabled',
        'it is judged where it is',
      );
    },
  ),
  storeCase('a token that has let go settles nothing, and is told so', async (play) => {
    const { id } = await play.endpoint();
    const delivery = await play.deliver(id);
    const lane = await play.lane(id);
    await play.release(lane);
    assert.equal(await play.trySettle(lane, everything(delivery)), false);
    assert.deepEqual(await play.statuses(delivery), ['pending']);
    assert.deepEqual(await play.dueIds(await play.lane(id)), [delivery]);
  }),
  storeCase(
    'a report after the lease ended, with no successor, is settled whole or not at all',
    async (play) => {
      const endpoint = await play.endpoint();
      const delivery = await play.deliver(endpoint.id);
      const lane = await play.lane(endpoint.id, LEASE_MS);
      await play.advance(LEASE_MS + MARGIN_MS);
      const isSettled = await play.trySettle(lane, everything(delivery));
      assert.deepEqual(await play.statuses(delivery), [isSettled ? 'delivered' : 'pending']);
      const record = await play.store.records.endpoint('acme', endpoint.id);
      assert.equal(record?.status, isSettled ? 'disabled' : 'enabled');
    },
  ),
  storeCase('a report made again after a lost answer writes no attempt twice', async (play) => {
    const { id } = await play.endpoint();
    const [a = '', b = '', c = ''] = await play.deliverMany(id, 3);
    const lane = await play.lane(id);
    const settlements = [delivered(a), failed(b), retried(c, 0)];
    await play.settle(lane, { settlements });
    await play.settle(lane, { settlements });
    for (const delivery of [a, b, c]) {
      assert.equal((await play.store.records.attempts('acme', delivery)).length, 1);
      assert.equal((await play.delivery(delivery)).attempts, 1);
    }
    assert.deepEqual(await play.statuses(a, b, c), ['delivered', 'failed', 'pending']);
    assert.equal((await play.store.records.totals()).pending, 1);
  }),
  storeCase('what has come to its end, or is unknown, no settlement changes', async (play) => {
    const { id } = await play.endpoint();
    const [a = '', b = '', c = ''] = await play.deliverMany(id, 3);
    const lane = await play.lane(id);
    await play.settle(lane, { settlements: [delivered(a), failed(b)] });
    await play.settle(lane, {
      settlements: [failed(a, 2), retried(a, 0, 3), retried(b, 0, 2), delivered('unknown'), delivered(c)],
    });
    assert.deepEqual(await play.statuses(a, b, c), ['delivered', 'failed', 'delivered']);
    assert.equal((await play.store.records.attempts('acme', a)).length, 1);
    assert.deepEqual(await play.store.records.attempts('acme', 'unknown'), []);
  }),
  storeCase('a lane settles deliveries of its own endpoint alone', async (play) => {
    const [a, b] = [await play.endpoint(), await play.endpoint()];
    await play.deliver(a.id);
    const foreign = await play.deliver(b.id);
    await play.settle(await play.lane(a.id), { settlements: [delivered(foreign)] });
    assert.deepEqual(await play.statuses(foreign), ['pending']);
    assert.deepEqual(await play.dueIds(await play.lane(b.id)), [foreign]);
  }),
];
