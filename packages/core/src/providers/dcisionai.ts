import { jsonEnvelope } from '../envelope/json-envelope.js';
import type { Provider } from '../provider/provider.js';
import { hmacScheme } from '../scheme/hmac-scheme.js';

/**
 * DcisionAI: `X-DcisionAI-Signature` in hex over `{X-DcisionAI-Timestamp}.{body}`, seconds.
 *
 * The body, `{ event, data }`, has no id: identity is SHA-256 of the body, remembered for twice the
 * tolerance and the sender's retry span only, so that an equal event days later is not taken for a copy.
 *
 * @example
 * createReceiver({ provider: dcisionai, secrets: () => process.env.WEBHOOK_SECRET });
 */
export const dcisionai: Provider = {
  name: 'dcisionai',
  scheme: hmacScheme({
    name: 'dcisionai',
    content: '{timestamp}.{body}',
    signature: { header: 'x-dcisionai-signature', encoding: 'hex' },
    timestamp: { header: 'x-dcisionai-timestamp' },
  }),
  envelope: jsonEnvelope({
    fields: { type: { body: 'event' } },
    data: 'data',
    members: (event) => ({ event: event.type, data: event.data }),
  }),
  retry: { maxAttempts: 3, initialDelayMs: 1000, multiplier: 2, maxDelayMs: 2000 },
};
