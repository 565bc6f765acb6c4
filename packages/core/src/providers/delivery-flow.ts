import { jsonEnvelope } from '../envelope/json-envelope.js';
import type { Provider } from '../provider/provider.js';
import { standardRetry } from '../provider/retry-policy.js';
import { hmacScheme } from '../scheme/hmac-scheme.js';

/**
 * Delivery Flow: `X-Signature` in hex over `{X-Delivery-Id}.{X-Timestamp}.{body}`, seconds.
 *
 * Identity is the signed `X-Delivery-Id`, freshness the signed `X-Timestamp`. `X-Webhook-Id` names the
 * endpoint and is unsigned. `event.id` is the body's `id`, the same for every endpoint.
 *
 * @example
 * createReceiver({ provider: deliveryFlow, secrets: () => process.env.WEBHOOK_SECRET });
 */
export const deliveryFlow: Provider = {
  name: 'deliveryFlow',
  scheme: hmacScheme({
    name: 'deliveryFlow',
    content: '{id}.{timestamp}.{body}',
    signature: { header: 'x-signature', encoding: 'hex' },
    id: { header: 'x-delivery-id' },
    timestamp: { header: 'x-timestamp' },
  }),
  envelope: jsonEnvelope({
    fields: { type: { body: 'event' }, id: { body: 'id' }, timestamp: { body: 'timestamp', time: 'iso' } },
    data: 'data',
    members: (event) => ({
      id: event.id,
      event: event.type,
      timestamp: event.timestamp.toISOString(),
      data: event.data,
    }),
    headers: (_event, delivery) => ({ 'x-webhook-id': delivery.endpointId }),
  }),
  retry: standardRetry,
};
