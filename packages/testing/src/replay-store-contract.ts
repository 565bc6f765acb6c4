import assert from 'node:assert/strict';
import type { Claim, ReplayStore } from '@countersign/core';

/** A store under test, with the clock that it lives by. */
export interface ReplayStoreSubject {
  readonly store: ReplayStore;
  /** Moves the store's time on; a store whose clock cannot be faked waits that long. */
  advance(ms: number): Promise<void> | void;
}

/** One promise of a {@link ReplayStore}. */
export interface ReplayStoreCase {
  /** The promise. */
  readonly name: string;
  /** Rejects with an `AssertionError` where the store breaks it. */
  run(subject: ReplayStoreSubject): Promise<void>;
}

const LEASE_MS = 2_000;
const GUARD_MS = 3_000;
const TTL_MS = 6_000;
/** How far from a horizon the store is asked, so that a store with a real clock has time to answer. */
const MARGIN_MS = 700;

/** What the cases do with a store: calls with the options filled in. */
class Claimant {
  readonly claim: Claim;
  readonly #store: ReplayStore;

  constructor(store: ReplayStore, key: string) {
    this.#store = store;
    this.claim = { key, token: crypto.randomUUID() };
  }

  async claims(leaseMs = LEASE_MS): Promise<'claimed' | 'in_progress' | 'done'> {
    return this.#store.claim(this.claim, { leaseMs, signal: new AbortController().signal });
  }

  async commits(): Promise<boolean> {
    const { signal } = new AbortController();
    return this.#store.commit(this.claim, { ttlMs: TTL_MS, guardMs: GUARD_MS, signal });
  }

  async releases(): Promise<void> {
    await this.#store.release(this.claim, { signal: new AbortController().signal });
  }
}

interface Play {
  /** Someone with a token of their own, for a key that nothing but this case uses. */
  claimant(key?: string): Claimant;
  advance(ms: number): Promise<void> | void;
}

const contractCase = (name: string, play: (play: Play) => Promise<void>): ReplayStoreCase => ({
  name,
  async run({ store, advance }) {
    const caseKey = crypto.randomUUID();
    await play({ claimant: (key = '') => new Claimant(store, `${caseKey}${key}`), advance });
  },
});

const claiming: readonly ReplayStoreCase[] = [
  contractCase('a new key is claimed', async ({ claimant }) => {
    assert.equal(await claimant().claims(), 'claimed');
  }),
  contractCase('a key that another token holds is in progress', async ({ claimant }) => {
    await claimant().claims();
    assert.equal(await claimant().claims(), 'in_progress');
  }),
  contractCase('one key says nothing about another', async ({ claimant }) => {
    await claimant('a').claims();
    const other = claimant('b');
    assert.equal(await other.claims(), 'claimed');
    assert.equal(await other.commits(), true);
    assert.equal(await claimant('a').claims(), 'in_progress');
  }),
  contractCase('the same token claims again: a lost answer does no harm', async ({ claimant }) => {
    const first = claimant();
    await first.claims();
    assert.equal(await first.claims(), 'claimed');
  }),
  contractCase('the same token renews its lease', async ({ claimant, advance }) => {
    const first = claimant();
    await first.claims();
    await advance(LEASE_MS - MARGIN_MS);
    assert.equal(await first.claims(), 'claimed');
    await advance(LEASE_MS - MARGIN_MS);
    assert.equal(await claimant().claims(), 'in_progress', 'the renewed lease has ended with the first one');
  }),
  contractCase('a refused claim does not extend the lease', async ({ claimant, advance }) => {
    await claimant().claims();
    await advance(LEASE_MS - MARGIN_MS);
    assert.equal(await claimant().claims(), 'in_progress');
    await advance(2 * MARGIN_MS);
    assert.equal(await claimant().claims(), 'claimed');
  }),
  contractCase('100 claimants of one key at once: one wins', async ({ claimant }) => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => claimant().claims()));
    assert.equal(answers.filter((answer) => answer === 'claimed').length, 1, 'not exactly one has won');
    assert.equal(answers.filter((answer) => answer === 'in_progress').length, 99);
  }),
  contractCase('a lease that ended is taken over, by one of 100', async ({ claimant, advance }) => {
    await claimant().claims();
    await advance(LEASE_MS + MARGIN_MS);
    const answers = await Promise.all(Array.from({ length: 100 }, () => claimant().claims()));
    assert.equal(answers.filter((answer) => answer === 'claimed').length, 1, 'not exactly one has won');
    assert.equal(answers.filter((answer) => answer === 'in_progress').length, 99);
  }),
];

