import assert from 'node:assert/strict';
import type { InboxSettlement } from '@countersign/core';
import { type InboxCase, inboxCase, LEASE_MS, MARGIN_MS } from './inbox-case.js';

const DELAY_MS = 3_000;
const everyKind: readonly InboxSettlement[] = [
  { kind: 'done' },
  { kind: 'retry', delayMs: 0, error: 'no' },
  { kind: 'failed', error: 'no' },
  { kind: 'returned' },
];

export const settling: readonly InboxCase[] = [
  inboxCase('what is done is not given again', async (play) => {
    assert.equal(await play.settle(await play.putAndTake(), { kind: 'done' }), true);
    await play.advance(LEASE_MS + MARGIN_MS);
    await play.takeNone('it was given after it was done');
  }),
  inboxCase('a retry is due after its delay, and not before', async (play) => {
    const taken = await play.putAndTake();
    assert.equal(await play.settle(taken, { kind: 'retry', delayMs: DELAY_MS, error: 'no' }), true);
    await play.advance(DELAY_MS - MARGIN_MS);
    await play.takeNone('its delay was cut short');
    await play.advance(2 * MARGIN_MS);
    const { attempt, isInterrupted, delivery } = await play.takeOne();
    assert.deepEqual({ attempt, isInterrupted }, { attempt: 2, isInterrupted: false });
    assert.deepEqual(delivery, taken.delivery);
  }),
  inboxCase('what has failed for good is not given again', async (play) => {
    await play.fail();
    await play.advance(LEASE_MS + MARGIN_MS);
    await play.takeNone('it was given after it had failed');
  }),
  inboxCase('what is returned is due at once, and its attempt does not count', async (play) => {
    assert.equal(await play.settle(await play.putAndTake(), { kind: 'returned' }), true);
    const { attempt, isInterrupted } = await play.takeOne();
    assert.deepEqual({ attempt, isInterrupted }, { attempt: 1, isInterrupted: false });
  }),
  inboxCase('a token settles once, and is told so again: a lost answer does no harm', async (play) => {
    for (const settlement of everyKind) {
      const taken = await play.putAndTake();
      assert.equal(await play.settle(taken, settlement), true);
      assert.equal(await play.settle(taken, settlement), true, `${settlement.kind}, said twice`);
      if (settlement.kind === 'done' || settlement.kind === 'failed') continue;
      const next = await play.takeOne();
      assert.equal(next.isInterrupted, false);
      await play.settle(next, { kind: 'done' });
    }
  }),
  inboxCase('what was settled is settled otherwise by nobody', async (play) => {
    const taken = await play.putAndTake();
    await play.settle(taken, { kind: 'done' });
    assert.equal(await play.settle(taken, { kind: 'retry', delayMs: 0, error: 'no' }), true);
    await play.takeNone('what was done is due again');
  }),
];

export const renewing: readonly InboxCase[] = [
  inboxCase('a lease is extended', async (play) => {
    const taken = await play.putAndTake();
    await play.advance(LEASE_MS - MARGIN_MS);
    assert.deepEqual(await play.renew(taken), [true]);
    await play.advance(LEASE_MS - MARGIN_MS);
    await play.takeNone('the extended lease has ended with the first one');
    await play.advance(2 * MARGIN_MS);
    await play.takeOne();
  }),
  inboxCase('a lease that ended, and that nobody has taken, begins again', async (play) => {
    const taken = await play.putAndTake();
    await play.advance(LEASE_MS + MARGIN_MS);
    assert.deepEqual(await play.renew(taken), [true]);
    await play.takeNone('it was given while its lease was running again');
    assert.equal(await play.settle(taken, { kind: 'done' }), true);
  }),
  inboxCase('what a token has settled is not lost to it, and a renewal changes nothing', async (play) => {
    const [done, retried] = [await play.putAndTake(), await play.putAndTake()];
    await play.settle(done, { kind: 'done' });
    await play.settle(retried, { kind: 'retry', delayMs: 0, error: 'no' });
    assert.deepEqual(await play.renew(done, retried), [true, true]);
    assert.equal((await play.takeOne()).delivery.key, retried.delivery.key);
  }),
  inboxCase('none renews none', async (play) => assert.deepEqual(await play.renew(), [])),
];

export const fencing: readonly InboxCase[] = [
  ...everyKind.map((settlement) =>
    inboxCase(`a lost token cannot settle (${settlement.kind}), and is told so`, async (play) => {
      const { loser, owner } = await play.takenOver();
      assert.equal(await play.settle(loser, settlement), false, 'a lost token has settled');
      await play.takeNone('the owner has lost the delivery to a lost token');
      assert.equal(await play.settle(owner, { kind: 'done' }), true);
    }),
  ),
  inboxCase('a lost token cannot renew', async (play) => {
    const { loser, owner } = await play.takenOver();
    await play.advance(LEASE_MS - MARGIN_MS);
    assert.deepEqual(await play.renew(loser), [false]);
    assert.deepEqual(await play.renew(owner, loser), [true, false]);
  }),
  inboxCase('a lost token cannot undo what its successor has done', async (play) => {
    const { loser, owner } = await play.takenOver();
    await play.settle(owner, { kind: 'done' });
    assert.equal(await play.settle(loser, { kind: 'retry', delayMs: 0, error: 'no' }), false);
    assert.deepEqual(await play.renew(loser), [false]);
    await play.takeNone('what was done is due again');
  }),
  inboxCase(
    'a token settles after its lease has ended, where nobody has taken the delivery',
    async (play) => {
      const taken = await play.putAndTake();
      await play.advance(LEASE_MS + MARGIN_MS);
      assert.equal(await play.settle(taken, { kind: 'done' }), true);
      await play.takeNone('what was done is due again');
    },
  ),
];
