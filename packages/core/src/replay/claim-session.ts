import { crypto } from '#crypto';
import { mustBe } from '../errors/describe.js';
import { isWebhookError, WebhookError } from '../errors/webhook-error.js';
import type { Schedule } from '../time/clock.js';
import { withDeadline } from '../time/deadline.js';
import { isPromise, type MaybePromise } from '../time/maybe-promise.js';
import type { Claim, ClaimAnswer, ReplayStore } from './port.js';

const COMMIT_RETRY_MS = 100;

/** How claims are taken, kept and settled. */
export interface ClaimPolicy {
  readonly leaseMs: number;
  readonly ttlMs: number;
  readonly guardMs: number;
  /** For each call of the store; for all tries of a commit together. */
  readonly storeTimeoutMs: number;
  readonly schedule: Schedule;
}

/** One claim from its first lease to its commit or release. */
export class ClaimSession {
  readonly claim: Claim;
  readonly #store: ReplayStore;
  readonly #policy: ClaimPolicy;
  #keeping = false;
  #isLost = false;
  #cancelRenewal = (): void => {};
  #renewal: Promise<void> | undefined;
  #commitError: unknown;

  private constructor(store: ReplayStore, claim: Claim, policy: ClaimPolicy) {
    this.#store = store;
    this.#policy = policy;
    this.claim = claim;
  }

  /** Takes the key, or says who has it. Rejects with `replay_store_unavailable` or `replay_store_full`. */
  static async open(
    store: ReplayStore,
    key: string,
    policy: ClaimPolicy,
  ): Promise<ClaimSession | 'in_progress' | 'done'> {
    const claim: Claim = { key, token: crypto.randomToken() };
    const session = new ClaimSession(store, claim, policy);
    try {
      const answer = await session.#claim();
      return answer === 'claimed' ? session : answer;
    } catch (cause) {
      // A lost answer may have left a lease behind: give it back in case the claim arrived.
      void session.release();
      if (isWebhookError(cause)) throw cause;
      throw new WebhookError('replay_store_unavailable', 'the replay store failed', { cause });
    }
  }

  /** Extends the lease every third of it, until settled or `stop`; `onLost` if another token took the key. */
  keep(onLost: () => void): void {
    if (this.#keeping) return;
    this.#keeping = true;
    const renewLater = (): void => {
      this.#cancelRenewal = this.#policy.schedule(() => {
        this.#renewal = renew();
      }, this.#policy.leaseMs / 3);
    };
    const renew = async (): Promise<void> => {
      // A store that does not answer may answer the next time: the lease is three renewals long.
      const answer = await orElse('claimed', () => this.#claim());
      if (!this.#keeping) return;
      if (answer === 'claimed') return renewLater();
      this.stop();
      // Done by this very token: committed inside the handler's own transaction.
      if (answer === 'done' && (await orElse(true, () => this.#commitOnce()))) return;
      this.#isLost = true;
      onLost();
    };
    renewLater();
  }

  /** Ends renewal: without a commit or release the lease lapses by itself. */
  stop(): void {
    this.#keeping = false;
    this.#cancelRenewal();
  }

  /** Why the last try to commit failed, where the store threw. */
  get commitError(): unknown {
    return this.#commitError;
  }

  /** Marks the key as processed, trying again until `storeTimeoutMs` is over. `false`: lost, or not reached. */
  async commit(): Promise<boolean> {
    this.stop();
    if (this.#renewal !== undefined) await this.#renewal;
    if (this.#isLost) return false;
    try {
      return await this.#commit();
    } catch (error) {
      this.#commitError = error;
      return this.#commitAgain();
    }
  }

  /** Gives the key back. Where that fails the lease lapses by itself. */
  async release(): Promise<void> {
    this.stop();
    // A renewal still under way could take the key again after it was given back.
    if (this.#renewal !== undefined) await this.#renewal;
    try {
      await this.#call((signal) => this.#store.release(this.claim, { signal }));
    } catch {
      // Nothing is lost: the next copy waits for the end of the lease.
    }
  }

  async #commitAgain(): Promise<boolean> {
    const { schedule, storeTimeoutMs } = this.#policy;
    let isOver = false;
    const cancel = schedule(() => {
      isOver = true;
    }, storeTimeoutMs);
    try {
      while (!isOver) {
        await new Promise<void>((resolve) => schedule(resolve, COMMIT_RETRY_MS));
        const answer = await orElse(undefined, () => this.#commit());
        if (answer !== undefined) return answer;
      }
      return false;
    } finally {
      cancel();
    }
  }

  async #commit(): Promise<boolean> {
    if (await this.#commitOnce()) return true;
    // Done already: a commit whose answer was lost, or one inside the handler's own transaction. Or the lease
    // lapsed, and nobody else took the key.
    const answer = await this.#claim();
    return answer === 'done' || (answer === 'claimed' && (await this.#commitOnce()));
  }

  #commitOnce(): MaybePromise<boolean> {
    const { ttlMs, guardMs } = this.#policy;
    const answer = this.#call((signal) => this.#store.commit(this.claim, { ttlMs, guardMs, signal }));
    return isPromise(answer) ? answer.then(checkedCommit) : checkedCommit(answer);
  }

  #claim(): MaybePromise<ClaimAnswer> {
    const { leaseMs } = this.#policy;
    const answer = this.#call((signal) => this.#store.claim(this.claim, { leaseMs, signal }));
    return isPromise(answer) ? answer.then(checkedClaim) : checkedClaim(answer);
  }

  #call<T>(work: (signal: AbortSignal) => MaybePromise<T>): MaybePromise<T> {
    const { storeTimeoutMs, schedule } = this.#policy;
    const late = (): WebhookError =>
      new WebhookError('replay_store_unavailable', `the replay store took longer than ${storeTimeoutMs} ms`);
    return withDeadline(storeTimeoutMs, schedule, late, work);
  }
}

function checkedClaim(answer: ClaimAnswer): ClaimAnswer {
  if (answer === 'claimed' || answer === 'in_progress' || answer === 'done') return answer;
  throw mustBe('replay.claim()', "'claimed', 'in_progress' or 'done'", answer);
}

function checkedCommit(answer: boolean): boolean {
  if (typeof answer === 'boolean') return answer;
  throw mustBe('replay.commit()', 'true or false', answer);
}

async function orElse<T, Else>(otherwise: Else, work: () => MaybePromise<T>): Promise<T | Else> {
  try {
    return await work();
  } catch {
    return otherwise;
  }
}
