import assert from 'node:assert/strict';
import { type InboxCase, inboxCase, MARGIN_MS, REMEMBER_MS } from './inbox-case.js';

const KEPT_MS = 6_000;

export const failures: readonly InboxCase[] = [
  inboxCase('what has failed is listed, with what people need', async (play) => {
    const error = 'handler_failed: \u0000 no';
    const { delivery } = await play.fail(error);
    const { data, nextCursor } = await play.inbox.failed({ receiver: play.receiver });
    assert.equal(nextCursor, undefined);
    assert.equal(data.length, 1);
    const { id, receivedAt, failedAt, ...facts } = data[0] ?? assert.fail();
    const { receiver, tenant, deliveryId, eventId, type } = delivery;
    assert.deepEqual(facts, { receiver, tenant, deliveryId, eventId, type, attempts: 1, error });
    assert.ok(typeof id === 'string' && receivedAt.getTime() <= failedAt.getTime());
  }),
  inboxCase('what waits, is handled or is done has not failed', async (play) => {
    await play.settle(await play.putAndTake(), { kind: 'done' });
    await play.settle(await play.putAndTake(), { kind: 'retry', delayMs: 60_000, error: 'no' });
    await play.putAndTake();
    await play.put();
    assert.deepEqual((await play.inbox.failed({ receiver: play.receiver })).data, []);
  }),
  inboxCase('failures come in pages, the newest first, each once', async (play) => {
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.unshift((await play.fail()).delivery.deliveryId);
    const listed: string[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 10; pages += 1) {
      const page = await play.inbox.failed({ receiver: play.receiver, limit: 2, cursor });
      assert.ok(page.data.length <= 2, 'a page is longer than was asked for');
      listed.push(...page.data.map(({ deliveryId }) => deliveryId));
      cursor = page.nextCursor;
      if (cursor === undefined) break;
    }
    assert.deepEqual(listed, ids);
  }),
  inboxCase('without a receiver, failures of all are listed', async (play) => {
    const { delivery } = await play.fail();
    const { data } = await play.inbox.failed({ limit: 1 });
    assert.deepEqual(
      data.map(({ deliveryId }) => deliveryId),
      [delivery.deliveryId],
    );
  }),
  inboxCase('what is requeued is due at once, from the first attempt on', async (play) => {
    const { delivery } = await play.fail();
    const { data } = await play.inbox.failed({ receiver: play.receiver });
    const ids = data.map(({ id }) => id);
    assert.equal(await play.inbox.requeue(ids), 1);
    assert.deepEqual((await play.inbox.failed({ receiver: play.receiver })).data, [], 'it still is listed');
    assert.equal(await play.inbox.requeue(ids), 0, 'what had not failed was requeued');
    const again = await play.takeOne();
    assert.deepEqual(again.delivery, delivery);
    assert.deepEqual([again.attempt, again.isInterrupted], [1, false]);
  }),
  inboxCase('ids that nothing has requeue nothing', async (play) => {
    assert.equal(await play.inbox.requeue([]), 0);
    assert.equal(await play.inbox.requeue(['none', '', '-1', '9e99']), 0);
  }),
];

export const pruning: readonly InboxCase[] = [
  inboxCase('what is done is forgotten after its time, and not before', async (play) => {
    await play.settle(await play.putAndTake(), { kind: 'done' });
    await play.advance(KEPT_MS - MARGIN_MS);
    assert.equal(await play.prune({ doneMs: KEPT_MS }), 0);
    await play.advance(2 * MARGIN_MS);
    assert.equal(await play.prune({ doneMs: KEPT_MS }), 1);
    assert.equal(await play.prune({ doneMs: KEPT_MS }), 0);
  }),
  inboxCase('what has failed is forgotten after its time, and not before', async (play) => {
    await play.fail();
    await play.advance(KEPT_MS - MARGIN_MS);
    assert.equal(await play.prune({ failedMs: KEPT_MS }), 0);
    await play.advance(2 * MARGIN_MS);
    assert.equal(await play.prune({ failedMs: KEPT_MS }), 1);
    assert.deepEqual((await play.inbox.failed({ receiver: play.receiver })).data, []);
  }),
  inboxCase('a key that a repeat would meet is not forgotten', async (play) => {
    const { delivery } = await play.fail();
    await play.settle(await play.putAndTake(), { kind: 'done' });
    await play.advance(REMEMBER_MS - MARGIN_MS);
    assert.equal(await play.prune({}), 0);
    assert.equal(await play.put(delivery), 'known');
    await play.advance(2 * MARGIN_MS);
    assert.equal(await play.prune({}), 2);
  }),
  inboxCase('failures are kept for ever where that was asked for', async (play) => {
    await play.fail();
    await play.advance(KEPT_MS);
    assert.equal(await play.prune({ failedMs: undefined }), 0);
    assert.equal((await play.inbox.failed({ receiver: play.receiver })).data.length, 1);
  }),
  inboxCase('what waits or is handled is never forgotten, nor what is another receiver’s', async (play) => {
    await play.settle(await play.putAndTake(), { kind: 'retry', delayMs: 2 * KEPT_MS, error: 'no' });
    await play.putAndTake();
    await play.put();
    await play.advance(KEPT_MS);
    assert.equal(await play.prune({}), 0);
    assert.equal((await play.take()).length, 2);
    const other = { receiver: `${play.receiver} of another`, doneMs: 0, failedMs: 0, limit: 10 };
    await play.fail();
    await play.advance(KEPT_MS);
    assert.equal(await play.inbox.prune(other), 0);
  }),
  inboxCase('no more is forgotten at once than was asked for', async (play) => {
    for (let count = 0; count < 3; count += 1) await play.fail();
    await play.advance(KEPT_MS);
    assert.equal(await play.prune({ limit: 2 }), 2);
    assert.equal(await play.prune({ limit: 2 }), 1);
  }),
];
