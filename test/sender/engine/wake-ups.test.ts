import { type DeliveryQueue, pollingQueue } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { describe, expect, test } from 'vitest';
import { type Stage, stage } from './harness.js';
import { leapClock } from './leap-clock.js';

/** A sender whose queue is the default one, changed. */
async function withQueue(change: (queue: DeliveryQueue) => DeliveryQueue): Promise<Stage> {
  const clock = leapClock();
  const store = memoryStore({ now: clock.now });
  const queue = pollingQueue({
    outlook: store.work.outlook,
    clock: { ...clock, steadyNow: clock.now },
    onError: () => {},
  });
  return stage({ store, clock, queue: change(queue) });
}

/** A queue that loses all that it is told. */
const deaf = (): DeliveryQueue => ({
  wake: async () => {},
  consume: (_onWake, { signal }) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
});

const codes = (on: Stage): readonly string[] => on.notices().map(({ code }) => code);

describe('wake-ups decide nothing', () => {
  test('none comes: what the record says is looked at every second: an event is routed, then attempted, then retried at its time', async () => {
    const on = await withQueue(deaf);
    on.sink.answer('/a', 500, 200);
    const { id } = await on.endpoint('/a', { retry: { delaysMs: [0, 7000] } });
    await on.quiet();
    await on.send();
    await on.clock.advance(5000);
    await on.untilAttempts(id, 1);
    await on.quiet();
    const retriedAtMs = (on.started[0]?.atMs ?? 0) + 7000;
    await on.clock.advance(retriedAtMs - on.clock.now() - 1);
    expect(on.started).toHaveLength(1);
    await on.clock.advance(3001);
    await on.untilStatuses(id, 'delivered');
  });

  test('none comes, and more lanes are due than one look shows: all of them are worked', async () => {
    const on = await withQueue(deaf);
    for (let index = 0; index < 300; index += 1) await on.endpoint(`/${index % 3}`);
    await on.quiet();
    await on.send();
    await on.clock.advance(10_000);
    await on.until(() => on.attempts().length === 300);
  });

  test('each comes three times, and others for endpoints that are not there: everything is sent once', async () => {
    const on = await withQueue((queue) => ({
      ...queue,
      async wake(work) {
        const strange = [{ kind: 'lane', id: 'wh_unknown', delayMs: 0 } as const];
        for (const wakes of [work, work, strange, work]) await queue.wake(wakes);
      },
    }));
    const { id } = await on.endpoint('/a');
    for (let sent = 0; sent < 20; sent += 1) await on.send();
    await on.untilStatuses(id, ...Array(20).fill('delivered'));
    expect(on.sink.at('/a')).toHaveLength(20);
    expect(codes(on)).toEqual(['secrets_stored_in_clear']);
  });

  test('all come at once to as many as there are: each lane is worked by one', async () => {
    const on = await withQueue((queue) => ({
      wake: queue.wake,
      consume: (onWake, options) =>
        queue.consume(async (work) => {
          await Promise.all([onWake(work), onWake(work), onWake(work)]);
        }, options),
    }));
    const { id } = await on.endpoint('/a', { concurrency: 1 });
    for (let sent = 0; sent < 10; sent += 1) await on.send();
    await on.untilStatuses(id, ...Array(10).fill('delivered'));
    expect(on.sink.mostOpen('/a')).toBe(1);
    expect(on.sink.at('/a')).toHaveLength(10);
  });
});

describe('a queue of somebody’s own', () => {
  const faults: readonly (readonly [string, DeliveryQueue['wake']])[] = [
    ['throws from `wake`', thrower],
    ['rejects from `wake`', () => Promise.reject(new Error('no broker'))],
  ];
  for (const [name, wake] of faults) {
    test(`that ${name}: calls resolve all the same, a notice says so, and the record is worked`, async () => {
      const on = await withQueue((queue) => ({ ...queue, wake }));
      const { id } = await on.endpoint('/a');
      await on.quiet();
      await on.send();
      await on.sender.sendMany([{ type: 'a', data: 1 }]);
      await on.clock.advance(10_000);
      await on.untilStatuses(id, 'delivered', 'delivered');
      await on.sender.endpoints.update(id, { name: 'x' });
      await on.sender.deliveries.recover({ endpointId: id });
      expect(codes(on)).toEqual(['secrets_stored_in_clear', 'wake_failed']);
    });
  }

  test('whose `consume` throws or rejects is asked again, and a notice says so', async () => {
    let calls = 0;
    const on = await withQueue((queue) => ({
      wake: queue.wake,
      consume(onWake, options) {
        calls += 1;
        if (calls === 1) throw new Error('no broker');
        return calls === 2 ? Promise.reject(new Error('no broker')) : queue.consume(onWake, options);
      },
    }));
    const { id } = await on.endpoint('/a');
    await on.send();
    await on.quiet();
    await on.clock.advance(300);
    await on.untilStatuses(id, 'delivered');
    expect(calls).toBe(3);
    expect(codes(on)).toEqual(['secrets_stored_in_clear', 'internal_error']);
  });

  test('is told of every piece of work, and how long it is until it is due', async () => {
    const woken: unknown[] = [];
    const on = await withQueue((queue) => ({
      ...queue,
      wake(work) {
        woken.push(...work);
        return queue.wake(work);
      },
    }));
    on.sink.answer('/a', 500, 200);
    const { id } = await on.endpoint('/a', { retry: { delaysMs: [0, 3000] } });
    const delayed = await on.endpoint('/b', { retry: { delaysMs: [2000] } });
    woken.length = 0;
    await on.send();
    await on.untilAttempts(id, 1);
    await on.quiet();
    expect(woken).toEqual([
      { kind: 'route', id: '', delayMs: 0 },
      { kind: 'lane', id, delayMs: 0 },
      { kind: 'lane', id: delayed.id, delayMs: 2000 },
      { kind: 'lane', id, delayMs: 3000 },
    ]);
  });
});

function thrower(): never {
  throw new Error('no broker');
}
