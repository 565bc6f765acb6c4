import { type AcceptedWebhook, mountGuard, type WebhookGate } from '@countersign/core';
import { fromNodeRequest, sendNodeResponse, settleOnResponse } from '@countersign/core/node';
import type { ExpressNext, ExpressRequest, ExpressResponse } from './express-types.js';

/** What the guard adds to `res.locals`. */
export interface WebhookLocals<Event> {
  webhook: AcceptedWebhook<Event>;
}

/** An Express 4 or 5 middleware; handlers behind it see `res.locals.webhook` with its type. */
export type WebhookGuard<Event> = (
  request: ExpressRequest,
  response: ExpressResponse<WebhookLocals<Event>>,
  next: ExpressNext,
) => void;

/**
 * Verifies and claims a delivery, then lets your own handlers run: 2xx commits, anything else gives the
 * delivery back for a retry. The event stands in `res.locals.webhook` (typed) and in `req.webhook`; the raw
 * body in `webhook.delivery.body`.
 *
 * @throws ConfigurationError where the receiver has handlers of its own.
 * @example
 * app.post('/webhooks', webhookGuard(receiver), async (req, res) => {
 *   await book(res.locals.webhook.event);
 *   res.sendStatus(204);
 * });
 */
export function webhookGuard<Event>(gate: WebhookGate<Event>): WebhookGuard<Event> {
  mountGuard('webhookGuard', gate);
  return function countersignWebhookGuard(request, response, next) {
    gate
      .accept(fromNodeRequest(request, { body: request.body, url: request.originalUrl }))
      .then((acceptance) => {
        if (!acceptance.accepted) return sendNodeResponse(request, response, acceptance.response);
        const { event, delivery, settle } = acceptance;
        const webhook: AcceptedWebhook<Event> = { event, delivery };
        response.locals.webhook = webhook;
        // `_body` is how body parsers tell one another that the stream has been read.
        Object.assign(request, { webhook, _body: true });
        settleOnResponse(response, settle);
        next();
      })
      .catch(next);
  };
}
