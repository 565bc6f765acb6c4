import { Buffer } from 'node:buffer';
import {
  type AcceptedWebhook,
  mountGuard,
  mountHandler,
  type WebhookDispatcher,
  type WebhookGate,
  type WebhookResponse,
} from '@countersign/core';
import { fromNodeRequest, prepareNodeResponse, settleOnResponse } from '@countersign/core/node';
import type { Middleware, ParameterizedContext } from 'koa';

/** What the guard adds to `ctx.state`. */
export interface WebhookState<Event> {
  webhook: AcceptedWebhook<Event>;
}

/** Answers the webhooks of its route: `router.post('/webhooks', webhookHandler(receiver))`. */
export function webhookHandler(dispatcher: WebhookDispatcher): Middleware {
  mountHandler('webhookHandler', dispatcher);
  return async function countersignHandler(context) {
    respond(context, await dispatcher.handle(fromContext(context)));
  };
}

/** Runs what follows for genuine deliveries: 2xx commits, anything else gives the delivery back. */
export function webhookGuard<Event>(gate: WebhookGate<Event>): Middleware<WebhookState<Event>> {
  mountGuard('webhookGuard', gate);
  return async function countersignGuard(context, next) {
    const acceptance = await gate.accept(fromContext(context));
    if (!acceptance.accepted) return respond(context, acceptance.response);
    const { event, delivery, settle } = acceptance;
    context.state.webhook = { event, delivery };
    settleOnResponse(context.res, settle);
    try {
      await next();
    } catch (error) {
      // Koa answers what is thrown, unless that is nothing, or the client has left.
      if (!context.writable) await settle(500);
      throw error ?? new Error('rejected with nothing');
    }
  };
}

const fromContext = (context: ParameterizedContext) =>
  fromNodeRequest(context.req, { url: context.originalUrl, native: context });

function respond(context: ParameterizedContext, { status, headers, body }: WebhookResponse): void {
  prepareNodeResponse(context.req, context.res, status);
  context.body = typeof body === 'string' ? body : Buffer.from(body);
  context.status = status;
  context.set({ ...headers });
}
