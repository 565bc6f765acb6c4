import type { ServerResponse } from 'node:http';
import { mountHandler, type WebhookDispatcher } from '@countersign/core';
import { fromNodeRequest, sendNodeResponse } from '@countersign/core/node';
import type { ExpressNext, ExpressRequest } from './express-types.js';

/** An Express 4 or 5 request handler. */
export type WebhookHandler = (request: ExpressRequest, response: ServerResponse, next: ExpressNext) => void;

/**
 * Mounts a receiver with handlers on an Express 4 or 5 route. Mount it before any body parser, or keep the
 * parser off its path; `express.raw()` is fine.
 *
 * @throws ConfigurationError where the receiver has no handlers.
 * @example
 * app.post('/webhooks', webhookHandler(receiver));
 */
export function webhookHandler(dispatcher: WebhookDispatcher): WebhookHandler {
  mountHandler('webhookHandler', dispatcher);
  return function countersignWebhookHandler(request, response, next) {
    dispatcher
      .handle(fromNodeRequest(request, { body: request.body, url: request.originalUrl }))
      .then((answer) => sendNodeResponse(request, response, answer))
      .catch(next);
  };
}
