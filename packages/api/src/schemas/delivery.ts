import { z } from 'zod';
import { answer, components, givenTime, listOf, page, strictObject, time } from './components.js';

/** What a delivery can be. */
export const deliveryStatus = z.enum(['pending', 'delivered', 'failed', 'skipped']);

const deliveryMembers = {
  id: z.string(),
  endpoint_id: z.string(),
  event_id: z.string(),
  event_type: z.string(),
  status: deliveryStatus,
  attempt_count: z.int(),
  created_at: time,
  finished_at: time
    .nullable()
    .register(components, { description: 'When it was delivered, failed or was skipped.' }),
  next_attempt_at: time.nullable().register(components, {
    description:
      'Of a pending one: not before. `null` where it waits for an earlier one of its ordering key.',
  }),
  last_status: z
    .int()
    .nullable()
    .register(components, { description: 'The HTTP status of the last attempt.' }),
  last_error: z.string().nullable(),
};

const exampleDelivery = {
  id: 'dlv_0199b1e0c7a87000a1b2c3d4e5f60718',
  endpoint_id: 'wh_0199b1e0c7a87000a1b2c3d4e5f60718',
  event_id: 'evt_1',
  event_type: 'job.completed',
  status: 'pending',
  attempt_count: 1,
  created_at: '2026-01-31T12:00:00.000Z',
  finished_at: null,
  next_attempt_at: '2026-01-31T12:00:05.000Z',
  last_status: 503,
  last_error: null,
};

/** A delivery in a list. */
export const delivery = strictObject(deliveryMembers).register(components, {
  id: 'Delivery',
  examples: [exampleDelivery],
});

/** {@link delivery} on the wire. */
export type WireDelivery = z.output<typeof delivery>;

const attempt = strictObject({
  number: z.int(),
  at: time,
  duration_ms: z.number(),
  status: z.int().nullable(),
  error: z.string().nullable(),
  response_body: z.string().nullable(),
}).register(components, { id: 'Attempt' });

/** {@link attempt} on the wire. */
export type WireAttempt = z.output<typeof attempt>;

const deliveryWithAttempts = strictObject({ ...deliveryMembers, attempts: z.array(attempt) }).register(
  components,
  {
    id: 'DeliveryWithAttempts',
    examples: [
      {
        ...exampleDelivery,
        attempts: [
          {
            number: 1,
            at: '2026-01-31T12:00:00.100Z',
            duration_ms: 31,
            status: 503,
            error: null,
            response_body: '',
          },
        ],
      },
    ],
  },
);

/** Which deliveries are to be tried again. */
export const recovery = strictObject({
  since: givenTime.optional().register(components, {
    description: 'Created at this time or later. Default: all that are in the record.',
  }),
  statuses: listOf(z.enum(['failed', 'skipped']), 2)
    .optional()
    .register(components, {
      default: ['failed', 'skipped'],
    }),
}).register(components, {
  id: 'Recovery',
  examples: [{ since: '2026-01-31T12:00:00Z', statuses: ['failed'] }],
});

const recovered = strictObject({
  recovered: z.int().register(components, { description: 'How many deliveries are pending again.' }),
}).register(components, { id: 'Recovered', examples: [{ recovered: 12 }] });

/** Numbers of an endpoint. */
export const stats = strictObject({
  total: z
    .int()
    .register(components, { description: 'Deliveries that came to an end in the last 24 hours.' }),
  successful: z.int(),
  failed: z.int(),
  success_rate: z.number().nullable().register(components, { description: '0 to 1.' }),
  average_response_time_ms: z.number().nullable(),
  p95_response_time_ms: z.number().nullable(),
  pending: z.int().register(components, { description: 'Now: not at an end.' }),
  retry_queue: z.int().register(components, { description: 'Now: of these, with an attempt behind them.' }),
  last_delivered_at: time.nullable(),
}).register(components, {
  id: 'Stats',
  examples: [
    {
      total: 150,
      successful: 148,
      failed: 2,
      success_rate: 0.9867,
      average_response_time_ms: 120,
      p95_response_time_ms: 380,
      pending: 1,
      retry_queue: 0,
      last_delivered_at: '2026-01-31T12:00:00.000Z',
    },
  ],
});

/** {@link stats} on the wire. */
export type WireStats = z.output<typeof stats>;

export const deliveryAnswer = answer('DeliveryAnswer', delivery);
export const deliveryWithAttemptsAnswer = answer('DeliveryWithAttemptsAnswer', deliveryWithAttempts);
export const deliveryPage = page('DeliveryPage', delivery);
export const recoveredAnswer = answer('RecoveredAnswer', recovered);
export const statsAnswer = answer('StatsAnswer', stats);
