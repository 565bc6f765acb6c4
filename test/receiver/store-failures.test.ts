import { memoryReplayStore, type ReplayStore } from '@countersign/core';
import { fakeClock } from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import { delivery, never, scriptedStore, stage } from './harness.js';

/** A receiver on a scripted store that counts the runs of its handler. */
function counting(script: Parameters<typeof scriptedStore>[1] = {}) {
  const clock = fakeClock();
  const store = scriptedStore(clock, script);
  const set = stage({ replay: store }, clock);
  const runs: string[] = [];
  set.receiver.onUnhandled((event) => runs.push(event.id));
  const deliver = async () => set.receiver.handle(await delivery(clock));
  return { ...set, store, runs, deliver };
}

const broken = (): never => {
  throw new Error('the store is down');
};

describe('before the handler', () => {
  test.each<[string, ReplayStore['claim'], string]>([
    ['throws', broken, 'replay_store_unavailable'],
    ['rejects', () => Promise.reject(new Error('the store is down')), 'replay_store_unavailable'],
    ['rejects with no Error', () => Promise.reject('down'), 'replay_store_unavailable'],
  ])(
    'a store that %s is answered 503 with Retry-After, and the handler has not run',
    async (_name, claim, code) => {
      const { deliver, runs, outcomes } = counting({ claim });
      expect(await deliver()).toMatchObject({
        status: 503,
        headers: { 'retry-after': expect.stringMatching(/^[1-9]/) },
      });
      expect(outcomes).toMatchObject([{ kind: 'refused', code, status: 503 }]);
      expect(runs).toEqual([]);
    },
  );

  test('a store that hangs is answered 503 after `storeTimeoutMs`, its signal aborted', async () => {
    const signals: AbortSignal[] = [];
    const { clock, deliver, runs, codes } = counting({
      claim: (_claim, { signal }) => {
        signals.push(signal);
        return never();
      },
    });
    const answer = deliver();
    await clock.advance(1_999);
    expect(signals.map((signal) => signal.aborted)).toEqual([false]);
    await clock.advance(1);
    expect((await answer).status).toBe(503);
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
    expect(codes()).toEqual(['replay_store_unavailable']);
    expect(runs).toEqual([]);
  });

  test('a claim whose answer was lost is given back: the retry runs at once', async () => {
    const clock = fakeClock();
    const inner = memoryReplayStore({ now: clock.now });
    const { store, deliver, runs } = counting();
    store.script = {
      claim: async (claim, options) => {
        await inner.claim(claim, options);
        throw new Error('connection reset');
      },
      release: inner.release,
    };
    expect((await deliver()).status).toBe(503);
    store.script = inner;
    expect((await deliver()).status).toBe(200);
    expect(runs).toEqual(['msg_1']);
  });

  test('a store that answers none of the three words lets nothing through', async () => {
    // A store in plain JavaScript that forgot its `return`.
    const forgetful: unknown = {
      shared: true,
      claim: async () => {},
      commit: async () => true,
      release: async () => {},
    };
    const isStore = (value: unknown): value is ReplayStore => value === forgetful;
    if (!isStore(forgetful)) throw new Error('unreachable');
    const { clock, receiver } = stage({ replay: forgetful });
    let runs = 0;
    receiver.onUnhandled(() => {
      runs += 1;
    });
    expect((await receiver.handle(await delivery(clock))).status).toBe(503);
    expect(runs).toBe(0);
  });
});

describe('after the handler', () => {
  test('a commit that fails once is tried again', async () => {
    const { clock, store, deliver, codes } = counting({ commit: broken });
    const answer = deliver();
    await clock.advance(50);
    store.script = {};
    await clock.advance(100);
    expect((await answer).status).toBe(200);
    expect(codes()).toEqual(['processed']);
  });

  test('a commit that keeps failing is tried for `storeTimeoutMs`, then 200 with `commit_failed`', async () => {
    const { clock, store, deliver, codes, runs } = counting({ commit: broken });
    const startMs = clock.now();
    const answer = deliver();
    await clock.advance(1_900);
    expect(codes()).toEqual([]);
    await clock.advance(200);
    expect((await answer).status).toBe(200);
    expect(codes()).toEqual(['commit_failed']);
    const commits = store.calls.filter(({ call }) => call === 'commit');
    expect(commits.length).toBeGreaterThanOrEqual(5);
    expect(Math.max(...commits.map(({ atMs }) => atMs - startMs))).toBeLessThanOrEqual(2_100);
    expect(runs).toEqual(['msg_1']);
  });

  test('a commit that hangs does not hold the answer for ever', async () => {
    const { clock, deliver, codes } = counting({ commit: never });
    const answer = deliver();
    await clock.advance(3 * 2_000);
    expect((await answer).status).toBe(200);
    expect(codes()).toEqual(['commit_failed']);
    expect(clock.pending).toBe(0);
  });

  test('a commit whose answer was lost is known to be done when it is tried again', async () => {
    const clock = fakeClock();
    const inner = memoryReplayStore({ now: clock.now });
    const store = scriptedStore(clock, {}, inner);
    let lost = 0;
    store.script.commit = async (claim, options) => {
      const answer = await inner.commit(claim, options);
      lost += 1;
      if (lost === 1) throw new Error('connection reset');
      return answer;
    };
    const { receiver, codes } = stage({ replay: store }, clock);
    receiver.onUnhandled(() => {});
    const answer = receiver.handle(await delivery(clock));
    await clock.advance(200);
    expect((await answer).status).toBe(200);
    expect(codes()).toEqual(['processed']);
  });

  test('a commit inside the handler makes the one after it a no-op, not a failure', async () => {
    const clock = fakeClock();
    const replay = memoryReplayStore({ now: clock.now });
    const { receiver, codes } = stage({ replay }, clock);
    const commits: unknown[] = [];
    receiver.onUnhandled((_event, { claim, signal }) => {
      if (claim !== undefined)
        commits.push(replay.commit(claim, { ttlMs: 1_000_000, guardMs: 1_000, signal }));
    });
    expect((await receiver.handle(await delivery(clock))).status).toBe(200);
    expect(commits).toEqual([true]);
    expect(codes()).toEqual(['processed']);
  });

  test('a release that fails leaves the lease to lapse, and changes no answer', async () => {
    const clock = fakeClock();
    const store = scriptedStore(clock, { release: broken });
    const { receiver, codes } = stage({ replay: store }, clock);
    const ends = [() => Promise.reject(new Error('first')), () => undefined];
    receiver.onUnhandled(() => ends.shift()?.());
    expect((await receiver.handle(await delivery(clock))).status).toBe(500);
    expect(codes()).toEqual(['handler_failed']);
    expect((await receiver.handle(await delivery(clock))).status).toBe(503);
    await clock.advance(15_000);
    expect((await receiver.handle(await delivery(clock))).status).toBe(200);
  });

  test('a release that hangs holds the answer for `storeTimeoutMs` at most', async () => {
    const clock = fakeClock();
    const { receiver } = stage({ replay: scriptedStore(clock, { release: never }) }, clock);
    receiver.onUnhandled(() => Promise.reject(new Error('no')));
    const answer = receiver.handle(await delivery(clock));
    await clock.advance(2_000);
    expect((await answer).status).toBe(500);
  });
});
