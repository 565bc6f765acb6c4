import { WebhookError } from '../errors/webhook-error.js';
import type { EventHandler, HandlerContext, WebhookEvent } from '../events/event-types.js';
import type { StoredDelivery } from '../inbox/port.js';
import { restoredHeaders } from '../inbox/stored-headers.js';
import type { InboxLink } from '../receiver/inbox-link.js';
import { eventOf, validateInTime } from '../receiver/receive.js';
import { RequestReader } from '../request/header-reader.js';
import { decodeBody, parseBody } from '../verify/verification.js';
import { LazyDelivery } from '../verify/verified-delivery.js';

/** A stored delivery as its handler gets it. */
export interface Restored extends Pick<HandlerContext, 'delivery' | 'headers'> {
  readonly event: WebhookEvent;
  readonly handler: EventHandler<WebhookEvent>;
}

/**
 * Decodes and validates the verified bytes again, by the functions of the receive path. Rejects with what is wrong:
 * the schema may be another one by now, and the handler may be gone.
 */
export async function restore({ settings, routing }: InboxLink, stored: StoredDelivery): Promise<Restored> {
  const { provider } = settings;
  const headers = restoredHeaders(stored.headers);
  const reader = new RequestReader({ method: 'POST', url: '', headers });
  const body = decodeBody(provider, parseBody(provider, stored.body), reader);
  const { type } = body.decoded;
  const destination = routing.destinationOf(type);
  if (destination === undefined) {
    // A process of an older version may take what a newer one has stored.
    throw new WebhookError('handler_failed', `\`${type}\` was stored, and nothing here handles it`);
  }
  const data = await validateInTime(settings, destination.schema, body.decoded);
  return {
    event: eventOf(stored.eventId, body, data, routing.unauthenticated),
    handler: destination.taker,
    delivery: deliveryOf(stored),
    headers,
  };
}

function deliveryOf({ key, deliveryId, timestampMs, ...stored }: StoredDelivery): LazyDelivery {
  const timestamp = timestampMs === undefined ? undefined : new Date(timestampMs);
  const { body, keyId, tenant } = stored;
  return new LazyDelivery({ timestamp, body, keyId, tenant }, deliveryId, () => key);
}
