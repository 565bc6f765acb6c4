import { memoryReplayStore, type ReplayStore } from '@countersign/core';
import { describe, expect, test } from 'vitest';
import { fakeClock, replayStoreContract } from '../src/index.js';

/** The names of the cases that a store fails. */
async function failedCases(storeOf: (now: () => number) => ReplayStore): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { name, run } of replayStoreContract) {
    const { now, advance } = fakeClock();
    await run({ store: storeOf(now), advance }).catch((error: unknown) => {
      expect(error).toMatchObject({ name: 'AssertionError' });
      failed.push(name);
    });
  }
  return failed;
}

/** Settles whatever stands under the key, whoever's it is. */
function withoutFencing(now: () => number): ReplayStore {
  const store = memoryReplayStore({ now });
  const owners = new Map<string, string>();
  return {
    ...store,
    async claim(claim, options) {
      const answer = await store.claim(claim, options);
      if (answer === 'claimed') owners.set(claim.key, claim.token);
      return answer;
    },
    commit: ({ key, token }, options) => store.commit({ key, token: owners.get(key) ?? token }, options),
    release: ({ key, token }, options) => store.release({ key, token: owners.get(key) ?? token }, options),
  };
}

/** A release deletes the key, committed or not. */
function forgettingOnRelease(now: () => number): ReplayStore {
  const stores = new Map<string, ReplayStore>();
  const storeOf = (key: string): ReplayStore => {
    const store = stores.get(key) ?? memoryReplayStore({ now });
    stores.set(key, store);
    return store;
  };
  return {
    shared: false,
    claim: (claim, options) => storeOf(claim.key).claim(claim, options),
    commit: (claim, options) => storeOf(claim.key).commit(claim, options),
    release: ({ key }) => void stores.delete(key),
  };
}

/** Looks first and writes a moment later, as two queries without a transaction do. */
function claimingTwice(now: () => number): ReplayStore {
  const store = memoryReplayStore({ now });
  const leases = new Map<string, { readonly token: string; readonly untilMs: number }>();
  return {
    ...store,
    async claim({ key, token }, { leaseMs }) {
      const lease = leases.get(key);
      await Promise.resolve();
      if (lease !== undefined && lease.token !== token && lease.untilMs > now()) return 'in_progress';
      leases.set(key, { token, untilMs: now() + leaseMs });
      return 'claimed';
    },
  };
}

/** Keeps commits for ever. */
function neverForgetting(now: () => number): ReplayStore {
  const store = memoryReplayStore({ now });
  return {
    ...store,
    commit: (claim, options) => store.commit(claim, { ...options, ttlMs: 1e12 }),
  };
}

/** Keeps commits no longer than their guard. */
function forgettingAfterTheGuard(now: () => number): ReplayStore {
  const store = memoryReplayStore({ now });
  return {
    ...store,
    commit: (claim, options) => store.commit(claim, { ...options, ttlMs: options.guardMs / 2 }),
  };
}

describe('the contract catches a store that', () => {
  test.each([
    [
      'has no fencing',
      withoutFencing,
      [
        'a lost token cannot commit, and is told so',
        'a lost token cannot release',
        'a release without a claim does nothing',
      ],
    ],
    [
      'forgets on release',
      forgettingOnRelease,
      ['a release after the commit forgets nothing', 'a lost token cannot release'],
    ],
    [
      'claims twice',
      claimingTwice,
      ['100 claimants of one key at once: one wins', 'a lease that ended is taken over, by one of 100'],
    ],
    ['never forgets', neverForgetting, ['a commit is kept for its guard, and for its ttl, and no longer']],
    [
      'forgets too early',
      forgettingAfterTheGuard,
      ['a commit is kept for its guard, and for its ttl, and no longer'],
    ],
  ])('%s', async (_what, storeOf, cases) => {
    expect(await failedCases(storeOf)).toEqual(expect.arrayContaining(cases));
  });
});

test('the contract accepts the memory store, so that a failure is the fault of the store', async () => {
  expect(await failedCases((now) => memoryReplayStore({ now }))).toEqual([]);
});
