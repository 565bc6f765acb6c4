import { memoryReplayStore } from '@countersign/core';
import { fakeClock } from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import { type Deferred, deferred, delivery, scriptedStore, stage } from './harness.js';

/** A receiver whose first run hangs until the test ends it; later runs succeed at once. */
function hanging(withWaitUntil: boolean) {
  const clock = fakeClock();
  const store = scriptedStore(clock);
  const set = stage({ replay: store }, clock);
  const runs: AbortSignal[] = [];
  const work: Deferred<void> = deferred();
  const background: Promise<unknown>[] = [];
  set.receiver.onUnhandled((_event, { signal }) => {
    runs.push(signal);
    return runs.length === 1 ? work.promise : undefined;
  });
  const waitUntil = withWaitUntil ? { waitUntil: (late: Promise<unknown>) => background.push(late) } : {};
  const deliver = async () => set.receiver.handle(await delivery(clock, waitUntil));
  return { ...set, store, runs, work, background, deliver };
}

test('at 25 s the signal aborts and 503 is answered with Retry-After', async () => {
  const { clock, deliver, runs, codes } = hanging(false);
  const answer = deliver();
  await clock.advance(24_999);
  expect(runs.map((signal) => signal.aborted)).toEqual([false]);
  await clock.advance(1);
  expect(runs.map((signal) => signal.reason)).toEqual([expect.objectContaining({ code: 'handler_timeout' })]);
  expect(await answer).toMatchObject({
    status: 503,
    headers: { 'retry-after': expect.stringMatching(/^[1-9]/) },
  });
  expect(codes()).toEqual(['handler_timeout']);
});

test('`handlerTimeoutMs` moves that moment', async () => {
  const clock = fakeClock();
  const { receiver } = stage({ handlerTimeoutMs: 700 }, clock);
  receiver.onUnhandled(() => new Promise(() => {}));
  const answer = receiver.handle(await delivery(clock));
  await clock.advance(700);
  expect((await answer).status).toBe(503);
});

