import { encodeUtf8 } from '../bytes/utf8.js';
import type { WebhookRequest } from './webhook-request.js';

/** What the receiver answers; an adapter writes it as it is. */
export interface WebhookResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A text stands for its UTF-8 bytes. */
  readonly body: string | Uint8Array;
}

/** What an adapter needs of a receiver in handler mode. */
export interface WebhookDispatcher {
  /** Answers one request; never rejects. */
  handle(request: WebhookRequest): Promise<WebhookResponse>;
  /** Called once by the adapter that mounts it: handlers are complete, mistakes are reported now. */
  mount?(mode: 'handler' | 'guard'): void;
}

/** A JSON response with its exact `content-length`. */
export function jsonResponse(
  status: number,
  json: unknown,
  headers?: Readonly<Record<string, string>>,
): WebhookResponse {
  const body = JSON.stringify(json);
  const length = String(encodeUtf8(body).length);
  return {
    status,
    headers: { 'content-type': 'application/json', 'content-length': length, ...headers },
    body,
  };
}
