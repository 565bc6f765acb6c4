import { jsonEnvelope } from '../envelope/json-envelope.js';
import type { Provider } from '../provider/provider.js';
import { hmacScheme } from '../scheme/hmac-scheme.js';

/**
 * GitHub: `X-Hub-Signature-256: sha256=<hex>` over the body alone. The content type of the webhook must be
 * `application/json`.
 *
 * The event's name stands in an unsigned header (`event.unauthenticated` says `type`), no time is signed,
 * and `X-GitHub-Delivery` is unsigned: identity is SHA-256 of the body, so a relabelled copy is a duplicate.
 * A copy can be replayed again once the replay store has forgotten it (7 days), so the store must be named.
 * `event.data` is the whole body.
 *
 * @example
 * createReceiver({ provider: github, secrets: () => process.env.GITHUB_SECRET, replay: memoryReplayStore() });
 */
export const github: Provider = {
  name: 'github',
  scheme: hmacScheme({
    name: 'github',
    content: '{body}',
    signature: { header: 'x-hub-signature-256', encoding: 'hex', prefix: 'sha256=' },
  }),
  envelope: jsonEnvelope({
    fields: { type: { header: 'x-github-event' } },
    headers: (event, delivery) => ({
      'x-github-event': event.type,
      'x-github-delivery': delivery.deliveryId,
    }),
  }),
};
