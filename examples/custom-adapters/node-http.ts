import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import {
  type AcceptedWebhook,
  mountGuard,
  mountHandler,
  type WebhookDispatcher,
  type WebhookGate,
} from '@countersign/core';
import { fromNodeRequest, sendNodeResponse, settleOnResponse } from '@countersign/core/node';

/** A route behind the guard: it ends the response, or fails. */
export type GuardedRoute<Event> = (
  request: IncomingMessage,
  response: ServerResponse,
  webhook: AcceptedWebhook<Event>,
) => unknown;

/** `createServer(webhookHandler(receiver))`; `nodeListener` of `@countersign/core/node` is the same. */
export function webhookHandler(dispatcher: WebhookDispatcher): RequestListener {
  mountHandler('webhookHandler', dispatcher);
  return function countersignHandler(request, response) {
    dispatcher
      .handle(fromNodeRequest(request))
      .then((answer) => sendNodeResponse(request, response, answer))
      .catch(() => response.destroy());
  };
}

/** `createServer(webhookGuard(receiver, route))`: 2xx commits, anything else gives the delivery back. */
export function webhookGuard<Event>(gate: WebhookGate<Event>, route: GuardedRoute<Event>): RequestListener {
  mountGuard('webhookGuard', gate);
  const run = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const acceptance = await gate.accept(fromNodeRequest(request));
    if (!acceptance.accepted) return sendNodeResponse(request, response, acceptance.response);
    const { event, delivery, settle } = acceptance;
    settleOnResponse(response, settle);
    await route(request, response, { event, delivery });
  };
  return function countersignGuard(request, response) {
    run(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  };
}
