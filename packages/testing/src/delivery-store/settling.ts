import assert from 'node:assert/strict';
import { defined, near, only, plain } from './checks.js';
import type { DeliveryStoreCase } from './delivery-store-case.js';
import { storeCase } from './play.js';
import { delivered, failed, retried } from './settlements.js';
import { LEASE_MS, MARGIN_MS } from './times.js';

const outcomes: readonly DeliveryStoreCase[] = [
  storeCase('a delivered delivery has come to its end, with its attempt', async (play) => {
    const { id } = await play.endpoint();
    const delivery = await play.deliver(id);
    await play.work(id, delivered(delivery));
    const record = await play.delivery(delivery);
    assert.equal(record.status, 'delivered');
    assert.equal(record.attempts, 1);
    assert.equal(record.lastStatus, 200);
    assert.equal(record.lastError, undefined);
    assert.equal(record.nextAttemptAtMs, undefined);
    assert.ok((record.finishedAtMs ?? 0) >= record.createdAtMs, 'it has no end');
    assert.deepEqual(await play.takeLanes(), []);
  }),
  storeCase('a failed delivery has come to its end, with its attempt', async (play) => {
    const { id } = await play.endpoint();
    const delivery = await play.deliver(id);
    await play.work(id, failed(delivery));
    const record = await play.delivery(delivery);
    assert.equal(record.status, 'failed');
    assert.equal(record.attempts, 1);
    assert.equal(record.lastStatus, 500);
    assert.notEqual(record.finishedAtMs, undefined);
    assert.deepEqual(await play.takeLanes(), []);
  }),
  storeCase('a delivery to be retried is due when its delay has passed', async (play) => {
    const { id } = await play.endpoint();
    const delivery = await play.deliver(id);
    const lane = await play.lane(id);
    await play.settle(lane, { settlements: [retried(delivery, LEASE_MS)] });
    const record = await play.delivery(delivery);
    assert.equal(record.status, 'pending');
    assert.equal(record.attempts, 1);
    assert.equal(record.lastError, 'timeout');
    assert.equal(record.lastStatus, undefined);
    assert.equal(record.finishedAtMs, undefined);
    assert.ok((record.nextAttemptAtMs ?? 0) > record.createdAtMs);
    await play.advance(LEASE_MS - MARGIN_MS);
    assert.deepEqual(await play.dueIds(lane), [], 'it is due too early');
    await play.advance(2 * MARGIN_MS);
    assert.deepEqual(await play.dueIds(lane), [delivery]);
  }),
  storeCase('outcomes of several deliveries are settled in one step', async (play) => {
    const { id } = await play.endpoint();
    const [a = '', b = '', c = ''] = await play.deliverMany(id, 3);
    await play.work(id, delivered(a), failed(b), retried(c, LEASE_MS));
    assert.deepEqual(await play.statuses(a, b, c), ['delivered', 'failed', 'pending']);
  }),
  storeCase('attempts are in the record, the oldest first, as they were reported', async (play) => {
    const { id } = await play.endpoint();
    const delivery = await play.deliver(id);
    const responseBody = 'nul \u0000, ü, \u2028, 👩‍🚀 and \ufffd';
    const reported = [
      { number: 1, durationMs: 12.5, error: 'tls: "\u0000"' },
      { number: 2, durationMs: 0, status: 503, error: 'busy', responseBody },
      { number: 3, durationMs: 30_000, status: 200 },
    ] as const;
    for (const attempt of reported.slice(0, 2))
      await play.work(id, { ...retried(delivery, 0, attempt.number), attempt });
    await play.work(id, { ...delivered(delivery), attempt: reported[2] });
    const attempts = await play.store.records.attempts('acme', delivery);
    assert.deepEqual(plain(attempts.map(({ atMs: _at, ...attempt }) => attempt)), reported);
    const times = attempts.map(({ atMs }) => atMs);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    );
  }),
  storeCase('what counts against the schedule is kept apart from the attempts', async (play) => {
    const { id } = await play.endpoint();
    const delivery = await play.deliver(id);
    const lane = await play.lane(id);
    const next = {
      status: 'pending',
      delayMs: 0,
      spent: 1,
      postponements: 2,
      successesAtFirstFailure: 5,
    } as const;
    for (const number of [1, 2, 3])
      await play.settle(lane, {
        settlements: [{ ...retried(delivery, 0, number), next }],
      });
    const due = await play.store.work.due(lane, { limit: 1, except: [] });
    const { event: _event, ...counts } = only(due, 'due deliveries');
    const { spent, postponements, successesAtFirstFailure } = next;
    assert.deepEqual(plain(counts), {
      id: delivery,
      attempts: 3,
      spent,
      postponements,
      successesAtFirstFailure,
    });
  }),
];

