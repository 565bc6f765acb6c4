import type { MaybePromise } from '../time/maybe-promise.js';

/** The right to process a replay key. The caller makes the token. */
export interface Claim {
  readonly key: string;
  readonly token: string;
}

/** `claimed`: process it. `in_progress`: somebody else does. `done`: it has been processed. */
export type ClaimAnswer = 'claimed' | 'in_progress' | 'done';

/**
 * Remembers what was processed, and who is processing what. Time is the store's own clock. Each call ends
 * with its signal; what a store throws becomes `replay_store_unavailable`.
 */
export interface ReplayStore {
  /** Whether other processes see the same keys. */
  readonly shared: boolean;
  /**
   * Takes the key for `leaseMs`, unless it is committed (`done`) or another token's lease is running
   * (`in_progress`). The same token again renews its lease.
   */
  claim(
    claim: Claim,
    options: { readonly leaseMs: number; readonly signal: AbortSignal },
  ): MaybePromise<ClaimAnswer>;
  /**
   * Marks the key as processed for `ttlMs`; a bounded store may forget it after `guardMs`, not before.
   * `false`, and nothing is written, where the token no longer holds the key; `true` again where it has
   * committed it before, so that a lost answer does no harm.
   */
  commit(
    claim: Claim,
    options: { readonly ttlMs: number; readonly guardMs: number; readonly signal: AbortSignal },
  ): MaybePromise<boolean>;
  /** Gives the key back, so that the next copy is processed; nothing where the token does not hold it. */
  release(claim: Claim, options: { readonly signal: AbortSignal }): MaybePromise<void>;
}
