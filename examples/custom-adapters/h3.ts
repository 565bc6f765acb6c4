import {
  type AcceptedWebhook,
  mountGuard,
  mountHandler,
  type WebhookDispatcher,
  type WebhookGate,
} from '@countersign/core';
import { fromFetchRequest, toFetchResponse } from '@countersign/core/fetch';
import { type EventHandler, type H3Event, toResponse } from 'h3';

/** A route behind the guard; what it returns is answered as h3 answers it. */
export type GuardedHandler<Event> = (event: H3Event, webhook: AcceptedWebhook<Event>) => unknown;

/** Answers webhooks: `app.post('/webhooks', webhookHandler(receiver))`. */
export function webhookHandler(dispatcher: WebhookDispatcher): EventHandler {
  mountHandler('webhookHandler', dispatcher);
  return async function countersignHandler(event) {
    return toFetchResponse(await dispatcher.handle(fromEvent(event)), event.req);
  };
}

/** Runs a handler for genuine deliveries: 2xx commits, anything else gives the delivery back. */
export function webhookGuard<Event>(gate: WebhookGate<Event>, handler: GuardedHandler<Event>): EventHandler {
  mountGuard('webhookGuard', gate);
  return async function countersignGuard(event) {
    const acceptance = await gate.accept(fromEvent(event));
    if (!acceptance.accepted) return toFetchResponse(acceptance.response, event.req);
    const { delivery, settle } = acceptance;
    const run = async (): Promise<unknown> => handler(event, { event: acceptance.event, delivery });
    // The answer is made here, error handler included, because its status decides.
    const response = await toResponse(run(), event, event.app?.config);
    await settle(response.status);
    return response;
  };
}

const fromEvent = (event: H3Event) =>
  fromFetchRequest(event.req, { waitUntil: (work) => event.waitUntil(work), native: event });
