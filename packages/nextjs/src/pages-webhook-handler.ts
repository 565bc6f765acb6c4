import type { IncomingMessage, ServerResponse } from 'node:http';
import { mountHandler, type WebhookDispatcher, WebhookError, type WebhookRequest } from '@countersign/core';
import { fromNodeRequest, sendNodeResponse } from '@countersign/core/node';

/** What is used of a `NextApiRequest`. */
export interface PagesRequest extends IncomingMessage {
  readonly body?: unknown;
}

/** An API Route of the Pages Router, as `NextApiHandler` describes it. */
export type PagesWebhookHandler = (request: PagesRequest, response: ServerResponse) => Promise<void>;

/**
 * Mounts a receiver with handlers on an API Route of the Pages Router. The body parser must be off, by this
 * literal in the same file, which Next.js reads from its source; where it is missing, deliveries are answered
 * `body_already_parsed` (500).
 *
 * @throws ConfigurationError where the receiver has no handlers.
 * @example
 * export const config = { api: { bodyParser: false } };
 * export default pagesWebhookHandler(receiver);
 */
export function pagesWebhookHandler(dispatcher: WebhookDispatcher): PagesWebhookHandler {
  mountHandler('pagesWebhookHandler', dispatcher);
  return async function countersignPagesWebhookHandler(request, response) {
    const received = fromNodeRequest(request, { waitUntil: platformWaitUntil() });
    const body = request.readableDidRead ? () => Promise.reject(bodyWasParsed()) : received.body;
    sendNodeResponse(request, response, await dispatcher.handle({ ...received, body }));
  };
}

/** What a serverless platform gives Next.js, as the documentation of `after` describes it. */
interface PlatformContext {
  get(): Pick<WebhookRequest, 'waitUntil'> | undefined;
}

/** The platform's own: the Pages Router has no `after`. */
function platformWaitUntil(): WebhookRequest['waitUntil'] {
  const context: PlatformContext | undefined = Reflect.get(globalThis, Symbol.for('@next/request-context'));
  return context?.get()?.waitUntil;
}

function bodyWasParsed(): WebhookError {
  return new WebhookError(
    'body_already_parsed',
    'Next.js read the body before the receiver: write `export const config = { api: { bodyParser: false } }` into the file of the route',
  );
}
