import {
  type AcceptedWebhook,
  ConfigurationError,
  type FetchContext,
  type WebhookDispatcher,
  type WebhookGate,
} from '@countersign/core';
import { fromFetchRequest, toFetchResponse } from '@countersign/core/fetch';

export function webhookHandler(dispatcher: WebhookDispatcher) {
  if (typeof dispatcher?.handle !== 'function') throw noReceiver('webhookHandler');
  dispatcher.mount?.('handler');
  return async function countersignWebhookHandler(request: Request, context?: FetchContext) {
    return toFetchResponse(await dispatcher.handle(toWebhookRequest(request, context)));
  };
}

export function webhookGuard<Event>(
  gate: WebhookGate<Event>,
  handler: (request: Request, webhook: AcceptedWebhook<Event>) => Response | Promise<Response>,
) {
  if (typeof gate?.accept !== 'function') throw noReceiver('webhookGuard');
  gate.mount?.('guard');
  return async function countersignWebhookGuard(request: Request, context?: FetchContext) {
    const acceptance = await gate.accept(toWebhookRequest(request, context));
    if (!acceptance.accepted) return toFetchResponse(acceptance.response);
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

const noReceiver = (mount: string) =>
  new ConfigurationError(
    'invalid_option',
    `\`${mount}\` must be given a receiver (\`createReceiver({ … })\`)`,
  );
