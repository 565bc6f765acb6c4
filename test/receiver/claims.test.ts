import { memoryReplayStore } from '@countersign/core';
import { fakeClock } from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import { deferred, delivery, never, scriptedStore, stage } from './harness.js';

describe('renewal', () => {
  test('a claim is taken for 15 s and extended every third of it with the same token', async () => {
    const clock = fakeClock();
    const store = scriptedStore(clock);
    const work = deferred();
    const { receiver } = stage({ replay: store }, clock);
    receiver.onUnhandled(() => work.promise);
    const startMs = clock.now();
    const answer = receiver.handle(await delivery(clock));
    await clock.advance(16_000);

    expect(store.calls.map(({ call, atMs }) => [call, atMs - startMs])).toEqual([
      ['claim', 0],
      ['claim', 5_000],
      ['claim', 10_000],
      ['claim', 15_000],
    ]);
    expect(new Set(store.calls.map(({ claim }) => claim.token)).size).toBe(1);
    expect(store.calls.map(({ options }) => options)).toEqual(
      Array(4).fill({ leaseMs: 15_000, signal: expect.any(AbortSignal) }),
    );
    work.resolve();
    expect((await answer).status).toBe(200);
  });

  test('`leaseMs` sets lease and rhythm', async () => {
    const clock = fakeClock();
    const store = scriptedStore(clock);
    const { receiver } = stage({ replay: store, leaseMs: 3_000 }, clock);
    receiver.onUnhandled(never);
    void receiver.handle(await delivery(clock));
    await clock.advance(2_500);
    expect(store.calls.map(({ options }) => options)).toMatchObject(Array(3).fill({ leaseMs: 3_000 }));
  });

  test('each claim has a token of its own that cannot be guessed', async () => {
    const clock = fakeClock();
    const store = scriptedStore(clock);
    const { receiver } = stage({ replay: store }, clock);
    receiver.onUnhandled(() => {});
    for (let n = 0; n < 20; n += 1) await receiver.handle(await delivery(clock, { id: `msg_${n}` }));
    const tokens = store.calls.filter(({ call }) => call === 'claim').map(({ claim }) => claim.token);
    expect(new Set(tokens).size).toBe(20);
    // 128 bits.
    for (const token of tokens) expect(token).toMatch(/^[\w-]{22}$/);
  });

  test.each(['resolves', 'rejects'])('renewal stops when the handler %s', async (end) => {
    const clock = fakeClock();
    const store = scriptedStore(clock);
    const work = deferred();
    const { receiver } = stage({ replay: store }, clock);
    receiver.onUnhandled(() => work.promise);
    const answer = receiver.handle(await delivery(clock));
    await clock.advance(5_000);
    if (end === 'resolves') work.resolve();
    else work.reject(new Error('no'));
    await answer;
    await clock.advance(60_000);
    expect(store.names()).toEqual(['claim', 'claim', end === 'resolves' ? 'commit' : 'release']);
    expect(clock.pending).toBe(0);
  });

  test('a renewal under way when the handler fails does not take the released key again', async () => {
    const clock = fakeClock();
    const inner = memoryReplayStore({ now: clock.now });
    const renewal = deferred();
    const store = scriptedStore(clock, {}, inner);
    const work = deferred();
    const { receiver } = stage({ replay: store }, clock);
    receiver.onUnhandled(() => work.promise);
    const first = receiver.handle(await delivery(clock));
    await clock.advance(0);
    // A slow network: the renewal is sent, and arrives at the store later.
    store.script.claim = async (claim, options) => {
      await renewal.promise;
      return inner.claim(claim, options);
    };
    await clock.advance(5_000);
    work.reject(new Error('no'));
    await clock.advance(0);
    renewal.resolve();
    expect((await first).status).toBe(500);
    store.script = {};
    work.promise.catch(() => {});
    const again = stage({ replay: store }, clock).receiver.onUnhandled(() => {});
    expect((await again.handle(await delivery(clock))).status).toBe(200);
  });

  test('a renewal that fails is tried again a third of the lease later', async () => {
    const clock = fakeClock();
    const store = scriptedStore(clock);
    const signals: AbortSignal[] = [];
    const { receiver } = stage({ replay: store }, clock);
    receiver.onUnhandled((_event, { signal }) => {
      signals.push(signal);
      return never();
    });
    void receiver.handle(await delivery(clock));
    await clock.advance(1_000);
    store.script.claim = () => {
      throw new Error('connection reset');
    };
    await clock.advance(5_000);
    store.script = {};
    await clock.advance(5_000);
    expect(store.names()).toEqual(['claim', 'claim', 'claim']);
    expect(signals.map((signal) => signal.aborted)).toEqual([false]);
  });
});

describe('a lost claim', () => {
  async function losing(end: 'resolves' | 'rejects') {
    const clock = fakeClock();
    const store = scriptedStore(clock);
    const work = deferred();
    const signals: AbortSignal[] = [];
    const set = stage({ replay: store }, clock);
    set.receiver.onUnhandled((_event, { signal }) => {
      signals.push(signal);
      return work.promise;
    });
    const answer = set.receiver.handle(await delivery(clock));
    await clock.advance(0);
    store.script = { claim: () => 'in_progress', commit: () => false };
    await clock.advance(5_000);
    const aborted = signals.map((signal) => [signal.aborted, signal.reason]);
    if (end === 'resolves') work.resolve();
    else work.reject(new Error('aborted'));
    return { ...set, store, aborted, answer: await answer };
  }

  test('a token that another process took aborts the signal and ends renewal', async () => {
    const { aborted, clock, store } = await losing('rejects');
    expect(aborted).toEqual([[true, expect.objectContaining({ code: 'claim_lost' })]]);
    await clock.advance(60_000);
    expect(store.names().filter((name) => name === 'claim')).toHaveLength(2);
  });

  test('a handler that gives up then is answered 503', async () => {
    const { answer, codes } = await losing('rejects');
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
    expect(codes()).toEqual(['claim_lost']);
  });

  test('a handler that resolves all the same is acknowledged, and the outcome says `commit_failed`', async () => {
    const { answer, codes } = await losing('resolves');
    expect(answer.status).toBe(200);
    expect(codes()).toEqual(['commit_failed']);
  });
});
