/** When attempts are made: the delay before each (the first is usually 0), or an exponential series. */
export type RetrySchedule =
  | {
      /** The delay before each attempt, the first included: as many attempts as delays. */
      readonly delaysMs: readonly number[];
    }
  | {
      /** Attempts, the first included, which is made at once. */
      readonly maxAttempts: number;
      readonly initialDelayMs: number;
      readonly multiplier: number;
      readonly maxDelayMs: number;
    };

/** How failed attempts of a delivery are repeated. */
export type RetryPolicy = RetrySchedule & {
  /** Each delay is multiplied by a random factor of 1 +- `jitter`; default 0. */
  readonly jitter?: number | undefined;
  /** What 4xx answers other than 408, 409, 410, 425 and 429 mean; default `retry`. */
  readonly clientErrors?: 'retry' | 'fail' | undefined;
  /** When an endpoint that only fails is disabled; default never. */
  readonly disable?: DisableRule | undefined;
};

/**
 * `failing-for`: after this long with nothing but failures. `exhausted`: when a delivery's last attempt
 * fails and nothing succeeded at the endpoint since its first.
 */
export type DisableRule =
  | { readonly when: 'failing-for'; readonly ms: number }
  | { readonly when: 'exhausted' };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The example schedule of the Standard Webhooks specification ("Deliverability and reliability"). */
export const standardRetry: RetryPolicy = {
  delaysMs: [
    0,
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
  ],
  jitter: 0.1,
  disable: { when: 'failing-for', ms: 5 * DAY },
};

/** The time from the first attempt to the last, at most. */
export function retrySpanMs(policy: RetryPolicy): number {
  return retryDelaysMs(policy).reduce((sum, delayMs) => sum + delayMs, 0) * (1 + (policy.jitter ?? 0));
}

/** The delay before each attempt, the first included, without jitter: as many attempts as delays. */
export function retryDelaysMs(policy: RetrySchedule): readonly number[] {
  return 'delaysMs' in policy ? policy.delaysMs : exponentialDelays(policy);
}

function exponentialDelays(policy: Extract<RetrySchedule, { maxAttempts: number }>): readonly number[] {
  const retries = Array.from({ length: Math.max(0, policy.maxAttempts - 1) }, (_, retry) =>
    Math.min(policy.initialDelayMs * policy.multiplier ** retry, policy.maxDelayMs),
  );
  return [0, ...retries];
}