const holding: readonly DeliveryStoreCase[] = [
  storeCase('a lane that is let go of is anybody’s at once, where something is due', async (play) => {
    const { id } = await play.endpoint();
    const [a = '', b = ''] = await play.deliverMany(id, 2);
    const lane = await play.lane(id);
    await play.settle(lane, { settlements: [delivered(a)] });
    assert.deepEqual(await play.takeLanes(), [], 'a settlement has given the lane away');
    await play.settle(lane, { settlements: [retried(b, LEASE_MS)], release: true });
    assert.deepEqual(await play.takeLanes(), [], 'a lane without due deliveries was given');
    const c = await play.deliver(id);
    assert.deepEqual(await play.dueIds(await play.lane(id)), [c]);
  }),
  storeCase('the state goes to the next owner, as old as it has become', async (play) => {
    const { id } = await play.endpoint();
    await play.deliver(id);
    const state = { failures: 3, successes: 9, failingForMs: 5_000, rateDebtMs: 2 * LEASE_MS };
    await play.settle(await play.lane(id), { state, release: true });
    await play.advance(LEASE_MS);
    const second = await play.lane(id);
    assert.equal(second.state.failures, 3);
    assert.equal(second.state.successes, 9);
    near(second.state.failingForMs, 5_000 + LEASE_MS, 'the time of nothing but failures');
    near(second.state.rateDebtMs, LEASE_MS, 'the debt to the rate limit');
    assert.equal(second.state.parkForMs, undefined);
    await play.settle(second, { state: second.state, release: true });
    await play.advance(LEASE_MS + MARGIN_MS);
    const third = await play.lane(id);
    assert.equal(third.state.rateDebtMs, undefined, 'a debt that is paid is still there');
    await play.settle(third, { state: { failures: 0, successes: 10 }, release: true });
    assert.deepEqual(plain((await play.lane(id)).state), { failures: 0, successes: 10 });
  }),
  storeCase('the state of an owner that vanished is the one it settled last', async (play) => {
    const { id } = await play.endpoint();
    await play.deliver(id);
    const lane = await play.lane(id, LEASE_MS);
    await play.settle(lane, { state: { failures: 1 } });
    await play.settle(lane, { state: { failures: 2, failingForMs: 0 } });
    await play.advance(LEASE_MS + MARGIN_MS);
    const { state } = await play.lane(id);
    assert.equal(state.failures, 2);
    near(state.failingForMs, LEASE_MS + MARGIN_MS, 'the time of nothing but failures');
  }),
  storeCase('a parked lane is not given before its time', async (play) => {
    const { id } = await play.endpoint();
    await play.deliver(id);
    const lane = await play.lane(id);
    await play.settle(lane, { state: { failures: 1, parkForMs: LEASE_MS }, release: true });
    await play.deliver(id);
    await play.advance(LEASE_MS - MARGIN_MS);
    assert.deepEqual(await play.takeLanes(), [], 'the lane is parked no longer');
    await play.advance(2 * MARGIN_MS);
    const { state } = await play.lane(id);
    assert.deepEqual(plain(state), { failures: 1, successes: 0 });
  }),
  storeCase('a held lane shows how long it is still parked', async (play) => {
    const { id } = await play.endpoint();
    await play.deliver(id);
    const lane = await play.lane(id);
    await play.settle(lane, { state: { failures: 1, parkForMs: 2 * LEASE_MS } });
    await play.advance(LEASE_MS);
    const [renewed] = await play.store.work.renew([lane], LEASE_MS);
    near(renewed?.state.parkForMs, LEASE_MS, 'the rest of the time');
  }),
];

const disabling: readonly DeliveryStoreCase[] = [
  storeCase('a report disables the endpoint, with its reason', async (play) => {
    for (const reason of ['gone', 'failing'] as const) {
      const endpoint = await play.endpoint();
      const [a = '', b = ''] = await play.deliverMany(endpoint.id, 2);
      const lane = await play.lane(endpoint.id);
      await play.settle(lane, { settlements: [failed(a)], disable: reason, release: true });
      const record = defined(await play.store.records.endpoint('acme', endpoint.id), 'the endpoint');
      assert.equal(record.status, 'disabled');
      assert.equal(record.disabledReason, reason);
      assert.equal(record.revision, endpoint.revision + 1);
      assert.deepEqual(await play.statuses(a, b), ['failed', 'pending']);
      assert.deepEqual(await play.takeLanes(), []);
      const stale = await play.store.records.replaceEndpoint(endpoint.revision, endpoint);
      assert.equal(stale, undefined, 'somebody who does not know of it has undone it');
    }
  }),
  storeCase('an endpoint that is disabled already keeps its reason', async (play) => {
    const { id } = await play.endpoint();
    await play.deliver(id);
    const lane = await play.lane(id);
    const disabled = await play.edit(id, { status: 'disabled', disabledReason: 'requested' });
    await play.settle(lane, { disable: 'gone', release: true });
    assert.deepEqual(plain(await play.store.records.endpoint('acme', id)), plain(disabled));
  }),
  storeCase('what is in flight is settled, though its endpoint was disabled meanwhile', async (play) => {
    const { id } = await play.endpoint();
    const delivery = await play.deliver(id);
    const lane = await play.lane(id);
    await play.edit(id, { status: 'disabled' });
    await play.settle(lane, { settlements: [delivered(delivery)], release: true });
    assert.deepEqual(await play.statuses(delivery), ['delivered']);
    assert.equal(await play.trySettle(lane, {}), false);
  }),
  storeCase('what is in flight is settled, though its endpoint was deleted meanwhile', async (play) => {
    const { id } = await play.endpoint();
    const [a = '', b = ''] = await play.deliverMany(id, 2);
    const lane = await play.lane(id);
    await play.store.records.deleteEndpoint('acme', id);
    await play.settle(lane, { settlements: [delivered(a)], disable: 'gone' });
    await play.settle(lane, { settlements: [retried(b, 0)], release: true });
    assert.deepEqual(await play.statuses(a, b), ['delivered', 'pending']);
    assert.equal(await play.store.records.endpoint('acme', id), undefined);
    assert.deepEqual(await play.takeLanes(), []);
  }),
];

export const settling: readonly DeliveryStoreCase[] = [...outcomes, ...holding, ...disabling];
