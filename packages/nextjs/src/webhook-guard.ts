import { type AcceptedWebhook, ConfigurationError, mountGuard, type WebhookGate } from '@countersign/core';
import { fromFetchRequest, toFetchResponse } from '@countersign/core/fetch';
import { after } from 'next/server.js';

/** What a guarded Route Handler gets beside the request. */
export interface WebhookContext<Event, Params = unknown> {
  readonly webhook: AcceptedWebhook<Event>;
  /** Those of a dynamic route, as Next.js gives them. */
  readonly params: Promise<Params>;
}

/** Your own Route Handler behind the guard. */
export type GuardedHandler<Event, Params = unknown, Incoming extends Request = Request> = (
  request: Incoming,
  context: WebhookContext<Event, Params>,
) => Response | Promise<Response>;

/** A Route Handler of the App Router. */
export type WebhookGuard<Params = unknown, Incoming extends Request = Request> = (
  request: Incoming,
  context: { readonly params: Promise<Params> },
) => Promise<Response>;

/**
 * Verifies and claims a delivery, then runs your own Route Handler with it: 2xx commits, anything else, a
 * throw, `redirect()` and `notFound()` included, gives the delivery back for a retry. The event stands in
 * `webhook.event` (typed), the exact bytes in `webhook.delivery.body`; the request's own body has been read.
 *
 * @throws ConfigurationError where the receiver has handlers of its own.
 * @example
 * export const POST = webhookGuard(receiver, async (_request, { webhook }) => {
 *   await book(webhook.event);
 *   return new Response(null, { status: 204 });
 * });
 */
export function webhookGuard<Event, Params = unknown, Incoming extends Request = Request>(
  gate: WebhookGate<Event>,
  handler: GuardedHandler<Event, Params, Incoming>,
): WebhookGuard<Params, Incoming> {
  if (typeof handler !== 'function') throw noHandler(handler);
  mountGuard('webhookGuard', gate);
  return async function countersignWebhookGuard(request, context) {
    const acceptance = await gate.accept(fromFetchRequest(request, { waitUntil: after }));
    if (!acceptance.accepted) return toFetchResponse(acceptance.response, request);
    const { event, delivery, settle } = acceptance;
    let status = 500;
    try {
      const response = await handler(request, { ...context, webhook: { event, delivery } });
      status = answeredStatus(response);
      return response;
    } finally {
      // The answer waits for it, so that whoever has read it never meets the claim again.
      await settle(status);
    }
  };
}

// What Next.js takes from middleware only, and answers 500 from a Route Handler.
const MIDDLEWARE_HEADERS = ['x-middleware-next', 'x-middleware-rewrite'];

/** 500 for all that Next.js cannot send, whatever it says of itself. */
function answeredStatus(response: unknown): number {
  if (!(response instanceof Response) || response.bodyUsed || response.body?.locked === true) return 500;
  return MIDDLEWARE_HEADERS.some((name) => response.headers.has(name)) ? 500 : response.status;
}

function noHandler(given: unknown): ConfigurationError {
  return new ConfigurationError(
    'invalid_handler',
    `\`webhookGuard\` must be given the Route Handler behind it, got ${given === null ? 'null' : typeof given}`,
  );
}
