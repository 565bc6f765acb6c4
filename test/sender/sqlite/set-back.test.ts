import { copyFileSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { DeliveryStore, Settlement } from '@countersign/sender';
import { describe, expect, test } from 'vitest';
import { steps } from '../../../packages/sender/src/sqlite/sql/schema.js';
import { ended, newEndpoint, newEvent, report } from './new-records.js';
import { addEndpoint, deliver, newPath, openStore, takeLane } from './open-stores.js';

const RIGHT_MS = Date.UTC(2026, 5, 1, 12, 30);
const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const AHEAD = [
  ['by an hour', HOUR_MS],
  ['by ten years', 3653 * DAY_MS],
] as const;

/** A clock that is set by hand. */
function newClock(startMs: number) {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    set: (ms: number) => {
      nowMs = ms;
    },
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

const retried = (deliveryId: string, delayMs: number): Settlement => ({
  deliveryId,
  attempt: { number: 1, durationMs: 12, status: 500 },
  next: { status: 'pending', delayMs, spent: 1, postponements: 0, successesAtFirstFailure: 0 },
});

/** As the worker does every few seconds, also where there is nothing to do. */
const maintain = (store: DeliveryStore) => store.work.skip({ limit: 1 });

const dueIds = async (store: DeliveryStore): Promise<readonly string[]> => {
  const { due } = await store.work.outlook({ limit: 100 });
  return due.map(({ kind, id }) => (kind === 'lane' ? id : kind));
};

describe.each(AHEAD)('a record that was worked with a clock that was ahead %s', (_much, aheadMs) => {
  /** Works ahead, closes, and opens with the right time. */
  async function afterwards<T>(work: (store: DeliveryStore, pass: (ms: number) => void) => Promise<T>) {
    const path = newPath();
    const clock = newClock(RIGHT_MS + aheadMs);
    const ahead = await openStore(path, clock.now);
    const made = await work(ahead, clock.pass);
    await ahead.close();
    clock.set(RIGHT_MS);
    return { store: await openStore(path, clock.now), pass: clock.pass, made };
  }

  test('does what is new at once', async () => {
    const { store, made } = await afterwards(async (ahead, pass) => {
      const { id } = await addEndpoint(ahead);
      const delivery = await deliver(ahead, id);
      pass(SECOND_MS - 1);
      await ahead.work.settle(await takeLane(ahead, id), report(ended(delivery)));
      return id;
    });
    const delivery = await deliver(store, made);
    expect(await dueIds(store)).toEqual([made]);
    const due = await store.work.due(await takeLane(store, made), { limit: 1, except: [] });
    expect(due).toMatchObject([{ id: delivery }]);
  });

  test('makes retries after what was left of their delay, of lanes that were let go of and of others', async () => {
    const { store, pass, made } = await afterwards(async (ahead, passAhead) => {
      const [one, two] = [await addEndpoint(ahead), await addEndpoint(ahead)];
      for (const { id } of [one, two]) {
        const delivery = await deliver(ahead, id);
        const lane = await takeLane(ahead, id);
        await ahead.work.settle(lane, {
          ...report(retried(delivery, 60 * SECOND_MS)),
          release: id === one.id,
        });
      }
      passAhead(20 * SECOND_MS);
      await maintain(ahead);
      return { ids: [one.id, two.id] };
    });
    expect(await store.work.outlook({ limit: 10 })).toEqual({ due: [], nextInMs: 40 * SECOND_MS });
    pass(40 * SECOND_MS - 1);
    expect(await dueIds(store)).toEqual([]);
    pass(1);
    expect(await dueIds(store)).toEqual(made.ids);
    for (const id of made.ids) {
      const due = await store.work.due(await takeLane(store, id), { limit: 1, except: [] });
      expect(due).toMatchObject([{ attempts: 1 }]);
    }
  });

  test('is moved once, however often it is opened', async () => {
    const path = newPath();
    const clock = newClock(RIGHT_MS + aheadMs);
    const ahead = await openStore(path, clock.now);
    const { id } = await addEndpoint(ahead);
    const delivery = await deliver(ahead, id);
    await ahead.work.settle(await takeLane(ahead, id), report(retried(delivery, 60 * SECOND_MS)));
    await ahead.close();
    clock.set(RIGHT_MS);
    for (const leftMs of [60, 50, 40].map((seconds) => seconds * SECOND_MS)) {
      const store = await openStore(path, clock.now);
      expect(await store.work.outlook({ limit: 10 })).toEqual({ due: [], nextInMs: leftMs });
      await store.close();
      clock.pass(10 * SECOND_MS);
    }
  });

  test('ends the parking of lanes when it would have ended, with the state that they had', async () => {
    const { store, pass, made } = await afterwards(async (ahead, passAhead) => {
      const { id } = await addEndpoint(ahead);
      await deliver(ahead, id);
      const state = { failures: 5, successes: 2, parkForMs: 30 * SECOND_MS, rateDebtMs: 50 * SECOND_MS };
      const failing = { ...state, failingForMs: 10 * SECOND_MS };
      await ahead.work.settle(await takeLane(ahead, id), { ...report(), state: failing });
      passAhead(10 * SECOND_MS);
      await maintain(ahead);
      return id;
    });
    expect(await store.work.outlook({ limit: 10 })).toEqual({ due: [], nextInMs: 20 * SECOND_MS });
    pass(20 * SECOND_MS);
    const { state } = await takeLane(store, made);
    expect(state).toEqual({
      failures: 5,
      successes: 2,
      parkForMs: undefined,
      rateDebtMs: 20 * SECOND_MS,
      failingForMs: 40 * SECOND_MS,
    });
  });

  test('forgets secrets when they would have expired, and brings back none', async () => {
    const { store, pass, made } = await afterwards(async (ahead, passAhead) => {
      const secrets = [
        { id: 'over', value: 'a', expiresInMs: SECOND_MS },
        { id: 'long', value: 'b', expiresInMs: 60 * SECOND_MS },
        { id: 'always', value: 'c' },
      ];
      const draft = newEndpoint({ secrets });
      await ahead.records.createEndpoint(draft);
      passAhead(20 * SECOND_MS);
      await maintain(ahead);
      return draft.id;
    });
    expect((await store.records.endpoint('*', made))?.secrets).toEqual([
      { id: 'long', value: 'b', expiresInMs: 40 * SECOND_MS },
      { id: 'always', value: 'c', expiresInMs: undefined },
    ]);
    pass(40 * SECOND_MS);
    expect((await store.records.endpoint('*', made))?.secrets).toMatchObject([{ id: 'always' }]);
  });

  test('is pruned when it is old enough, and stands in the way of nothing', async () => {
    const { store, pass } = await afterwards(async (ahead, passAhead) => {
      const { id } = await addEndpoint(ahead);
      const delivery = await deliver(ahead, id);
      await ahead.work.settle(await takeLane(ahead, id), report(ended(delivery)));
      passAhead(20 * SECOND_MS);
      await maintain(ahead);
    });
    const prune = () => store.records.prune({ olderThanMs: 60 * SECOND_MS, limit: 10 });
    pass(40 * SECOND_MS - 1);
    expect(await prune()).toBe(0);
    pass(1);
    expect(await prune()).toBe(1);
  });

  test('is requeued by what its age is', async () => {
    const { store, pass, made } = await afterwards(async (ahead, passAhead) => {
      const { id } = await addEndpoint(ahead);
      const failed = await deliver(ahead, id);
      await ahead.work.settle(await takeLane(ahead, id), report(ended(failed, 'failed')));
      const pending = await deliver(ahead, id);
      passAhead(20 * SECOND_MS);
      await maintain(ahead);
      return { id, failed, pending };
    });
    const requeue = (status: 'failed' | 'pending', ages: object) =>
      store.records.requeue('*', { endpointId: made.id, statuses: [status], limit: 10, ...ages });
    for (const status of ['failed', 'pending'] as const)
      expect(await requeue(status, { createdWithinMs: 20 * SECOND_MS - 1 })).toBe(0);
    expect(await requeue('failed', { finishedForMs: 20 * SECOND_MS + 1 })).toBe(0);
    pass(1);
    expect(await requeue('pending', { createdWithinMs: 20 * SECOND_MS + 1 })).toBe(1);
    expect(
      await requeue('failed', {
        createdWithinMs: 20 * SECOND_MS + 1,
        finishedForMs: 20 * SECOND_MS + 1,
      }),
    ).toBe(1);
  });

  test('counts its last hour among what the running one counts', async () => {
    const tallies = [{ measure: 'delivered', bin: 0, count: 1, totalMs: 2 }] as const;
    const path = newPath();
    const clock = newClock(RIGHT_MS);
    const countOf = async (store: DeliveryStore, id: string, windowMs: number) =>
      (await store.records.endpointTotals('*', id, { windowMs }))?.tallies;
    const before = await openStore(path, clock.now);
    const { id } = await addEndpoint(before);
    const tally = async (store: DeliveryStore) => {
      await deliver(store, id);
      await store.work.settle(await takeLane(store, id), { ...report(), tallies });
    };
    await tally(before);
    await before.close();
    clock.pass(aheadMs - HOUR_MS);
    const ahead = await openStore(path, clock.now);
    for (const _hour of [1, 2]) {
      await tally(ahead);
      clock.pass(HOUR_MS);
    }
    await tally(ahead);
    await ahead.close();
    clock.set(RIGHT_MS);
    const store = await openStore(path, clock.now);
    // The first hour ahead is the running one where the clock was ahead by an hour; otherwise it is moved with the last.
    const countNow = aheadMs === HOUR_MS ? 3 : 2;
    expect(await countOf(store, id, 0)).toMatchObject([{ count: countNow, totalMs: 2 * countNow }]);
    expect(await countOf(store, id, 3 * HOUR_MS)).toEqual([
      { measure: 'delivered', bin: 0, count: 4, totalMs: 8 },
    ]);
    await store.records.prune({ olderThanMs: 0, limit: 10 });
    clock.pass(50 * HOUR_MS);
    expect(await countOf(store, id, 100 * HOUR_MS)).toEqual([]);
  });

  test('is moved after a crash as well', async () => {
    const [path, copy] = [newPath(), newPath()];
    const ahead = await openStore(path, () => RIGHT_MS + aheadMs);
    const { id } = await addEndpoint(ahead);
    const delivery = await deliver(ahead, id);
    await ahead.work.settle(await takeLane(ahead, id), report(retried(delivery, SECOND_MS)));
    for (const companion of ['', '-wal']) copyFileSync(`${path}${companion}`, `${copy}${companion}`);
    const store = await openStore(copy, () => RIGHT_MS);
    expect(await store.work.outlook({ limit: 10 })).toEqual({ due: [], nextInMs: SECOND_MS });
  });

  test('of an older schema is moved by what it shows', async () => {
    const path = newPath();
    const database = new DatabaseSync(path);
    database.exec(steps[0] ?? '');
    database.exec(`
      INSERT INTO lanes (endpoint_id, is_open, rested_at) VALUES ('a', 1, ${RIGHT_MS + aheadMs}), ('b', 1, 1);
      INSERT INTO endpoints (seq, id, tenant, status, revision, created_at, updated_at, events, secrets, settings)
      VALUES (1, 'a', '', 'enabled', 1, 1, 1, '[]', '[]', '{}')`);
    database.close();
    const store = await openStore(path, () => RIGHT_MS);
    await deliver(store, 'a');
    expect(await dueIds(store)).toEqual(['a']);
  });
});

test('what was before the clock was ahead is as old as it is', async () => {
  const path = newPath();
  const clock = newClock(RIGHT_MS);
  const before = await openStore(path, clock.now);
  const { id } = await addEndpoint(before);
  const [first, second] = [await deliver(before, id), await deliver(before, id)];
  const state = { failures: 5, successes: 2, failingForMs: 0 };
  await before.work.settle(await takeLane(before, id), { ...report(ended(first, 'failed')), state });
  await before.close();
  clock.pass(DAY_MS);
  const ahead = await openStore(path, clock.now);
  await maintain(ahead);
  await ahead.close();
  clock.set(RIGHT_MS + SECOND_MS);
  const store = await openStore(path, clock.now);
  expect((await takeLane(store, id)).state.failingForMs).toBe(SECOND_MS);
  expect(await store.records.delivery('*', first)).toMatchObject({
    createdAtMs: RIGHT_MS,
    finishedAtMs: RIGHT_MS,
  });
  expect(await store.records.delivery('*', second)).toMatchObject({ createdAtMs: RIGHT_MS });
});

test.each([0, SECOND_MS, -HOUR_MS])(
  'nothing is written where the clock was set back by %i ms',
  async (backMs) => {
    const path = newPath();
    const first = await openStore(path, () => RIGHT_MS);
    const { id } = await addEndpoint(first);
    await deliver(first, id);
    await first.events.append([newEvent()]);
    await first.close();
    const before = readFileSync(path);
    await (await openStore(path, () => RIGHT_MS - backMs)).close();
    expect(readFileSync(path).equals(before)).toBe(true);
  },
);

test('what a failed transaction has seen is seen by the next one', async () => {
  const path = newPath();
  const clock = newClock(RIGHT_MS);
  const store = await openStore(path, clock.now);
  const { id } = await addEndpoint(store);
  clock.pass(HOUR_MS);
  // @ts-expect-error what no column takes
  await expect(store.events.append([newEvent({ id: {} })])).rejects.toThrow();
  const delivery = await deliver(store, id);
  await store.work.settle(await takeLane(store, id), report(ended(delivery)));
  await store.close();
  const again = await openStore(path, () => RIGHT_MS);
  await deliver(again, id);
  expect(await dueIds(again)).toEqual([id]);
});
