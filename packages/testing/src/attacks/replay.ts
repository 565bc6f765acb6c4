import assert from 'node:assert/strict';
import { generateSecret, memoryReplayStore, type ReplayStore } from '@countersign/core';
import type { AdapterTarget } from '../adapter/adapter-target.js';
import { fakeClock } from '../fake-clock.js';
import { type RecordingReplayStore, recordingReplayStore } from '../recording-replay-store.js';
import { isSuccess } from '../scene/answers.js';
import { gate } from '../scene/gate.js';
import { until } from '../scene/in-time.js';
import { exchange } from '../scene/raw-connection.js';
import { inProgress } from '../scene/refusals.js';
import { type Scene, withScene } from '../scene/scene.js';
import { type Attack, attack } from './attack.js';

const storeDown = { status: 503, code: 'replay_store_unavailable', afterClaim: true } as const;

/** A handler that fails the first time. */
async function failedHandler(target: AdapterTarget): Promise<void> {
  const failures = [
    () => {
      throw new Error('thrown');
    },
    () => Promise.reject(new Error('rejected')),
    () => Promise.reject(undefined),
    () => {
      throw 'a text';
    },
  ];
  for (const fail of failures) {
    const application = (_webhook: unknown, run: number) => (run === 1 ? fail() : undefined);
    await withScene(target, { application }, async (scene) => {
      const genuine = await scene.signed();
      const failed = await scene.send(genuine);
      assert.ok(
        failed !== undefined && failed.status >= 500,
        `a failed handler is answered ${failed?.status}`,
      );
      await scene.untilOutcomes(1);
      assert.equal(scene.outcomes[0]?.code, 'handler_failed');
      await scene.accepts('the retry', genuine);
      await scene.acknowledges('a third copy', genuine, 'duplicate');
    });
  }
}

const never = <T>(): Promise<T> => new Promise(() => {});

/** Stores whose claims fail, each in its own way. */
const failingStores: Readonly<Record<string, Partial<ReplayStore>>> = {
  throws: {
    claim() {
      throw new Error('store down');
    },
  },
  rejects: { claim: () => Promise.reject(new Error('store down')) },
  'never answers': { claim: never },
  'never answers, nor takes the claim back': { claim: never, release: never },
  'rejects everything': {
    claim: () => Promise.reject(new Error('store down')),
    release: () => Promise.reject(new Error('store down')),
  },
  'rejects when its time is over': {
    claim: (_claim, { signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('too late'))),
      ),
  },
};

async function brokenStore(target: AdapterTarget): Promise<void> {
  for (const [how, fault] of Object.entries(failingStores)) {
    await withStore(target, fault, async (scene) => {
      const answer = scene.refuses(`a store that ${how}`, await scene.signed(), storeDown);
      await timePasses(scene, answer);
    });
  }
  const failed = async (): Promise<boolean> => Promise.reject(new Error('store down'));
  for (const commit of [failed, never<boolean>]) {
    await withStore(target, { commit }, async (scene) => {
      const answer = exchange(scene.origin, await scene.signed());
      await timePasses(scene, answer);
      assert.ok(
        isSuccess(await answer),
        'a handler that has run is not answered 2xx because the commit failed',
      );
      assert.equal(scene.runs.length, 1);
      assert.equal(scene.outcomes.at(-1)?.code, 'commit_failed');
    });
  }
  for (const release of [async () => Promise.reject(new Error('store down')), never<void>]) {
    const application = () => Promise.reject(new Error('handler failed'));
    await withStore(
      target,
      { release },
      async (scene) => {
        const answer = exchange(scene.origin, await scene.signed());
        await timePasses(scene, answer);
        assert.ok(
          ((await answer)?.status ?? 0) >= 500,
          'a failed handler is answered 2xx because the release failed',
        );
      },
      application,
    );
  }
}

function withStore(
  target: AdapterTarget,
  fault: Partial<ReplayStore>,
  play: (scene: Scene) => Promise<void>,
  application: () => unknown = () => {},
): Promise<void> {
  const clock = fakeClock();
  const store = recordingReplayStore({ ...memoryReplayStore({ now: clock.now }), ...fault });
  return withScene(target, { clock, store, application }, play);
}

/** Moves the clock until the promise has settled. */
async function timePasses({ clock }: Scene, promise: Promise<unknown>): Promise<void> {
  let isSettled = false;
  const settled = (): void => {
    isSettled = true;
  };
  promise.then(settled, settled);
  await until('an answer while time passes', async () => {
    if (!isSettled) await clock.advance(100);
    return isSettled;
  });
  await promise;
}

