import type { WebhookResponse } from '@countersign/core';
import type { Context } from 'hono';
import type { StatusCode } from 'hono/utils/http-status';

/** Answers with what the receiver says, and with the headers that middleware in front has set. */
export function respond(context: Context, { status, headers, body }: WebhookResponse): Response {
  return context.newResponse(
    body.length === 0 ? null : typeof body === 'string' ? body : new Uint8Array(body),
    // The type lists the registered statuses; a provider's handshake may answer any.
    status as StatusCode,
    headers,
  );
}