const settling: readonly ReplayStoreCase[] = [
  contractCase('a committed key is done, for every token', async ({ claimant }) => {
    const first = claimant();
    await first.claims();
    assert.equal(await first.commits(), true);
    assert.equal(await claimant().claims(), 'done');
    assert.equal(await first.claims(), 'done');
  }),
  contractCase(
    'a commit repeated by its token says true: its answer may have been lost',
    async ({ claimant }) => {
      const first = claimant();
      await first.claims();
      await first.commits();
      assert.equal(await first.commits(), true);
      assert.equal(await claimant().claims(), 'done');
    },
  ),
  contractCase('a released key can be claimed at once', async ({ claimant }) => {
    const first = claimant();
    await first.claims();
    await first.releases();
    assert.equal(await claimant().claims(), 'claimed');
  }),
  contractCase('a release after the commit forgets nothing', async ({ claimant }) => {
    const first = claimant();
    await first.claims();
    await first.commits();
    await first.releases();
    assert.equal(await claimant().claims(), 'done');
  }),
  contractCase('a commit without a claim says false and writes nothing', async ({ claimant }) => {
    assert.equal(await claimant().commits(), false);
    assert.equal(await claimant().claims(), 'claimed');
  }),
  contractCase('a commit after a release says false and writes nothing', async ({ claimant }) => {
    const first = claimant();
    await first.claims();
    await first.releases();
    assert.equal(await first.commits(), false);
    assert.equal(await claimant().claims(), 'claimed');
  }),
  contractCase('a release without a claim does nothing', async ({ claimant }) => {
    await claimant().claims();
    await claimant().releases();
    assert.equal(await claimant().claims(), 'in_progress');
  }),
  contractCase(
    'a commit is kept for its guard, and for its ttl, and no longer',
    async ({ claimant, advance }) => {
      const first = claimant();
      await first.claims();
      await first.commits();
      await advance(GUARD_MS - MARGIN_MS);
      assert.equal(await claimant().claims(), 'done', 'forgotten while it was guarded');
      await advance(TTL_MS - GUARD_MS);
      assert.equal(
        await claimant().claims(),
        'done',
        'forgotten before the end of its ttl, with room for more',
      );
      await advance(2 * MARGIN_MS);
      assert.equal(await claimant().claims(), 'claimed', 'remembered beyond its ttl');
    },
  ),
];

/** Someone whose lease has ended, and someone who has taken the key since. */
async function takenOver({ claimant, advance }: Play): Promise<{ loser: Claimant; owner: Claimant }> {
  const [loser, owner] = [claimant(), claimant()];
  await loser.claims();
  await advance(LEASE_MS + MARGIN_MS);
  assert.equal(await owner.claims(), 'claimed');
  return { loser, owner };
}

const fencing: readonly ReplayStoreCase[] = [
  contractCase('a lost token cannot commit, and is told so', async (play) => {
    const { loser, owner } = await takenOver(play);
    assert.equal(await loser.commits(), false, 'a lost token has committed');
    assert.equal(await play.claimant().claims(), 'in_progress', 'the owner has lost the key to a lost token');
    assert.equal(await owner.commits(), true);
  }),
  contractCase('a lost token cannot release', async (play) => {
    const { loser, owner } = await takenOver(play);
    await loser.releases();
    assert.equal(await play.claimant().claims(), 'in_progress', 'a lost token has given the key away');
    assert.equal(await owner.commits(), true);
  }),
  contractCase('a lost token cannot renew', async (play) => {
    const { loser, owner } = await takenOver(play);
    assert.equal(await loser.claims(), 'in_progress');
    assert.equal(await owner.commits(), true);
  }),
  contractCase('a lost token cannot undo what its successor committed', async (play) => {
    const { loser, owner } = await takenOver(play);
    await owner.commits();
    await loser.releases();
    assert.equal(await loser.commits(), false, 'a lost token has committed');
    assert.equal(await play.claimant().claims(), 'done');
  }),
  contractCase('a commit after the lease ended, with no successor, says what became of it', async (play) => {
    const first = play.claimant();
    await first.claims();
    await play.advance(LEASE_MS + MARGIN_MS);
    const isCommitted = await first.commits();
    assert.equal(await play.claimant().claims(), isCommitted ? 'done' : 'claimed');
  }),
];

/**
 * What every {@link ReplayStore} must do, one case for each promise. Each case uses keys of its own, so a
 * store may outlive the cases; time moves through `advance` alone, 15 s at most in one case.
 *
 * @example
 * for (const { name, run } of replayStoreContract) {
 *   test(name, () => {
 *     const clock = fakeClock();
 *     return run({ store: memoryReplayStore({ now: clock.now }), advance: clock.advance });
 *   });
 * }
 */
export const replayStoreContract: readonly ReplayStoreCase[] = [...claiming, ...settling, ...fencing];
