import type { Claim, ClaimAnswer, ReplayStore } from '@countersign/core';
import { mustBe, untilAborted } from '@countersign/core/strict';
import { type RedisClient, type RunScript, scriptsOf } from './redis-client.js';
import { replayScripts } from './scripts.js';

/** What the script of a claim returns, by number. */
const ANSWERS: readonly ClaimAnswer[] = ['in_progress', 'claimed', 'done'];

/** Options of {@link redisReplayStore}. */
export interface RedisReplayStoreOptions {
  /** A client of ioredis or of node-redis (`redis`). It is the caller's: nothing here connects or closes it. */
  readonly client: RedisClient;
  /** What the keys in Redis begin with. Default `countersign:replay:`. */
  readonly prefix?: string | undefined;
}

/**
 * A replay store in Redis 6 or later, for receivers in several processes: one key for each delivery, about 200 bytes,
 * which expires by itself. Each call is one script, run as one step. Time is that of Redis.
 *
 * What Redis forgets is accepted again: `maxmemory-policy` must be `noeviction` (then a Redis that is full refuses new
 * keys, and the receiver answers 503), and after a flush, a restart without persistence or a failover to a replica that
 * lagged behind, copies are processed once more as long as their signed time is fresh. Where that must not be, take
 * `postgresReplayStore`, whose commit can join the handler's own transaction.
 *
 * Give the client a limit of its own, so that calls do not pile up while Redis is away: ioredis
 * `{ maxRetriesPerRequest: 1, enableOfflineQueue: false }`, node-redis `{ disableOfflineQueue: true }`; and a listener
 * for `error`. Calls reject as soon as their signal aborts, whatever the client does. A claim that reaches Redis
 * later holds its key for one lease at most, which copies wait for; its token can do nothing else.
 *
 * Throws a `ConfigurationError` for options that cannot work.
 *
 * @example
 * const client = new Redis(process.env.REDIS_URL ?? '', { maxRetriesPerRequest: 1, enableOfflineQueue: false });
 * const replay = redisReplayStore({ client });
 * createReceiver({ provider: github, secrets: () => process.env.WEBHOOK_SECRET, replay });
 */
export function redisReplayStore(options: RedisReplayStoreOptions): ReplayStore {
  if (typeof options !== 'object' || options === null)
    throw mustBe('options', 'an object with `client`', options);
  const { client, prefix = 'countersign:replay:' } = options;
  if (typeof prefix !== 'string') throw mustBe('prefix', 'a text', prefix);
  return storeOf(scriptsOf(client), prefix);
}

function storeOf(run: RunScript, prefix: string): ReplayStore {
  const { claim, commit, release } = replayScripts;
  const call = (
    script: typeof claim,
    { key, token }: Claim,
    values: readonly number[],
    signal: AbortSignal,
  ): Promise<number> =>
    untilAborted(signal, () => run(script, `${prefix}${key}`, [token, ...values], signal));
  return {
    shared: true,
    claim: async (owner, { leaseMs, signal }) => answerOf(await call(claim, owner, [whole(leaseMs)], signal)),
    commit: async (owner, { ttlMs, signal }) => (await call(commit, owner, [whole(ttlMs)], signal)) === 1,
    async release(owner, { signal }) {
      await call(release, owner, [], signal);
    },
  };
}

function answerOf(reply: number): ClaimAnswer {
  const answer = ANSWERS[reply];
  if (answer === undefined) throw new TypeError('the client gave no number for the reply of a claim');
  return answer;
}

/** Redis takes whole milliseconds, and at least one. */
function whole(ms: number): number {
  return Math.max(1, Math.ceil(ms));
}
