import { z } from 'zod';
import { components, listOf, numberFrom, strictObject, wholeNumber } from './components.js';

const MAX_ATTEMPTS = 100;
const LONGEST_DELAY_MS = 30 * 24 * 3_600_000;
const OVER_0 = 'a number over 0';
const delayMs = numberFrom(0, LONGEST_DELAY_MS);
const attempts = wholeNumber(1, MAX_ATTEMPTS);
const multiplier = numberFrom(1, 100);

const disableRule = z.union(
  [
    strictObject({ when: z.literal('exhausted') }),
    strictObject({
      when: z.literal('failing-for'),
      ms: z.number({ error: OVER_0 }).gt(0, { error: OVER_0 }),
    }),
  ],
  { error: "`{ when: 'exhausted' }` or `{ when: 'failing-for', ms }`" },
);

const rest = {
  jitter: numberFrom(0, 1)
    .optional()
    .register(components, { description: 'Each delay is multiplied by a random factor of 1 ± this.' }),
  client_errors: z.enum(['retry', 'fail']).optional().register(components, {
    description: 'What 4xx answers other than 408, 409, 410, 425 and 429 mean.',
  }),
  disable: disableRule.optional().register(components, {
    description:
      'When the endpoint is disabled: `failing-for` so many milliseconds, or a delivery is `exhausted`.',
  }),
};

/** How failed attempts are repeated. */
export const retryPolicy = z
  .union(
    [
      strictObject({ delays_ms: listOf(delayMs, MAX_ATTEMPTS), ...rest }),
      strictObject({
        max_attempts: attempts,
        initial_delay_ms: delayMs,
        multiplier,
        max_delay_ms: delayMs,
        ...rest,
      }),
    ],
    { error: '`{ delays_ms }` or `{ max_attempts, initial_delay_ms, multiplier, max_delay_ms }`' },
  )
  .register(components, {
    id: 'RetryPolicy',
    description:
      "The delay before each attempt, the first included, or an exponential series. What is left out of `client_errors` and `disable` is the sender's; `jitter` is 0.",
    examples: [
      { delays_ms: [0, 5000, 300_000, 1_800_000] },
      { max_attempts: 5, initial_delay_ms: 1000, multiplier: 2, max_delay_ms: 30_000, jitter: 0.1 },
    ],
  });

/** {@link retryPolicy} on the wire. */
export type WireRetryPolicy = z.output<typeof retryPolicy>;

/** The same in another spelling. */
export const retryConfig = strictObject({
  max_attempts: attempts.optional().register(components, { default: 3 }),
  initial_delay_ms: delayMs.optional().register(components, { default: 1000 }),
  backoff_multiplier: multiplier.optional().register(components, { default: 2 }),
  max_delay_ms: delayMs.optional().register(components, { default: 30_000 }),
}).register(components, {
  id: 'RetryConfig',
  description: 'Another spelling of an exponential `retry`, with defaults.',
  examples: [{ max_attempts: 3, initial_delay_ms: 1000, backoff_multiplier: 2, max_delay_ms: 30_000 }],
});

/** {@link retryConfig} on the wire. */
export type WireRetryConfig = z.output<typeof retryConfig>;
