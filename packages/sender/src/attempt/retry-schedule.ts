import type { DisableRule, RetryPolicy } from '@countersign/core';
import { retryDelaysMs } from '@countersign/core/strict';

/** A {@link RetryPolicy}, resolved once for an endpoint. */
export interface RetryPlan {
  /** Before each attempt, the first included, without jitter. */
  readonly delaysMs: readonly number[];
  readonly jitter: number;
  readonly clientErrors: 'retry' | 'fail';
  readonly disable: DisableRule | undefined;
}

/**
 * What a policy leaves open is as `fallback` has it, so that an endpoint's own delays do not switch off the rest; `jitter`
 * belongs to the delays.
 */
export function retryPlan(policy: RetryPolicy, fallback: RetryPolicy = policy): RetryPlan {
  return {
    delaysMs: retryDelaysMs(policy),
    jitter: policy.jitter ?? 0,
    clientErrors: policy.clientErrors ?? fallback.clientErrors ?? 'retry',
    disable: policy.disable ?? fallback.disable,
  };
}

/**
 * The delay before attempt number `index` (0 is the first), with jitter from `random` (0 to 1); `undefined` where the
 * schedule has no such attempt.
 */
export function delayBeforeMs(plan: RetryPlan, index: number, random: () => number): number | undefined {
  const delayMs = plan.delaysMs[index];
  if (delayMs === undefined || plan.jitter === 0) return delayMs;
  return Math.round(delayMs * (1 + plan.jitter * (2 * random() - 1)));
}