test('a handler that heeds the signal and rejects at the timeout is answered 503, and the retry runs', async () => {
  const { clock, receiver, codes } = stage({ handlerTimeoutMs: 700 });
  let runs = 0;
  receiver.onUnhandled((_event, { signal }) => {
    runs += 1;
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  for (const run of [1, 2]) {
    const answer = receiver.handle(await delivery(clock));
    await clock.advance(700);
    expect((await answer).status).toBe(503);
    expect(runs).toBe(run);
    await clock.advance(0);
  }
  expect(codes().filter((code) => code === 'handler_timeout')).toHaveLength(2);
});

describe.each([
  ['with waitUntil', true],
  ['on a platform without waitUntil', false],
])('a late handler %s', (_name, withWaitUntil) => {
  test('keeps its claim while it runs: another copy is told to come back', async () => {
    const { clock, deliver, runs } = hanging(withWaitUntil);
    void deliver();
    await clock.advance(60_000);
    expect((await deliver()).status).toBe(503);
    expect(runs).toHaveLength(1);
  });

  test('that resolves is committed: the retry is a duplicate', async () => {
    const { clock, deliver, runs, work, outcomes, store } = hanging(withWaitUntil);
    void deliver();
    await clock.advance(40_000);
    work.resolve();
    await clock.advance(0);
    expect(store.names().filter((name) => name !== 'claim')).toEqual(['commit']);
    expect((await deliver()).status).toBe(200);
    expect(runs).toHaveLength(1);
    expect(outcomes.map((outcome) => outcome.code)).toEqual([
      'handler_timeout',
      'handler_settled_late',
      'duplicate',
    ]);
    expect(outcomes[1]).toMatchObject({
      kind: 'notice',
      message: expect.stringMatching(/resolved.*committed/),
    });
  });

  test('that rejects is released: the retry runs', async () => {
    const { clock, deliver, runs, work, outcomes, store } = hanging(withWaitUntil);
    void deliver();
    await clock.advance(40_000);
    work.reject(new Error('too late'));
    await clock.advance(0);
    expect(store.names().filter((name) => name !== 'claim')).toEqual(['release']);
    expect((await deliver()).status).toBe(200);
    expect(runs).toHaveLength(2);
    expect(outcomes[1]).toMatchObject({
      code: 'handler_settled_late',
      message: expect.stringMatching(/failed.*released/),
    });
  });

  test('leaves no timer behind', async () => {
    const { clock, deliver, work } = hanging(withWaitUntil);
    void deliver();
    await clock.advance(40_000);
    work.resolve();
    await clock.advance(60_000);
    expect(clock.pending).toBe(0);
  });
});

test('waitUntil is given the work that outlives the answer', async () => {
  const { clock, deliver, work, background, store } = hanging(true);
  void deliver();
  await clock.advance(25_000);
  expect(background).toHaveLength(1);
  work.resolve();
  await Promise.all(background);
  expect(store.names()).toContain('commit');
});

test('a waitUntil that throws changes nothing', async () => {
  const { clock, receiver, codes } = stage({});
  const work = deferred();
  receiver.onUnhandled(() => work.promise);
  const waitUntil = (): never => {
    throw new Error('the request is over');
  };
  const answer = receiver.handle(await delivery(clock, { waitUntil }));
  await clock.advance(25_000);
  expect((await answer).status).toBe(503);
  work.resolve();
  await clock.advance(0);
  expect(codes()).toEqual(['handler_timeout', 'handler_settled_late']);
});

test('a late handler whose commit finds the claim lost is not reported as committed', async () => {
  const { clock, deliver, work, outcomes, store } = hanging(true);
  void deliver();
  await clock.advance(26_000);
  store.script = { commit: () => false };
  work.resolve();
  await clock.advance(0);
  expect(outcomes[1]).toMatchObject({ code: 'handler_settled_late' });
  expect(outcomes[1]).not.toMatchObject({ message: expect.stringMatching(/released|was committed/) });
});

test('with `replay: false` a late handler only ends', async () => {
  const { clock, receiver, codes } = stage({ replay: false });
  const work = deferred();
  receiver.onUnhandled(() => work.promise);
  const answer = receiver.handle(await delivery(clock));
  await clock.advance(25_000);
  expect((await answer).status).toBe(503);
  work.resolve();
  await clock.advance(0);
  expect(codes()).toEqual(['handler_timeout', 'handler_settled_late']);
});

test('a process that dies between effect and commit: its lease ends, and the retry runs on another', async () => {
  const storeClock = fakeClock();
  const store = memoryReplayStore({ now: storeClock.now });
  const effects: string[] = [];
  // The clock of the dead process stands still: nothing renews, nothing settles.
  const dead = stage({ replay: store }, fakeClock());
  dead.receiver.onUnhandled(() => {
    effects.push('dead');
    return new Promise(() => {});
  });
  const alive = stage({ replay: store }, fakeClock());
  alive.receiver.onUnhandled(() => effects.push('alive'));
  void dead.receiver.handle(await delivery(dead.clock));
  await dead.clock.advance(0);

  await storeClock.advance(14_999);
  expect((await alive.receiver.handle(await delivery(alive.clock))).status).toBe(503);
  await storeClock.advance(1);
  expect((await alive.receiver.handle(await delivery(alive.clock))).status).toBe(200);
  expect(effects).toEqual(['dead', 'alive']);
});

test('the process that comes back after its lease was taken commits nothing', async () => {
  const storeClock = fakeClock();
  const store = scriptedStore(storeClock);
  const slow = stage({ replay: store }, fakeClock());
  const work = deferred();
  slow.receiver.onUnhandled(() => work.promise);
  const other = stage({ replay: store }, fakeClock());
  const otherWork = deferred();
  other.receiver.onUnhandled(() => otherWork.promise);

  const late = slow.receiver.handle(await delivery(slow.clock));
  await slow.clock.advance(0);
  await storeClock.advance(15_000);
  const current = other.receiver.handle(await delivery(other.clock));
  await other.clock.advance(0);
  work.resolve();
  expect((await late).status).toBe(200);
  expect(slow.codes()).toEqual(['commit_failed']);
  otherWork.resolve();
  await current;
  expect(other.codes()).toEqual(['processed']);
});
