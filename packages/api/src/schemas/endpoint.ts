import { z } from 'zod';
import { answer, components, page, strictObject, time } from './components.js';
import { filters, rateLimit } from './endpoint-input.js';
import { retryPolicy } from './retry.js';

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

export const endpointAnswer = answer('EndpointAnswer', endpoint);
export const endpointWithSecretAnswer = answer('EndpointWithSecretAnswer', endpointWithSecret);
export const endpointPage = page('EndpointPage', endpoint);
