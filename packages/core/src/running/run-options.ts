import { finiteNumber, mustBe } from '../errors/describe.js';
import { type RetrySchedule, retryDelaysMs } from '../provider/retry-policy.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MOST_ATTEMPTS = 100;

/** Options of {@link runInbox}. */
export interface RunInboxOptions {
  /** Handlers that this process runs at once. Default 10. */
  readonly concurrency?: number | undefined;
  /**
   * When failed attempts are repeated. The first is made at once, so its delay is 0. Default: after 5 s, 30 s, 5 min,
   * 30 min and 2 h, +-10 %.
   */
  readonly retry?: InboxRetry | undefined;
  /**
   * How often the inbox is asked for what other processes have stored and for what falls due; what this process
   * stores is taken at once. Default 1,000.
   */
  readonly pollMs?: number | undefined;
  /** How long deliveries that are done stay, without headers and body; at least as long as repeats are known. Default 7. */
  readonly doneRetentionDays?: number | undefined;
  /** How long deliveries that have failed for good stay; `false`: for ever. Default 30. */
  readonly failedRetentionDays?: number | false | undefined;
  /** 0 to 1, for jitter; default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** When failed attempts are repeated. */
export type InboxRetry = RetrySchedule & {
  /** Each delay is multiplied by a random factor of 1 +- `jitter`; default 0. */
  readonly jitter?: number | undefined;
};

/** When attempts are made. */
export interface RetryPlan {
  /** Before each attempt, the first included. */
  readonly delaysMs: readonly number[];
  readonly jitter: number;
  readonly random: () => number;
}

/** {@link RunInboxOptions}, checked and complete. */
export interface RunSettings {
  readonly concurrency: number;
  readonly plan: RetryPlan;
  readonly pollMs: number;
  readonly doneMs: number;
  readonly failedMs: number | undefined;
}

const defaultRetry: InboxRetry = {
  delaysMs: [0, 5 * SECOND, 30 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR],
  jitter: 0.1,
};

/** Checks the options, in one sentence each, and fills in the defaults. */
export function runSettings(options: RunInboxOptions): RunSettings {
  if (typeof options !== 'object' || options === null) throw mustBe('options', 'an object', options);
  const { concurrency = 10, random = Math.random, failedRetentionDays = 30 } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw mustBe('concurrency', 'a whole number >= 1', concurrency);
  }
  if (typeof random !== 'function') throw mustBe('random', 'a function', random);
  return {
    concurrency,
    plan: { ...checkedRetry(options.retry ?? defaultRetry), random },
    pollMs: finiteNumber('pollMs', options.pollMs ?? SECOND, 1),
    doneMs: finiteNumber('doneRetentionDays', options.doneRetentionDays ?? 7, 0) * DAY,
    failedMs:
      failedRetentionDays === false
        ? undefined
        : finiteNumber('failedRetentionDays', failedRetentionDays, 0) * DAY,
  };
}

function checkedRetry(retry: InboxRetry): Pick<RetryPlan, 'delaysMs' | 'jitter'> {
  if (typeof retry !== 'object' || retry === null) throw mustBe('retry', 'a retry schedule', retry);
  if ('delaysMs' in retry) {
    if (!Array.isArray(retry.delaysMs)) throw mustBe('retry.delaysMs', 'a list of delays', retry.delaysMs);
  } else {
    const { maxAttempts } = retry;
    if (!Number.isInteger(maxAttempts)) throw mustBe('retry.maxAttempts', 'a whole number', maxAttempts);
    checkAttempts(maxAttempts);
    finiteNumber('retry.multiplier', retry.multiplier, 0);
  }
  const delaysMs = retryDelaysMs(retry);
  checkAttempts(delaysMs.length);
  for (const [index, delayMs] of delaysMs.entries()) finiteNumber(`retry.delaysMs[${index}]`, delayMs, 0);
  if (delaysMs[0] !== 0) throw mustBe('retry.delaysMs[0]', '0: what is stored is due at once', delaysMs[0]);
  const jitter = finiteNumber('retry.jitter', retry.jitter ?? 0, 0);
  if (jitter > 1) throw mustBe('retry.jitter', 'at most 1', jitter);
  return { delaysMs, jitter };
}

function checkAttempts(attempts: number): void {
  if (attempts < 1 || attempts > MOST_ATTEMPTS) {
    throw mustBe('retry', `1 to ${MOST_ATTEMPTS} attempts`, attempts);
  }
}
