import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../src/errors/webhook-error.js';
import { memoryReplayStore } from '../../src/replay/memory-replay-store.js';
import type { Claim } from '../../src/replay/port.js';

const { signal } = new AbortController();
const full = expect.objectContaining({ code: 'replay_store_full', status: 503 });

/** A store whose time the test moves, with short names for its calls. */
function storeAt(maxKeys?: number) {
  let nowMs = 1_000;
  const store = memoryReplayStore({ now: () => nowMs, maxKeys });
  const claim = (key: string, token = `t-${key}`, leaseMs = 100): unknown =>
    store.claim({ key, token }, { leaseMs, signal });
  const commit = (key: string, ttlMs: number, guardMs: number, token = `t-${key}`): unknown =>
    store.commit({ key, token }, { ttlMs, guardMs, signal });
  const release = (key: string, token = `t-${key}`): unknown => store.release({ key, token }, { signal });
  /** Claims and commits a key. */
  const done = (key: string, ttlMs = 10_000, guardMs = 1_000): void => {
    expect(claim(key)).toBe('claimed');
    expect(commit(key, ttlMs, guardMs)).toBe(true);
  };
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { store, claim, commit, release, done, pass };
}

describe('claims', () => {
  test('one token at a time', () => {
    const { claim } = storeAt();
    expect([claim('a', '1'), claim('a', '2'), claim('b', '2')]).toEqual([
      'claimed',
      'in_progress',
      'claimed',
    ]);
  });

  test('the same token renews: the lease counts from then', () => {
    const { claim, pass } = storeAt();
    claim('a', '1');
    pass(99);
    expect(claim('a', '1')).toBe('claimed');
    pass(99);
    expect(claim('a', '2')).toBe('in_progress');
    pass(2);
    expect(claim('a', '2')).toBe('claimed');
  });

  test('a lapsed lease is there for the next, and lost for the first', () => {
    const { claim, commit, release, pass } = storeAt();
    claim('a', '1');
    pass(101);
    expect(claim('a', '2')).toBe('claimed');
    expect(claim('a', '1')).toBe('in_progress');
    expect(commit('a', 1_000, 1_000, '1')).toBe(false);
    release('a', '1');
    expect(claim('a', '3')).toBe('in_progress');
  });

  test('a lapsed lease that nobody took can still be committed', () => {
    const { claim, commit, pass } = storeAt();
    claim('a', '1');
    pass(5_000);
    expect(commit('a', 1_000, 1_000, '1')).toBe(true);
    expect(claim('a', '2')).toBe('done');
  });

  test('a released key is there at once', () => {
    const { claim, release } = storeAt();
    claim('a', '1');
    release('a', '1');
    expect(claim('a', '2')).toBe('claimed');
  });
});

describe('commits', () => {
  test('a committed key is done for everybody, for `ttlMs`', () => {
    const { claim, done, pass } = storeAt();
    done('a', 10_000, 1_000);
    expect([claim('a', '2'), claim('a', 't-a')]).toEqual(['done', 'done']);
    pass(9_999);
    expect(claim('a', '2')).toBe('done');
    pass(2);
    expect(claim('a', '2')).toBe('claimed');
  });

  test.each<[string, Claim]>([
    ['a key that nobody claimed', { key: 'b', token: '1' }],
    ['another token', { key: 'a', token: '2' }],
  ])('%s: false, and nothing is written', (_name, claim) => {
    const { store } = storeAt();
    expect(store.claim({ key: 'a', token: '1' }, { leaseMs: 100, signal })).toBe('claimed');
    expect(store.commit(claim, { ttlMs: 1_000, guardMs: 1_000, signal })).toBe(false);
    expect(store.claim({ key: claim.key, token: '1' }, { leaseMs: 100, signal })).toBe('claimed');
  });

  test('release after commit takes nothing back', () => {
    const { claim, done, release } = storeAt();
    done('a');
    release('a');
    expect(claim('a', '2')).toBe('done');
  });

  test('a guard longer than the TTL is the TTL', () => {
    const { claim, done, pass } = storeAt(1);
    done('a', 1_000, 50_000);
    pass(1_001);
    expect(claim('b')).toBe('claimed');
  });

  test('a key that expired, and was processed again, counts from then', () => {
    const { claim, done, pass } = storeAt();
    done('a', 1_000, 1_000);
    pass(1_001);
    done('a', 1_000, 1_000);
    pass(900);
    expect(claim('a', '2')).toBe('done');
  });
});

