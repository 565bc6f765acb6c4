import { mountHandler, type WebhookDispatcher } from '@countersign/core';
import type { Context } from 'hono';
import { fromContext } from './from-context.js';
import { respond } from './respond.js';

/** A Hono handler, for a route of any path, environment and input. */
export type WebhookHandler = (context: Context) => Promise<Response>;

/**
 * Mounts a receiver with handlers on a Hono route. Mount it where nothing in front reads the body as text,
 * JSON or a form; `c.req.arrayBuffer()` is fine.
 *
 * @throws ConfigurationError where the receiver has no handlers.
 * @example
 * app.post('/webhooks', webhookHandler(receiver));
 */
export function webhookHandler(dispatcher: WebhookDispatcher): WebhookHandler {
  mountHandler('webhookHandler', dispatcher);
  return async function countersignWebhookHandler(context) {
    return respond(context, await dispatcher.handle(fromContext(context)));
  };
}
