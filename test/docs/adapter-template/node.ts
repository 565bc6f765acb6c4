import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type AcceptedWebhook,
  mountGuard,
  mountHandler,
  type WebhookDispatcher,
  type WebhookGate,
} from '@countersign/core';
import { fromNodeRequest, sendNodeResponse, settleOnResponse } from '@countersign/core/node';

/** What is used of the framework's request, structurally. */
export interface AcmeRequest extends IncomingMessage {
  readonly body?: unknown;
  readonly originalUrl?: string;
}

export function webhookHandler(dispatcher: WebhookDispatcher) {
  mountHandler('webhookHandler', dispatcher);
  return async function countersignWebhookHandler(request: AcmeRequest, response: ServerResponse) {
    sendNodeResponse(request, response, await dispatcher.handle(toWebhookRequest(request)));
  };
}

export function webhookGuard<Event>(
  gate: WebhookGate<Event>,
  handler: (request: AcmeRequest, response: ServerResponse, webhook: AcceptedWebhook<Event>) => unknown,
) {
  mountGuard('webhookGuard', gate);
  return async function countersignWebhookGuard(request: AcmeRequest, response: ServerResponse) {
    const acceptance = await gate.accept(toWebhookRequest(request));
    if (!acceptance.accepted) return sendNodeResponse(request, response, acceptance.response);
    const { event, delivery, settle } = acceptance;
    settleOnResponse(response, settle); // with the status of whoever answers, an error handler included
    await handler(request, response, { event, delivery });
  };
}

const toWebhookRequest = (request: AcmeRequest) =>
  fromNodeRequest(request, { body: request.body, url: request.originalUrl });
