import type { RetryPolicy } from '@countersign/core';
import { invalidParts } from '../problem/management-error.js';
import type { WireRetryConfig, WireRetryPolicy } from '../schemas/retry.js';

/** The two places where a policy can stand. */
export interface RetryMembers {
  readonly retry?: WireRetryPolicy | null | undefined;
  readonly retry_config?: WireRetryConfig | null | undefined;
}

/** The policy of a request, in whichever spelling; `null` and `undefined` are passed on. */
export function retryOf({ retry, retry_config: config }: RetryMembers): RetryPolicy | null | undefined {
  if (config === undefined) return retry && policyOf(retry);
  if (retry !== undefined) {
    const detail = '`retry_config` is another spelling of `retry`: give one of them';
    throw invalidParts([{ pointer: '#/retry_config', detail }]);
  }
  return config && configured(config);
}

function policyOf(policy: WireRetryPolicy): RetryPolicy {
  const rest = { jitter: policy.jitter, clientErrors: policy.client_errors, disable: policy.disable };
  if ('delays_ms' in policy) return { delaysMs: policy.delays_ms, ...rest };
  return {
    maxAttempts: policy.max_attempts,
    initialDelayMs: policy.initial_delay_ms,
    multiplier: policy.multiplier,
    maxDelayMs: policy.max_delay_ms,
    ...rest,
  };
}

function configured(config: WireRetryConfig): RetryPolicy {
  return {
    maxAttempts: config.max_attempts ?? 3,
    initialDelayMs: config.initial_delay_ms ?? 1000,
    multiplier: config.backoff_multiplier ?? 2,
    maxDelayMs: config.max_delay_ms ?? 30_000,
  };
}

/** A policy as it is answered. */
export function wireRetry(policy: RetryPolicy): WireRetryPolicy {
  const rest = {
    ...(policy.jitter !== undefined && { jitter: policy.jitter }),
    ...(policy.clientErrors !== undefined && { client_errors: policy.clientErrors }),
    ...(policy.disable !== undefined && { disable: policy.disable }),
  };
  if ('delaysMs' in policy) return { delays_ms: [...policy.delaysMs], ...rest };
  return {
    max_attempts: policy.maxAttempts,
    initial_delay_ms: policy.initialDelayMs,
    multiplier: policy.multiplier,
    max_delay_ms: policy.maxDelayMs,
    ...rest,
  };
}
