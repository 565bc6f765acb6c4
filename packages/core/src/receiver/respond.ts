import type { WebhookError } from '../errors/webhook-error.js';
import { jsonResponse, type WebhookResponse } from '../request/webhook-response.js';

const MAX_RETRY_AFTER_SECONDS = 5;

const REASONS: Readonly<Record<number, string>> = {
  400: 'bad request',
  401: 'unauthorized',
  405: 'method not allowed',
  408: 'request timeout',
  413: 'content too large',
  415: 'unsupported content encoding',
  422: 'unprocessable content',
  500: 'internal error',
  503: 'unavailable',
};

const ACKNOWLEDGED = {
  acknowledged: jsonResponse(202, { received: true, status: 'acknowledged' }),
  processed: jsonResponse(200, { received: true, status: 'processed' }),
  ignored: jsonResponse(200, { received: true, status: 'ignored' }),
  duplicate: jsonResponse(200, { received: true, status: 'duplicate' }),
};

/** The answer to a delivery that was taken. */
export function acknowledge(status: keyof typeof ACKNOWLEDGED): WebhookResponse {
  return ACKNOWLEDGED[status];
}

/** The answer to one that was not: one body for each status, which says no more than the status. */
export function refuse(error: WebhookError, leaseMs: number): WebhookResponse {
  const { status } = error;
  return jsonResponse(
    status,
    { received: false, error: REASONS[status] },
    {
      ...(status === 405 && { allow: 'POST' }),
      // Nothing more is expected of this client; keeping the connection would wait for it again.
      ...(status === 408 && { connection: 'close' }),
      ...(status === 503 && { 'retry-after': String(retryAfterSeconds(leaseMs)) }),
    },
  );
}

function retryAfterSeconds(leaseMs: number): number {
  return Math.max(1, Math.min(MAX_RETRY_AFTER_SECONDS, Math.floor(leaseMs / 1000)));
}
