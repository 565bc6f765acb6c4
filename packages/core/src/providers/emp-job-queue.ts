import { jsonEnvelope } from '../envelope/json-envelope.js';
import type { DeliveryInfo, Outgoing } from '../envelope/port.js';
import type { Provider } from '../provider/provider.js';
import { hmacScheme } from '../scheme/hmac-scheme.js';

/**
 * EMP Job Queue: `X-Webhook-Signature: sha256=<hex>` over the body alone.
 *
 * Id and type come from the signed body; `X-Event-ID` or `X-Webhook-Event` that disagrees is refused. No
 * time of the attempt is signed apart from the body's `timestamp`, which bounds its age; the replay store,
 * which must be named, refuses copies.
 *
 * @example
 * createReceiver({ provider: empJobQueue, secrets: () => process.env.WEBHOOK_SECRET, replay: memoryReplayStore() });
 */
export const empJobQueue: Provider = {
  name: 'empJobQueue',
  scheme: hmacScheme({
    name: 'empJobQueue',
    content: '{body}',
    signature: { header: 'x-webhook-signature', encoding: 'hex', prefix: 'sha256=' },
  }),
  envelope: jsonEnvelope({
    fields: {
      type: { body: 'event_type' },
      id: { body: 'event_id' },
      timestamp: { body: 'timestamp', time: 'milliseconds' },
    },
    data: 'data',
    repeats: { 'x-webhook-event': 'event_type', 'x-event-id': 'event_id' },
    members: (event, delivery) => ({
      event_type: event.type,
      event_id: event.id,
      timestamp: attemptTime(event, delivery),
      webhook_id: delivery.endpointId,
      data: event.data,
      metadata: metadata(event, delivery),
    }),
    headers: (event, delivery) => ({
      'x-webhook-event': event.type,
      'x-webhook-id': delivery.endpointId,
      'x-event-id': event.id,
    }),
  }),
  retry: { maxAttempts: 3, initialDelayMs: 1000, multiplier: 2, maxDelayMs: 30_000 },
};

function attemptTime(event: Outgoing, delivery: DeliveryInfo): number {
  const time = delivery.attempt > 1 ? (delivery.sentAt ?? event.timestamp) : event.timestamp;
  return time.getTime();
}

function metadata(event: Outgoing, delivery: DeliveryInfo): Readonly<Record<string, unknown>> | undefined {
  const retry =
    delivery.attempt > 1
      ? { retry_attempt: delivery.attempt - 1, original_timestamp: event.timestamp.getTime() }
      : undefined;
  return retry === undefined && !delivery.test
    ? undefined
    : { ...retry, ...(delivery.test && { test: true }) };
}