/** More keys than there is room for, and every moment at which a copy would still be fresh. */
async function evictedKeys(target: AdapterTarget): Promise<void> {
  const clock = fakeClock();
  const store = recordingReplayStore(memoryReplayStore({ maxKeys: 3, now: clock.now }));
  await withScene(target, { clock, store }, async (scene) => {
    const genuine = [await scene.signed(), await scene.signed(), await scene.signed()];
    for (const request of genuine) await scene.accepts('with room for it', request);
    const full = { status: 503, code: 'replay_store_full', afterClaim: true } as const;
    for (let more = 0; more < 5; more += 1) await scene.refuses('no room left', await scene.signed(), full);
    for (const request of genuine)
      await scene.acknowledges('a copy when the store is full', request, 'duplicate');
    await clock.advance(600_001);
    await scene.accepts('room after the guard', await scene.signed());
  });
  for (const replayTtlSeconds of [undefined, 1]) {
    await withScene(target, { receiver: { replayTtlSeconds } }, async (scene) => {
      const ahead = await scene.signed({ timestamp: new Date(scene.clock.now() + 300_000) });
      await scene.accepts('signed at the edge of the tolerance', ahead);
      for (let seconds = 0; seconds < 600; seconds += 60) {
        await scene.acknowledges(`a copy after ${seconds} s`, ahead, 'duplicate');
        await scene.clock.advance(60_000);
      }
      await scene.acknowledges('a copy at the last moment', ahead, 'duplicate');
      await scene.clock.advance(1_000);
      const old = { status: 401, code: 'timestamp_too_old' } as const;
      await scene.refuses('a copy that is no longer fresh', ahead, old);
    });
  }
}

/** Two processes that share a store: each has its own server, receiver and clock, and the store its own. */
async function withTwoProcesses(
  target: AdapterTarget,
  application: (process: 'first' | 'second') => unknown,
  play: (scenes: {
    first: Scene;
    second: Scene;
    store: RecordingReplayStore;
    pass(ms: number): Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  const storeClock = fakeClock();
  const store = recordingReplayStore({ ...memoryReplayStore({ now: storeClock.now }), shared: true });
  const shared = { store, secret: generateSecret() };
  await withScene(target, { ...shared, application: () => application('first') }, (first) =>
    withScene(target, { ...shared, application: () => application('second') }, (second) =>
      play({ first, second, store, pass: storeClock.advance }),
    ),
  );
}

async function sameInstant(target: AdapterTarget): Promise<void> {
  const held = gate();
  await withTwoProcesses(
    target,
    () => held.passed,
    async ({ first, second, store }) => {
      const genuine = await first.signed();
      const answers = Array.from({ length: 10 }, (_, copy) =>
        exchange((copy % 2 === 0 ? first : second).origin, genuine),
      );
      await until('ten claims', () => store.calls.filter((call) => call.answer !== undefined).length >= 10);
      held.open();
      const statuses = (await Promise.all(answers)).map((answer) => answer?.status ?? 0);
      assert.equal(first.runs.length + second.runs.length, 1, 'not exactly one of ten copies ran');
      assert.equal(statuses.filter((status) => status >= 200 && status <= 299).length, 1);
      assert.equal(
        statuses.filter((status) => status === 503).length,
        9,
        `not all others come back: ${statuses}`,
      );
      for (const scene of [first, second]) await scene.untilOutcomes(5);
      await second.acknowledges('a copy later, on the second', genuine, 'duplicate');
      await first.acknowledges('a copy later, on the first', genuine, 'duplicate');
    },
  );
}

/**
 * The first process dies in its handler. A dead process renews nothing: its clock stands still, while the
 * store's goes on, which is all that the store, and the second process, see of a death. It also is all they
 * see of a process that was only suspended, and that one wakes up later and commits.
 */
async function killed(target: AdapterTarget): Promise<void> {
  const gates = { first: gate(), second: gate() };
  const lease = 15_000;
  await withTwoProcesses(
    target,
    (process) => gates[process].passed,
    async ({ first, second, store, pass }) => {
      const genuine = await first.signed();
      const connection = await first.sent(genuine);
      await until('the first process to run', () => first.runs.length === 1);
      connection.abort();
      await first.close();

      await pass(lease - 1);
      await second.refuses('the retry while the lease runs', genuine, inProgress);
      await pass(1);
      const retried = exchange(second.origin, genuine);
      await until('the retry to run', () => second.runs.length === 1);

      // The first one wakes up while the second one is at work.
      gates.first.open();
      await first.untilOutcomes(1);
      assert.equal(first.outcomes[0]?.code, 'commit_failed', 'a lost claim was committed');
      await second.refuses('a copy while the retry runs', genuine, inProgress);
      gates.second.open();
      assert.ok(isSuccess(await retried), 'the retry after the lease was not processed');
      assert.deepEqual(
        store.calls.filter((call) => call.method === 'commit').map((call) => call.answer),
        [false, true],
      );
      await second.acknowledges('a copy after the retry', genuine, 'duplicate');
    },
  );
}

export const replayAttacks: readonly Attack[] = [
  attack(
    7,
    'a retry after the handler failed',
    'The delivery is remembered before it is processed: its retry is taken for a copy, and the event is lost.',
    failedHandler,
  ),
  attack(
    9,
    'a replay store that is down',
    'The receiver hangs, crashes, or lets copies through.',
    brokenStore,
  ),
  attack(
    23,
    'a replay store without room',
    'An evicted key is an accepted copy: whoever can fill the store can replay.',
    evictedKeys,
  ),
  attack(
    24,
    'copies at the same instant on two processes',
    'Both look, both find nothing, both run.',
    sameInstant,
  ),
  attack(
    25,
    'a process killed between claim and commit',
    'The claim stays for ever and the event is lost; or the process wakes up and commits what is no longer its own.',
    killed,
  ),
];
