import { JsonText } from '@countersign/core';
import type { SendEvent, SentEvent, TestResult } from '@countersign/sender';
import type { WireEvent, WireSentEvent, WireTestResult } from '../schemas/event.js';

/** An event to be sent. `data` is taken as the text that it was written as. */
export function eventOf(
  event: WireEvent,
  dataText: string,
  tenant: string | undefined,
): SendEvent<Record<string, unknown>> {
  const { type, id, ordering_key: orderingKey, timestamp } = event;
  return {
    type,
    data: new JsonText(dataText),
    id,
    orderingKey,
    timestamp: timestamp === undefined ? undefined : new Date(timestamp),
    tenant,
  };
}

/** A part of a body as it was written. */
export function jsonText(text: string | undefined): JsonText | undefined {
  return text === undefined ? undefined : new JsonText(text);
}

/** What became of it. */
export function wireSentEvent({ id, isNew }: SentEvent): WireSentEvent {
  return { id, is_new: isNew };
}

/** What a test came to. */
export function wireTestResult(result: TestResult): WireTestResult {
  return {
    delivered: result.isDelivered,
    event_id: result.eventId,
    duration_ms: result.durationMs,
    status: result.status ?? null,
    error: result.error ?? null,
    response_body: result.responseBody ?? null,
  };
}
