import type { Claim, ReplayStore } from '@countersign/core';

/** One call of a store. */
export interface ReplayStoreCall {
  readonly method: 'claim' | 'commit' | 'release';
  readonly claim: Claim;
  /** What the store said: `undefined` for `release`, for a call that threw, and until it has answered. */
  readonly answer: ReplayStoreAnswer;
}

/** Whatever a {@link ReplayStore} may answer. */
export type ReplayStoreAnswer = 'claimed' | 'in_progress' | 'done' | boolean | undefined;

interface Call extends ReplayStoreCall {
  answer: ReplayStoreAnswer;
}

/** A {@link ReplayStore} that remembers how it was called. */
export interface RecordingReplayStore extends ReplayStore {
  /** All calls, in the order in which they were made. */
  readonly calls: readonly ReplayStoreCall[];
}

/**
 * Wraps a replay store and records its calls, for tests that say when it is written to, and when not.
 *
 * @example
 * const replay = recordingReplayStore(memoryReplayStore());
 * const receiver = createReceiver({ secrets, replay });
 * // ... deliver something with a wrong signature ...
 * assert.deepEqual(replay.calls, []);
 */
export function recordingReplayStore(store: ReplayStore): RecordingReplayStore {
  const calls: Call[] = [];
  const recorded = async <Answer extends ReplayStoreAnswer>(
    method: ReplayStoreCall['method'],
    claim: Claim,
    run: () => Answer | Promise<Answer>,
  ): Promise<Answer> => {
    const call: Call = { method, claim, answer: undefined };
    calls.push(call);
    const answer = await run();
    call.answer = answer;
    return answer;
  };
  return {
    calls,
    shared: store.shared,
    claim: (claim, options) => recorded('claim', claim, () => store.claim(claim, options)),
    commit: (claim, options) => recorded('commit', claim, () => store.commit(claim, options)),
    async release(claim, options) {
      await recorded('release', claim, async () => {
        await store.release(claim, options);
        return undefined;
      });
    },
  };
}