describe('a full store', () => {
  test('drops the oldest committed key that is past its guard', () => {
    const { claim, done, pass } = storeAt(3);
    done('a');
    pass(1);
    done('b');
    pass(1);
    done('c');
    pass(1_001);
    expect(claim('d')).toBe('claimed');
    expect([claim('b', 'x'), claim('c', 'x')]).toEqual(['done', 'done']);
    expect(claim('a', 'x')).toBe('claimed');
  });

  test('drops by age of the guard, not by order of commits, where horizons differ', () => {
    const { claim, done, pass } = storeAt(2);
    done('long', 100_000, 50_000);
    done('short', 100_000, 1_000);
    pass(2_000);
    expect(claim('new')).toBe('claimed');
    expect(claim('long', 'x')).toBe('done');
  });

  test('refuses a new key where every committed one is guarded, and drops none', () => {
    const { claim, done, pass } = storeAt(2);
    done('a');
    done('b');
    pass(999);
    expect(() => claim('c')).toThrow(full);
    expect([claim('a', 'x'), claim('b', 'x')]).toEqual(['done', 'done']);
    pass(2);
    expect(claim('c')).toBe('claimed');
  });

  test('never drops a running claim', () => {
    const { claim, commit } = storeAt(2);
    claim('a', '1');
    claim('b', '1');
    expect(() => claim('c')).toThrow(full);
    expect([commit('a', 1_000, 0, '1'), commit('b', 1_000, 0, '1')]).toEqual([true, true]);
  });

  test('renews, commits and releases what it holds all the same', () => {
    const { claim, commit, release, done } = storeAt(2);
    done('a');
    claim('b', '1');
    expect(claim('b', '1')).toBe('claimed');
    expect(claim('b', '2')).toBe('in_progress');
    expect(commit('b', 10_000, 1_000, '1')).toBe(true);
    release('b', '1');
    expect(claim('b', '2')).toBe('done');
  });

  test('drops a lapsed lease: its handler is gone', () => {
    const { claim, pass } = storeAt(2);
    claim('a', '1');
    pass(50);
    claim('b', '1');
    pass(51);
    expect(claim('c')).toBe('claimed');
    expect(claim('b', '2')).toBe('in_progress');
  });

  test('a claim that is dropped so cannot be committed any more', () => {
    const { claim, commit, pass } = storeAt(1);
    claim('a', '1');
    pass(101);
    claim('b', '1');
    expect(commit('a', 1_000, 1_000, '1')).toBe(false);
  });

  test('a lapsed lease behind a renewed one is found too', () => {
    const { claim, pass } = storeAt(2);
    claim('renewed', '1');
    claim('lapsed', '1');
    pass(60);
    claim('renewed', '1');
    pass(60);
    expect(claim('c')).toBe('claimed');
    expect(claim('renewed', '2')).toBe('in_progress');
  });

  test('takes back the room of expired keys and of released claims', () => {
    const { claim, release, done, pass } = storeAt(2);
    done('a', 500, 500);
    claim('b', '1', 100_000);
    pass(501);
    expect(claim('c', '1', 100_000)).toBe('claimed');
    expect(() => claim('d')).toThrow(full);
    release('c', '1');
    expect(claim('d')).toBe('claimed');
  });

  test('holds as many keys as it says by default: 100,000', () => {
    const { claim, done } = storeAt();
    for (let n = 0; n < 100_000; n += 1) done(String(n));
    expect(() => claim('one more')).toThrow(full);
    expect(claim('0', 'x')).toBe('done');
  });

  test('finding room does not get slower with what it holds', () => {
    const { claim, commit, pass } = storeAt(50_000);
    for (let n = 0; n < 50_000; n += 1) {
      claim(`a${n}`);
      commit(`a${n}`, 1_000_000, 10);
    }
    pass(20);
    const started = performance.now();
    for (let n = 0; n < 20_000; n += 1) {
      claim(`b${n}`);
      commit(`b${n}`, 1_000_000, 10);
    }
    // Linear work for each of them would take minutes.
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('options', () => {
  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5', {}])(
    'maxKeys %o is refused',
    (maxKeys) => {
      expect(() => Reflect.apply(memoryReplayStore, undefined, [{ maxKeys }])).toThrow(ConfigurationError);
    },
  );

  test("it says that it is one process's alone", () => {
    expect(memoryReplayStore().shared).toBe(false);
  });

  test("without a clock it uses one that no change of the system's time moves", () => {
    const store = memoryReplayStore();
    const real = Date.now;
    expect(store.claim({ key: 'a', token: '1' }, { leaseMs: 60_000, signal })).toBe('claimed');
    Date.now = () => real() + 3_600_000;
    try {
      expect(store.claim({ key: 'a', token: '2' }, { leaseMs: 60_000, signal })).toBe('in_progress');
    } finally {
      Date.now = real;
    }
  });

  test.each(['__proto__', 'constructor', ''])('%o is a key like any other', (key) => {
    const { claim, done } = storeAt();
    done(key);
    expect(claim(key, '2')).toBe('done');
  });
});
