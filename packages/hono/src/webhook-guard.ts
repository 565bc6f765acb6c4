import { type AcceptedWebhook, mountGuard, type WebhookGate } from '@countersign/core';
import type { Context, MiddlewareHandler } from 'hono';
import { fromContext, keepBody } from './from-context.js';
import { respond } from './respond.js';

/** What the guard adds to a Hono context's variables. */
export interface WebhookVariables<Event> {
  webhook: AcceptedWebhook<Event>;
}

/** A Hono middleware; handlers behind it see `c.var.webhook` with its type. */
export type WebhookGuard<Event> = MiddlewareHandler<{ Variables: WebhookVariables<Event> }>;

/**
 * Verifies and claims a delivery, then lets your own handlers run: 2xx commits, anything else gives the
 * delivery back for a retry. The event stands in `c.var.webhook` (typed), the raw body in
 * `c.var.webhook.delivery.body`; `c.req.json()` and its like read the verified bytes.
 *
 * @throws ConfigurationError where the receiver has handlers of its own.
 * @example
 * app.post('/webhooks', webhookGuard(receiver), async (c) => {
 *   await book(c.var.webhook.event);
 *   return c.body(null, 204);
 * });
 */
export function webhookGuard<Event>(gate: WebhookGate<Event>): WebhookGuard<Event> {
  mountGuard('webhookGuard', gate);
  return async function countersignWebhookGuard(context, next) {
    const acceptance = await gate.accept(fromContext(context));
    if (!acceptance.accepted) return respond(context, acceptance.response);
    const { event, delivery, settle } = acceptance;
    context.set('webhook', { event, delivery });
    keepBody(context, delivery.body);
    try {
      await next();
    } catch (error) {
      // Hono's error handler takes errors only: whatever else is thrown passes by it.
      await settle(500);
      throw error;
    }
    // The answer waits, so that who has read it never meets the claim again.
    await settle(answeredStatus(context));
  };
}

function answeredStatus(context: Context): number {
  const env: { outgoing?: { headersSent?: boolean; statusCode?: number } } | undefined = context.env;
  // On node-server a handler may write the answer itself, and return a `Response` that says nothing.
  if (env?.outgoing?.headersSent === true) return env.outgoing.statusCode ?? 500;
  // A handler that returned nothing is answered 500 later; `res` would make up a 200.
  if (!context.finalized || !(context.res instanceof Response)) return 500;
  // What has been read cannot be sent. On node-server looking would make every answer a slow one.
  if (env?.outgoing === undefined && (context.res.bodyUsed || context.res.body?.locked === true)) return 500;
  // What threw has failed, whatever the error handler made of it.
  return context.error !== undefined && context.res.ok ? 500 : context.res.status;
}
