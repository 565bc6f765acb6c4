import { SenderError } from '@countersign/sender';
import { describe, expect, test } from 'vitest';
import { gate } from './gate.js';
import { type Stage, stage } from './harness.js';
import type { StoreCall, StoreTap } from './store-tap.js';

/** Fails the first `times` calls of a kind; with `after`, once they have done their work. */
function failing(
  wanted: StoreCall,
  times: number,
  { after = false, error = new Error('the disk is gone') } = {},
): StoreTap & { readonly failed: () => number } {
  let failed = 0;
  const tap: StoreTap = async (call, run) => {
    if (call !== wanted || failed >= times) return run();
    failed += 1;
    if (after) await run();
    throw error;
  };
  return Object.assign(tap, { failed: () => failed });
}

const failureNotices = (on: Stage): readonly unknown[] =>
  on.notices().filter(({ code }) => code !== 'secrets_stored_in_clear');

/** Moves the clock until an endpoint has so many deliveries, all of them delivered. */
async function untilDelivered(on: Stage, endpointId: string, count = 1): Promise<void> {
  let delivered = 0;
  while (delivered < count) {
    await on.clock.advance(100);
    await on.quiet();
    const { data } = await on.sender.deliveries.list({ endpointId, limit: 500 });
    delivered = data.filter(({ status }) => status === 'delivered').length;
  }
}

describe('a success that cannot be recorded', () => {
  test('is never made a failure, and never sent a second time: it is recorded when the store is back', async () => {
    const tap = failing('settle', 5);
    const on = await stage({ tap });
    const { id } = await on.endpoint('/a');
    await on.send();
    await untilDelivered(on, id);
    expect(tap.failed()).toBe(5);
    expect(on.sink.at('/a')).toHaveLength(1);
    expect((await on.untilAttempts(id, 1)).attempts).toMatchObject([{ number: 1, status: 200 }]);
  });

  test('is recorded once where the store wrote it and the answer was lost', async () => {
    const on = await stage({ tap: failing('settle', 2, { after: true }) });
    const { id } = await on.endpoint('/a');
    await on.send();
    await untilDelivered(on, id);
    await on.clock.advance(20_000);
    expect(on.sink.at('/a')).toHaveLength(1);
    expect((await on.untilAttempts(id, 1)).attempts).toHaveLength(1);
  });

  test('is told to observers once', async () => {
    const on = await stage({ tap: failing('settle', 5) });
    const { id } = await on.endpoint('/a');
    await on.send();
    await untilDelivered(on, id);
    expect(on.attempts().map(({ outcome }) => outcome)).toEqual(['delivered']);
  });

  test('of several in flight: all are recorded together when the store is back', async () => {
    const tap = failing('settle', 12);
    const on = await stage({ isStarted: false });
    const { id } = await on.endpoint('/a');
    for (let sent = 0; sent < 30; sent += 1) await on.send();
    on.tap = tap;
    await on.sender.start();
    await untilDelivered(on, id, 30);
    expect(new Set(on.sink.at('/a').map((request) => request.id)).size).toBe(30);
    expect(on.sink.at('/a')).toHaveLength(30);
  });
});

describe('the worker goes on by itself after the store has failed', () => {
  const calls: readonly StoreCall[] = ['due', 'takeLanes', 'takeUnrouted', 'route', 'outlook', 'subscribers'];
  for (const call of calls) {
    test(`${call}: everything is delivered once, and the failure is told`, async () => {
      const tap = failing(call, 3);
      const on = await stage({ isStarted: false });
      const { id } = await on.endpoint('/a');
      on.tap = tap;
      await on.sender.start();
      await on.send();
      await on.send();
      await untilDelivered(on, id, 2);
      if (call === 'outlook') await on.pass(() => tap.failed() === 3, 1000);
      expect(tap.failed()).toBe(3);
      expect(on.sink.at('/a')).toHaveLength(2);
      expect(failureNotices(on)).toMatchObject([{ kind: 'notice', code: 'internal_error' }]);
    });
  }

  test('renew: a lease that was extended late is kept, and nothing is sent twice', async () => {
    const tap = failing('renew', 2);
    const on = await stage({ tap });
    const { answering, give } = gate();
    on.sink.answer('/a', answering);
    const { id } = await on.endpoint('/a');
    await on.send();
    await on.until(() => on.sink.open('/a') === 1);
    await on.quiet();
    await on.clock.advance(25_000);
    expect(tap.failed()).toBe(2);
    give(200);
    await on.untilStatuses(id, 'delivered');
    expect(on.started).toHaveLength(1);
  });

  test('skip and prune: they are made again', async () => {
    const on = await stage();
    const { id } = await on.endpoint('/a');
    on.sink.answer('/a', 500);
    await on.send();
    await on.untilAttempts(id, 1);
    const tap = failing('skip', 2);
    on.tap = tap;
    await on.sender.endpoints.disable(id);
    await on.pass(() => tap.failed() === 2, 1000);
    await on.clock.advance(10_000);
    await on.untilStatuses(id, 'skipped');
  });
});

describe('an event that cannot be stored', () => {
  test('is refused with what the store says, is not in the record, and is sent to nobody', async () => {
    const error = new SenderError('store_full', 'the disk is full');
    const on = await stage({ tap: failing('append', 1, { error }) });
    const { id } = await on.endpoint('/a');
    await expect(on.sender.send({ id: 'e1', type: 'a', data: {} })).rejects.toBe(error);
    await on.quiet();
    await on.clock.advance(10_000);
    expect((await on.sender.deliveries.list({ endpointId: id })).data).toEqual([]);
    expect(on.started).toEqual([]);
    expect(await on.sender.send({ id: 'e1', type: 'a', data: { other: true } })).toEqual({
      id: 'e1',
      isNew: true,
    });
    await on.untilStatuses(id, 'delivered');
  });

  test('that was stored although the call failed, is the same event when it is sent again', async () => {
    const on = await stage({ tap: failing('append', 1, { after: true }) });
    const { id } = await on.endpoint('/a');
    const event = { id: 'e1', type: 'a', data: {} };
    await expect(on.sender.send(event)).rejects.toThrow('the disk is gone');
    expect(await on.sender.send(event)).toEqual({ id: 'e1', isNew: false });
    await on.untilStatuses(id, 'delivered');
    expect(on.started).toHaveLength(1);
  });
});

describe('a failure that lasts is told once a minute at most', () => {
  test('for each endpoint whose outcomes cannot be recorded', async () => {
    const tap = failing('settle', Number.POSITIVE_INFINITY);
    const on = await stage({ tap });
    await on.endpoint('/a');
    await on.endpoint('/b');
    await on.send();
    await on.until(() => on.attempts().length === 2);
    await on.quiet();
    await on.clock.advance(150_000);
    const told = failureNotices(on);
    expect(told).toHaveLength(6);
    // Tried again more and more seldom, and every 5 s in the end.
    expect(tap.failed()).toBeGreaterThan(60);
    expect(tap.failed()).toBeLessThan(80);
    expect(told[0]).toMatchObject({ code: 'internal_error', endpointId: expect.stringMatching(/^wh_/) });
  });

  test('by its own code, where the store says what it is', async () => {
    const error = new SenderError('store_full', 'the disk is full');
    const on = await stage({ tap: failing('outlook', Number.POSITIVE_INFINITY, { error }) });
    await on.clock.advance(59_000);
    expect(failureNotices(on)).toMatchObject([{ code: 'store_full', error }]);
    await on.clock.advance(2000);
    expect(failureNotices(on)).toHaveLength(2);
  });
});
