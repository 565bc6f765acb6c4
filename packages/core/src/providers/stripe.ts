import { jsonEnvelope } from '../envelope/json-envelope.js';
import type { Provider } from '../provider/provider.js';
import { hmacScheme } from '../scheme/hmac-scheme.js';

/**
 * Stripe: `Stripe-Signature: t=…,v1=…` over `{t}.{body}`, HMAC-SHA256 in hex; the secret is used as it
 * stands, `whsec_` included. Several `v1` stand side by side while a secret rotates; `v0` is skipped.
 *
 * Identity is the signed body's `id`; `t` is the time of the attempt. `event.data` is Stripe's `data`
 * (with `object`), `event.body` the whole event.
 *
 * @example
 * createReceiver({ provider: stripe, secrets: () => process.env.STRIPE_WEBHOOK_SECRET });
 */
export const stripe: Provider = {
  name: 'stripe',
  scheme: hmacScheme({
    name: 'stripe',
    content: '{timestamp}.{body}',
    signature: { header: 'stripe-signature', encoding: 'hex', list: { key: 'v1' } },
    timestamp: { listKey: 't' },
  }),
  envelope: jsonEnvelope({
    fields: { type: { body: 'type' }, id: { body: 'id' }, timestamp: { body: 'created', time: 'seconds' } },
    data: 'data',
    members: (event) => ({
      id: event.id,
      object: 'event',
      created: Math.floor(event.timestamp.getTime() / 1000),
      data: event.data,
      type: event.type,
    }),
  }),
};
