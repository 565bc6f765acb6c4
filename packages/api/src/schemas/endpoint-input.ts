import { z } from 'zod';
import {
  components,
  dictionary,
  listOf,
  numberFrom,
  someOf,
  strictObject,
  text,
  webAddress,
  wholeNumber,
} from './components.js';
import { retryConfig, retryPolicy } from './retry.js';
import { FOR_OPERATORS, tenantName } from './tenant.js';

const MOST_ENTRIES = 100;
const LONGEST_OVERLAP_SECONDS = 365 * 24 * 3600;
const entries = <Entry extends z.ZodType>(entry: Entry) => listOf(entry, MOST_ENTRIES);
const scalar = z.union([z.string().max(256), z.number(), z.boolean(), z.null()], {
  error: 'a text of at most 256 characters, a number, a boolean or null',
});

/** Filters of an endpoint, the same in requests and answers. */
export const filters = strictObject({
  job_types: entries(text(256, 1)).optional().register(components, { description: '`data.job_type`' }),
  job_priorities: entries(z.number()).optional().register(components, { description: '`data.job_priority`' }),
  machine_ids: entries(text(256, 1))
    .optional()
    .register(components, { description: '`data.machine_id`; `*` stands for any text.' }),
  worker_ids: entries(text(256, 1))
    .optional()
    .register(components, { description: '`data.worker_id`; `*` stands for any text.' }),
  custom_filters: dictionary(scalar, 'an object').optional().register(components, {
    description: 'Dot paths into `data`, each with the value that must stand there.',
  }),
}).register(components, {
  id: 'Filters',
  description: "What an event's data must be, beside its type. Every filter that is given must match.",
  examples: [{ job_types: ['comfyui'], machine_ids: ['prod-cluster-*'] }],
});

/** A rate limit, the same in requests and answers. */
export const rateLimit = strictObject({ per_second: numberFrom(0.001, 100_000) }).register(components, {
  id: 'RateLimit',
  description: 'At most this many attempts a second, in bursts of up to a second’s worth.',
  examples: [{ per_second: 50 }],
});

const url = webAddress(text(2048, 1)).register(components, {
  description: 'Where deliveries are posted to.',
  format: 'uri',
  examples: ['https://example.com/webhooks'],
});
const events = entries(text(128, 1)).register(components, {
  description: 'Event types, beginnings such as `job.*`, or `*`.',
  examples: [['job.completed', 'machine.*']],
});
const secret = text(1024).register(components, {
  description:
    'What signs its deliveries, at least 16 bytes in the form of the provider. Default: a new one.',
});
const active = z
  .boolean()
  .register(components, { description: 'Whether it gets deliveries. Those of a disabled one are skipped.' });

const choices = {
  name: text(200).nullish(),
  description: text(2000).nullish(),
  events: events.nullish().register(components, { description: 'Which events it gets. Default: all.' }),
  filters: filters.nullish(),
  headers: dictionary(z.string(), 'an object of texts')
    .nullish()
    .register(components, {
      description: 'Headers of every delivery. Their values are never shown again.',
      examples: [{ authorization: 'Bearer token-of-the-receiver' }],
    }),
  retry: retryPolicy.nullish().register(components, { description: 'Default: as the sender repeats.' }),
  retry_config: retryConfig.nullish().register(components, { description: 'In place of `retry`.' }),
  concurrency: wholeNumber(1, 1000)
    .nullish()
    .register(components, { description: 'Exchanges in flight at once.' }),
  rate_limit: rateLimit.nullish(),
};

const newEndpoint = {
  url,
  ...choices,
  secret: secret.optional(),
  active: active.optional().register(components, { default: true }),
};

/** A new endpoint of the caller's own tenant. */
export const ownEndpointInput = strictObject(newEndpoint, FOR_OPERATORS);

/** A new endpoint, of whichever tenant. */
export const endpointInput = strictObject({
  ...newEndpoint,
  tenant: tenantName.optional().register(components, {
    description: 'For operators alone: whose endpoint it is. Default: nobody’s.',
  }),
}).register(components, {
  id: 'EndpointInput',
  examples: [
    {
      url: 'https://example.com/webhooks',
      events: ['job.completed', 'job.failed'],
      filters: { job_types: ['comfyui'] },
      headers: { authorization: 'Bearer token-of-the-receiver' },
      retry: { max_attempts: 5, initial_delay_ms: 1000, multiplier: 2, max_delay_ms: 30_000 },
      description: 'Jobs',
    },
  ],
});

const NO_SECRET = '`secret` is changed by POST /webhooks/{id}/rotate-secret';

/** What an endpoint becomes: what is left out is taken back. */
export const endpointReplacement = strictObject(
  { url, ...choices, events, active: active.optional() },
  NO_SECRET,
).register(components, {
  id: 'EndpointReplacement',
  description:
    'What is left out is as if it had never been given, but for `headers` and `active`, which stay.',
  examples: [{ url: 'https://example.com/new-webhook', events: ['job.completed'] }],
});

/** Changes of an endpoint. */
export const endpointChanges = someOf(
  strictObject({ url: url.optional(), ...choices, active: active.optional() }, NO_SECRET),
).register(components, {
  id: 'EndpointChanges',
  minProperties: 1,
  description:
    'What is left out stays; `null` takes a choice back. `headers`, `filters` and lists are replaced as a whole.',
  examples: [{ concurrency: 4, description: null }],
});

/** What all three have. */
export type WireChoices = Omit<z.output<typeof endpointChanges>, 'url' | 'active'>;

/** A change of the secret. */
export const rotation = strictObject({
  secret: secret.optional(),
  overlap_seconds: numberFrom(0, LONGEST_OVERLAP_SECONDS).optional().register(components, {
    description: 'How long the old one stays valid; 0 ends it at once, for a leak.',
    default: 86_400,
  }),
}).register(components, { id: 'Rotation', examples: [{ overlap_seconds: 3600 }] });
