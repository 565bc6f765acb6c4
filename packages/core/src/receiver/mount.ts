import { mustBe } from '../errors/describe.js';
import type { WebhookDispatcher } from '../request/webhook-response.js';
import type { WebhookGate } from './accept.js';

/**
 * What an adapter calls once, where its handler is mounted: mistakes are reported there, and the receiver's
 * handlers are complete.
 *
 * Throws a `ConfigurationError` where `dispatcher` is no receiver, or has no handlers; `mount` is the name of
 * the adapter's function, for the message.
 *
 * @example
 * export function webhookHandler(dispatcher: WebhookDispatcher) {
 *   mountHandler('webhookHandler', dispatcher);
 *   return async (request: Request) => toFetchResponse(await dispatcher.handle(fromFetchRequest(request)));
 * }
 */
export function mountHandler(mount: string, dispatcher: WebhookDispatcher): void {
  if (typeof dispatcher?.handle !== 'function') throw noReceiver(mount, dispatcher);
  dispatcher.mount?.('handler');
}

/** {@link mountHandler} for a guard, whose receiver must have no handlers. */
export function mountGuard(mount: string, gate: WebhookGate<unknown>): void {
  if (typeof gate?.accept !== 'function') throw noReceiver(mount, gate);
  gate.mount?.('guard');
}

function noReceiver(mount: string, given: unknown): Error {
  return mustBe(mount, 'given a receiver (`createReceiver({ … })`)', given);
}
