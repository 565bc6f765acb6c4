import { kindOf } from '../errors/describe.js';
import type { WebhookError } from '../errors/webhook-error.js';
import type { InboxSettlement } from '../inbox/port.js';
import type { RetryPlan } from './run-options.js';

const LONGEST_ERROR = 1000;

/** What becomes of a delivery whose attempt has failed: the next one after its delay, or people. */
export function afterFailure(plan: RetryPlan, attempt: number, error: WebhookError): InboxSettlement {
  const delayMs = plan.delaysMs[attempt];
  const text = errorText(error);
  if (delayMs === undefined) return { kind: 'failed', error: text };
  const factor = 1 + plan.jitter * (2 * plan.random() - 1);
  return { kind: 'retry', delayMs: Math.round(delayMs * factor), error: text };
}

/** For whoever reads the list of failures: the code, the message, and what the handler threw. */
export function errorText({ code, message, cause }: WebhookError): string {
  if (cause === undefined) return `${code}: ${message}`;
  const thrown = cause instanceof Error ? cause.message : typeof cause === 'string' ? cause : kindOf(cause);
  return `${code}: ${message}: ${thrown}`.slice(0, LONGEST_ERROR);
}
