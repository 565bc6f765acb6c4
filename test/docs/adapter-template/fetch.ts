import {
  type AcceptedWebhook,
  type FetchContext,
  mountGuard,
  mountHandler,
  type WebhookDispatcher,
  type WebhookGate,
} from '@countersign/core';
import { fromFetchRequest, toFetchResponse } from '@countersign/core/fetch';

export function webhookHandler(dispatcher: WebhookDispatcher) {
  mountHandler('webhookHandler', dispatcher);
  return async function countersignWebhookHandler(request: Request, context?: FetchContext) {
    return toFetchResponse(await dispatcher.handle(toWebhookRequest(request, context)), request);
  };
}

export function webhookGuard<Event>(
  gate: WebhookGate<Event>,
  handler: (request: Request, webhook: AcceptedWebhook<Event>) => Response | Promise<Response>,
) {
  mountGuard('webhookGuard', gate);
  return async function countersignWebhookGuard(request: Request, context?: FetchContext) {
    const acceptance = await gate.accept(toWebhookRequest(request, context));
    if (!acceptance.accepted) return toFetchResponse(acceptance.response, request);
    const { event, delivery, settle } = acceptance;
    let status = 500; // what throws has failed
    try {
      const response = await handler(request, { event, delivery });
      status = response.status;
      return response;
    } finally {
      await settle(status); // before the answer leaves, so that who has read it never meets the claim again
    }
  };
}

const toWebhookRequest = (request: Request, context?: FetchContext) =>
  fromFetchRequest(request, { waitUntil: context?.waitUntil?.bind(context) });
