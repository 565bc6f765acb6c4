import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type AcceptedWebhook,
  ConfigurationError,
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
  if (typeof dispatcher?.handle !== 'function') throw noReceiver('webhookHandler');
  dispatcher.mount?.('handler');
  return async function countersignWebhookHandler(request: AcmeRequest, response: ServerResponse) {
    sendNodeResponse(request, response, await dispatcher.handle(toWebhookRequest(request)));
  };
}

export function webhookGuard<Event>(
  gate: WebhookGate<Event>,
  handler: (request: AcmeRequest, response: ServerResponse, webhook: AcceptedWebhook<Event>) => unknown,
) {
  if (typeof gate?.accept !== 'function') throw noReceiver('webhookGuard');
  gate.mount?.('guard');
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

const noReceiver = (mount: string) =>
  new ConfigurationError(
    'invalid_option',
    `\`${mount}\` must be given a receiver (\`createReceiver({ … })\`)`,
  );
