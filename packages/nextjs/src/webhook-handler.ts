import { mountHandler, type WebhookDispatcher } from '@countersign/core';
import { fromFetchRequest, toFetchResponse } from '@countersign/core/fetch';
import { after } from 'next/server.js';

/** A Route Handler of the App Router, for any path and method. */
export type WebhookHandler = (request: Request) => Promise<Response>;

/**
 * Mounts a receiver with handlers on a Route Handler of the App Router, on the Node.js or the Edge runtime.
 * `next build` runs route files too: give `secrets` as a function, which is first asked for a request.
 *
 * @throws ConfigurationError where the receiver has no handlers.
 * @example
 * export const POST = webhookHandler(receiver);
 */
export function webhookHandler(dispatcher: WebhookDispatcher): WebhookHandler {
  mountHandler('webhookHandler', dispatcher);
  return async function countersignWebhookHandler(request) {
    // Outside of Next.js `after` throws, which a receiver takes for a no.
    const answer = await dispatcher.handle(fromFetchRequest(request, { waitUntil: after }));
    return toFetchResponse(answer, request);
  };
}
