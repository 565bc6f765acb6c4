import { jsonEnvelope } from '../envelope/json-envelope.js';
import type { Provider } from '../provider/provider.js';
import { hmacScheme } from '../scheme/hmac-scheme.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * AI Platform: `X-Webhook-Signature` in hex over the body alone.
 *
 * Identity is the signed body's `event_id`; `X-Webhook-ID`, `X-Event-ID` and `X-Timestamp` are unsigned and
 * decide nothing. No time of the attempt is signed: the body's `timestamp` bounds the event's age, and the
 * replay store, which must be named, refuses copies.
 *
 * @example
 * createReceiver({ provider: aiPlatform, secrets: () => process.env.WEBHOOK_SECRET, replay: memoryReplayStore() });
 */
export const aiPlatform: Provider = {
  name: 'aiPlatform',
  scheme: hmacScheme({
    name: 'aiPlatform',
    content: '{body}',
    signature: { header: 'x-webhook-signature', encoding: 'hex' },
  }),
  envelope: jsonEnvelope({
    fields: {
      type: { body: 'event_type' },
      id: { body: 'event_id' },
      timestamp: { body: 'timestamp', time: 'iso' },
    },
    data: 'data',
    members: (event, delivery) => ({
      event_id: event.id,
      event_type: event.type,
      timestamp: event.timestamp.toISOString(),
      data: event.data,
      retry_count: delivery.attempt - 1,
    }),
    headers: (event, delivery) => ({
      'x-webhook-id': delivery.endpointId,
      'x-event-id': event.id,
      'x-timestamp': event.timestamp.toISOString(),
    }),
  }),
  retry: {
    delaysMs: [0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 8 * HOUR, 24 * HOUR],
    disable: { when: 'exhausted' },
  },
};
