import { describe, expect, it } from 'vitest';
import type { Provider } from '../../src/provider/provider.js';
import { type RetryPolicy, retrySpanMs } from '../../src/provider/retry-policy.js';
import { standardWebhooks } from '../../src/provider/standard-webhooks.js';
import { aiPlatform } from '../../src/providers/ai-platform.js';
import { dcisionai } from '../../src/providers/dcisionai.js';
import { deliveryFlow } from '../../src/providers/delivery-flow.js';
import { empJobQueue } from '../../src/providers/emp-job-queue.js';
import { ragEngine } from '../../src/providers/rag-engine.js';

const S = 1000;
const MIN = 60 * S;
const H = 60 * MIN;
const STANDARD = [0, 5 * S, 5 * MIN, 30 * MIN, 2 * H, 5 * H, 10 * H, 14 * H, 20 * H, 24 * H];
const failingFor5Days = { when: 'failing-for', ms: 5 * 24 * H } as const;

interface Preset extends Pick<RetryPolicy, 'jitter' | 'clientErrors' | 'disable'> {
  readonly provider: Provider;
  /** The delay before each attempt, the first included. */
  readonly delaysMs: readonly number[];
  /** Where the series ends if it went on. */
  readonly maxDelayMs?: number;
}

const PRESETS: readonly Preset[] = [
  { provider: standardWebhooks, delaysMs: STANDARD, jitter: 0.1, disable: failingFor5Days },
  { provider: deliveryFlow, delaysMs: STANDARD, jitter: 0.1, disable: failingFor5Days },
  { provider: dcisionai, delaysMs: [0, S, 2 * S] },
  {
    provider: aiPlatform,
    delaysMs: [0, 5 * MIN, 30 * MIN, 2 * H, 8 * H, 24 * H],
    disable: { when: 'exhausted' },
  },
  { provider: ragEngine, delaysMs: [0, S, 2 * S, 4 * S], jitter: 0.1, clientErrors: 'fail' },
  { provider: empJobQueue, delaysMs: [0, S, 2 * S], maxDelayMs: 30 * S },
];

/** The delays that a policy stands for, written out. */
function delaysOf(policy: RetryPolicy): readonly number[] {
  if ('delaysMs' in policy) return policy.delaysMs;
  const delays = [0];
  let delayMs = policy.initialDelayMs;
  for (let attempt = 2; attempt <= policy.maxAttempts; attempt += 1) {
    delays.push(Math.min(delayMs, policy.maxDelayMs));
    delayMs *= policy.multiplier;
  }
  return delays;
}

describe.each(PRESETS.map((preset) => ({ ...preset, name: preset.provider.name })))(
  'the retry preset of $name',
  ({ provider, delaysMs, jitter, clientErrors, disable, maxDelayMs }) => {
    const policy = provider.retry ?? { delaysMs: [] };

    it('makes the attempts of the table', () => {
      expect(delaysOf(policy)).toEqual(delaysMs);
      if (maxDelayMs !== undefined) expect(policy).toMatchObject({ multiplier: 2, maxDelayMs });
    });

    it('has its jitter, its answer to client errors, and its rule for dead endpoints', () => {
      expect([policy.jitter, policy.clientErrors, policy.disable]).toEqual([jitter, clientErrors, disable]);
    });

    it('spans the sum of its delays, with all the jitter', () => {
      const sum = delaysMs.reduce((total, delayMs) => total + delayMs, 0);
      expect(retrySpanMs(policy)).toBeCloseTo(sum * (1 + (jitter ?? 0)));
    });
  },
);

describe('retrySpanMs', () => {
  it.each<readonly [name: string, policy: RetryPolicy, spanMs: number]>([
    ['no attempt', { delaysMs: [] }, 0],
    ['one attempt', { maxAttempts: 1, initialDelayMs: S, multiplier: 2, maxDelayMs: S }, 0],
    ['no retry at all', { maxAttempts: 0, initialDelayMs: S, multiplier: 2, maxDelayMs: S }, 0],
    [
      'a series that meets its cap',
      { maxAttempts: 5, initialDelayMs: S, multiplier: 3, maxDelayMs: 5 * S },
      14 * S,
    ],
    ['jitter', { delaysMs: [0, S], jitter: 0.5 }, 1.5 * S],
  ])('of %s', (_name, policy, spanMs) => {
    expect(retrySpanMs(policy)).toBe(spanMs);
  });
});
