import { z } from 'zod';
import {
  answer,
  components,
  dictionary,
  listOf,
  numberFrom,
  page,
  strictObject,
  text,
  time,
  wholeNumber,
} from './components.js';
import { retryConfig, retryPolicy } from './retry.js';
import { tenantName } from './tenant.js';

const MOST_ENTRIES = 100;
const LONGEST_OVERLAP_SECONDS = 365 * 24 * 3600;
const entries = <Entry extends z.ZodType>(entry: Entry) => listOf(entry, MOST_ENTRIES);
const scalar = z.union([z.string().max(256), z.number(), z.boolean(), z.null()], {
  error: 'a text of at most 256 characters, a number, a boolean or null',
});

const filters = strictObject({
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

const rateLimit = strictObject({ per_second: numberFrom(0.001, 100_000) }).register(components, {
  id: 'RateLimit',
  description: 'At most this many attempts a second, in bursts of up to a second’s worth.',
  examples: [{ per_second: 50 }],
});

const url = text(2048, 1).register(components, {
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

/** A new endpoint. */
export const endpointInput = strictObject({
  url,
  ...choices,
  secret: secret.optional(),
  active: active.optional().register(components, { default: true }),
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
export const endpointChanges = strictObject(
  { url: url.optional(), ...choices, active: active.optional() },
  NO_SECRET,
).register(components, {
  id: 'EndpointChanges',
  description:
    'What is left out stays; `null` takes a choice back. `headers`, `filters` and lists are replaced as a whole.',
  examples: [{ concurrency: 4, description: null }],
});

/** What all three have. */
export type WireChoices = Omit<z.output<typeof endpointChanges>, 'url' | 'active'>;

const endpointMembers = {
  id: z.string(),
  tenant: z.string().nullable(),
  url: z.string(),
  name: z.string().nullable(),
  description: z.string().nullable(),
  events: z.array(z.string()),
  filters: filters.nullable(),
  header_names: z.array(z.string()),
  retry: retryPolicy.nullable(),
  concurrency: z.int().nullable(),
  rate_limit: rateLimit.nullable(),
  active: z.boolean(),
  disabled_reason: z.enum(['requested', 'gone', 'failing']).nullable().register(components, {
    description: 'Somebody asked, it answered 410, or it did nothing but fail.',
  }),
  secrets: z
    .array(strictObject({ id: z.string(), expires_in_seconds: z.number().nullable() }))
    .register(components, {
      description: 'The newest first; the others end in `expires_in_seconds`.',
    }),
  revision: z.int().register(components, { description: 'Grows with every change; also the `ETag`.' }),
  created_at: time,
  updated_at: time,
};

const exampleEndpoint = {
  id: 'wh_0199b1e0c7a87000a1b2c3d4e5f60718',
  tenant: 'acme',
  url: 'https://example.com/webhooks',
  name: null,
  description: 'Jobs',
  events: ['job.completed', 'job.failed'],
  filters: { job_types: ['comfyui'] },
  header_names: ['authorization'],
  retry: { max_attempts: 5, initial_delay_ms: 1000, multiplier: 2, max_delay_ms: 30_000 },
  concurrency: null,
  rate_limit: null,
  active: true,
  disabled_reason: null,
  secrets: [{ id: 's1', expires_in_seconds: null }],
  revision: 1,
  created_at: '2026-01-31T12:00:00.000Z',
  updated_at: '2026-01-31T12:00:00.000Z',
};

/** An endpoint as it is read. */
export const endpoint = strictObject(endpointMembers).register(components, {
  id: 'Endpoint',
  examples: [exampleEndpoint],
});

/** {@link endpoint} on the wire. */
export type WireEndpoint = z.output<typeof endpoint>;

/** An endpoint with its new secret. */
export const endpointWithSecret = strictObject({
  ...endpointMembers,
  secret: z.string().register(components, { description: 'Shown this once.' }),
}).register(components, {
  id: 'EndpointWithSecret',
  examples: [{ ...exampleEndpoint, secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD' }],
});

/** A change of the secret. */
export const rotation = strictObject({
  secret: secret.optional(),
  overlap_seconds: numberFrom(0, LONGEST_OVERLAP_SECONDS).optional().register(components, {
    description: 'How long the old one stays valid; 0 ends it at once, for a leak.',
    default: 86_400,
  }),
}).register(components, { id: 'Rotation', examples: [{ overlap_seconds: 3600 }] });

export const endpointAnswer = answer('EndpointAnswer', endpoint);
export const endpointWithSecretAnswer = answer('EndpointWithSecretAnswer', endpointWithSecret);
export const endpointPage = page('EndpointPage', endpoint);
