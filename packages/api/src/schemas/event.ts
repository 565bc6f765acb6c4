import { z } from 'zod';
import { answer, components, givenTime, listOf, strictObject, text, textLike } from './components.js';
import { FOR_OPERATORS, tenantName } from './tenant.js';

const MOST_EVENTS = 1000;
/** An event's id. */
export const EVENT_ID = /^[A-Za-z0-9_-]{1,128}$/;
const isGiven = (value: unknown): boolean => value !== undefined;

const newEvent = {
  type: textLike(/^[A-Za-z0-9_.:-]{1,128}$/, '1 to 128 letters, digits, `_`, `.`, `:` or `-`'),
  data: z.unknown().refine(isGiven, { error: 'any JSON' }).register(components, {
    description: 'Any JSON. It is sent as it is written here: numbers keep their digits.',
  }),
  id: textLike(EVENT_ID, '1 to 128 letters, digits, `_` or `-`').optional().register(components, {
    description: 'What makes a repeated request the same event. Default: `Idempotency-Key`, or a new one.',
  }),
  ordering_key: text(256, 1).optional().register(components, {
    description: 'Events of one key are delivered one after the other at each endpoint.',
  }),
  timestamp: givenTime.optional().register(components, { description: 'When it happened. Default: now.' }),
};

const ownEventInput = strictObject(newEvent, FOR_OPERATORS);

/** An event to be sent, of whichever tenant. */
export const eventInput = strictObject({
  ...newEvent,
  tenant: tenantName.optional().register(components, {
    description: 'For operators alone: whose event it is. Default: nobody’s.',
  }),
}).register(components, {
  id: 'EventInput',
  examples: [{ type: 'job.completed', data: { job_id: 'job_123', result: { images: 4 } } }],
});

/** {@link eventInput} on the wire. */
export type WireEvent = z.output<typeof eventInput>;

/** Several at once. */
export const eventBatch = batchOf(eventInput).register(components, {
  id: 'EventBatch',
  description: 'All of them are stored, or none.',
  examples: [{ events: [{ type: 'job.submitted', data: {}, id: 'evt_1' }] }],
});

/** What `POST /events` takes. */
export const eventsInput = oneOrMore(eventInput, eventBatch).register(components, { id: 'EventsInput' });

/** The same of the caller's own tenant. */
export const ownEventsInput = oneOrMore(ownEventInput, batchOf(ownEventInput));

function batchOf<Event extends z.ZodType>(event: Event) {
  return strictObject({ events: listOf(event, MOST_EVENTS) });
}

function oneOrMore<Event extends z.ZodType, Batch extends z.ZodType>(event: Event, batch: Batch) {
  return z.union([event, batch], { error: '`{ type, data }` or `{ events }`' });
}

const sentEvent = strictObject({
  id: z.string(),
  is_new: z.boolean().register(components, {
    description: '`false`: the same event was sent before, and is sent no second time.',
  }),
}).register(components, { id: 'SentEvent', examples: [{ id: 'evt_1', is_new: true }] });

/** {@link sentEvent} on the wire. */
export type WireSentEvent = z.output<typeof sentEvent>;

export const sentEventAnswer = answer('SentEventAnswer', sentEvent);

/** One for each event of a batch, in its order; one alone for one event. */
export const sentEventsAnswer = answer('SentEventsAnswer', z.union([sentEvent, z.array(sentEvent)]));

/** What a test event says. */
export const testInput = strictObject({
  type: eventInput.shape.type.optional().register(components, { default: 'webhook.test' }),
  data: z.unknown().register(components, { description: 'Any JSON. Default: a short message.' }).optional(),
}).register(components, {
  id: 'TestInput',
  examples: [{ type: 'job.submitted', data: { job_id: 'test_job_123' } }],
});

const testResult = strictObject({
  delivered: z.boolean(),
  event_id: z.string(),
  duration_ms: z.number(),
  status: z
    .int()
    .nullable()
    .register(components, { description: 'The HTTP status, where there was an answer.' }),
  error: z.string().nullable(),
  response_body: z.string().nullable(),
}).register(components, {
  id: 'TestResult',
  examples: [
    { delivered: true, event_id: 'test_1', duration_ms: 87, status: 200, error: null, response_body: 'ok' },
  ],
});

export const testAnswer = answer('TestAnswer', testResult);
export type WireTestResult = z.output<typeof testResult>;
