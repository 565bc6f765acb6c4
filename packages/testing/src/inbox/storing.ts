import assert from 'node:assert/strict';
import { type InboxCase, inboxCase, keysOf, LEASE_MS, MARGIN_MS, REMEMBER_MS } from './inbox-case.js';

const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index);

export const putting: readonly InboxCase[] = [
  inboxCase('what is put is taken as it was, byte for byte', async (play) => {
    const odd = 'ü \u0000 \u2028 \ud83d\ude00 \' " \\';
    const whole = play.delivery({
      body: everyByte,
      type: odd,
      eventId: odd,
      headers: JSON.stringify({ odd }),
    });
    assert.equal(await play.put(whole), 'stored');
    const { delivery, attempt, isInterrupted, claim } = await play.takeOne();
    assert.deepEqual({ ...delivery, body: [...delivery.body] }, { ...whole, body: [...whole.body] });
    assert.deepEqual(
      { attempt, isInterrupted, key: claim.key },
      { attempt: 1, isInterrupted: false, key: whole.key },
    );
  }),
  inboxCase('a delivery without tenant, time or body stays without them', async (play) => {
    await play.put(play.delivery({ tenant: undefined, timestampMs: undefined, body: new Uint8Array() }));
    const { delivery } = await play.takeOne();
    assert.deepEqual(
      [delivery.tenant, delivery.timestampMs, delivery.body.length],
      [undefined, undefined, 0],
    );
  }),
  inboxCase('a large body is kept whole', async (play) => {
    const body = Uint8Array.from({ length: 1_048_576 }, (_, index) => (index * 31) % 256);
    await play.put(play.delivery({ body }));
    const { delivery } = await play.takeOne();
    assert.equal(delivery.body.length, body.length);
    assert.ok(
      delivery.body.every((byte, index) => byte === body[index]),
      'another body came back',
    );
  }),
  inboxCase('the same key again is known, and stored once', async (play) => {
    const delivery = play.delivery();
    assert.equal(await play.put(delivery), 'stored');
    assert.equal(await play.put(delivery), 'known');
    assert.deepEqual(keysOf(await play.take()), [delivery.key]);
  }),
  inboxCase('the same key 100 times at once: one is stored', async (play) => {
    const delivery = play.delivery();
    const answers = await Promise.all(Array.from({ length: 100 }, () => play.put(delivery)));
    assert.equal(answers.filter((answer) => answer === 'stored').length, 1, 'not exactly one was stored');
    assert.equal(answers.filter((answer) => answer === 'known').length, 99);
    assert.equal((await play.take()).length, 1);
  }),
  inboxCase('a key is known whatever has become of it', async (play) => {
    const taken = await play.putAndTake();
    assert.equal(await play.put(taken.delivery), 'known', 'while somebody handles it');
    await play.settle(taken, { kind: 'retry', delayMs: 0, error: 'no' });
    assert.equal(await play.put(taken.delivery), 'known', 'while it waits for its next attempt');
    await play.settle(await play.takeOne(), { kind: 'done' });
    assert.equal(await play.put(taken.delivery), 'known', 'after it was done');
    const failed = await play.fail();
    assert.equal(await play.put(failed.delivery), 'known', 'after it has failed');
    await play.takeNone('a repeat was stored');
  }),
  inboxCase('a key is known for as long as its put said, and then is another delivery', async (play) => {
    const first = await play.putAndTake();
    await play.settle(first, { kind: 'done' });
    await play.advance(REMEMBER_MS - MARGIN_MS);
    assert.equal(await play.put(first.delivery), 'known', 'forgotten too early');
    await play.advance(2 * MARGIN_MS);
    assert.equal(await play.put(first.delivery), 'stored', 'an equal delivery long after is swallowed');
    assert.equal(await play.put(first.delivery), 'known');
    const second = await play.takeOne();
    assert.notEqual(second.claim.token, first.claim.token);
    assert.deepEqual([...second.delivery.body], [...first.delivery.body]);
  }),
  inboxCase('an equal delivery long after takes nothing from one that still waits', async (play) => {
    const delivery = play.delivery();
    await play.put(delivery, 1_000);
    await play.advance(1_000 + MARGIN_MS);
    assert.equal(await play.put(delivery), 'stored');
    assert.deepEqual(keysOf(await play.take()), [delivery.key, delivery.key], 'one of the two is lost');
  }),
];

export const taking: readonly InboxCase[] = [
  inboxCase('what a lease holds is given to nobody else', async (play) => {
    await play.putAndTake();
    await play.takeNone('it was given twice');
    await play.advance(LEASE_MS - MARGIN_MS);
    await play.takeNone('it was given before its lease had ended');
  }),
  inboxCase('deliveries are taken the longest due first, and no more than asked for', async (play) => {
    const three = [play.delivery(), play.delivery(), play.delivery()];
    for (const delivery of three) {
      await play.put(delivery);
      await play.advance(5);
    }
    const keys = three.map(({ key }) => key);
    assert.deepEqual(keysOf(await play.take(2)), keys.slice(0, 2));
    assert.deepEqual(keysOf(await play.take(2)), keys.slice(2));
  }),
  inboxCase('a receiver is given its own deliveries alone', async (play) => {
    const other = `${play.receiver} of another`;
    const [own, foreign] = [play.delivery(), play.delivery({ receiver: other })];
    await play.put(own);
    await play.put(foreign);
    assert.deepEqual(keysOf(await play.take()), [own.key]);
    assert.deepEqual(keysOf(await play.take(10, other)), [foreign.key]);
  }),
  inboxCase('20 takers at once: each delivery goes to one of them', async (play) => {
    const deliveries = Array.from({ length: 40 }, () => play.delivery());
    for (const delivery of deliveries) await play.put(delivery);
    const taken: string[] = [];
    for (let round = 0; round < 5 && taken.length < deliveries.length; round += 1) {
      const lists = await Promise.all(Array.from({ length: 20 }, () => play.take(2)));
      taken.push(...lists.flatMap(keysOf));
    }
    assert.equal(new Set(taken).size, taken.length, 'a delivery was given to two');
    assert.deepEqual(
      [...taken].sort(),
      deliveries.map(({ key }) => key).sort(),
      'a delivery was given to nobody',
    );
  }),
  inboxCase('a lease that ended is taken over, with another token, and says so', async (play) => {
    const { loser, owner } = await play.takenOver();
    assert.equal(owner.delivery.key, loser.delivery.key);
    assert.notEqual(owner.claim.token, loser.claim.token);
    assert.deepEqual([owner.attempt, owner.isInterrupted], [2, true]);
  }),
];
