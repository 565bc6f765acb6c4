import { newId } from '../ids/new-id.js';
import type { EndpointRecord, NewEvent, StoredEvent } from '../ports/records.js';
import { type AttemptTools, attempt } from './attempt.js';
import type { Target } from './target.js';

/** What an endpoint made of a test event. */
export interface TestResult {
  readonly isDelivered: boolean;
  readonly eventId: string;
  readonly durationMs: number;
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** Why there was none, or why it counts as a failure. */
  readonly error: string | undefined;
  readonly responseBody: string | undefined;
}

/**
 * Posts a test event to an endpoint, at once and once, whatever state it is in. It is signed like any other, marked as a
 * test where the envelope has a place for that, and leaves nothing in the record.
 */
export async function testEndpoint(
  event: NewEvent,
  record: EndpointRecord,
  targetOf: (record: EndpointRecord) => Target,
  tools: AttemptTools,
): Promise<TestResult> {
  const stored: StoredEvent = { ...event, key: '' };
  const order = {
    event: stored,
    deliveryId: newId('dlv'),
    number: 1,
    test: true,
    abort: new AbortController(),
  };
  const attempted = await attempt(order, targetOf(record), { ...tools, storeResponseBody: 'always' });
  if (attempted === undefined) throw new Error('a test that nobody gives up has an outcome');
  const { durationMs, status, error, responseBody } = attempted.record;
  const isDelivered = attempted.verdict.kind === 'delivered';
  return { isDelivered, eventId: event.id, durationMs, status, error, responseBody };
}
