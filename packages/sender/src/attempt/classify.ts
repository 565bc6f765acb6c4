import type { Exchange } from '../ports/transport.js';
import { retryAfterMs } from './retry-after.js';

/** What an exchange means for its delivery. */
export type Verdict =
  | { readonly kind: 'delivered' }
  /** The endpoint says that it is gone for good. */
  | { readonly kind: 'gone' }
  /** `afterMs`: when the endpoint wants to be asked again; `busy`: that holds for whatever else it is sent. */
  | { readonly kind: 'retry'; readonly afterMs?: number | undefined; readonly busy?: boolean }
  /** `isUnsent`: no exchange was made, so it says nothing of the endpoint. */
  | { readonly kind: 'fail'; readonly isUnsent?: true };

const LONGEST_RETRY_AFTER_MS = 24 * 3_600_000;
const ALWAYS_RETRIED: ReadonlySet<number> = new Set([408, 409, 425, 429]);
const SPEAKS_FOR_THE_ENDPOINT: ReadonlySet<number> = new Set([429, 503]);

/**
 * The table of the outcomes: 2xx is delivered, 410 gone; 408, 409, 425, 429, 5xx and whatever brought no answer are
 * retried, when a `Retry-After` says so; redirects and other answers that are no success are retried as failures, and
 * other 4xx as `clientErrors` says.
 */
export function classify(exchange: Exchange, clientErrors: 'retry' | 'fail', nowMs: number): Verdict {
  if (exchange.kind === 'failure') return { kind: 'retry' };
  const { status, headers } = exchange;
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  if (status === 410) return { kind: 'gone' };
  if (status >= 500 || ALWAYS_RETRIED.has(status)) {
    const askedMs = retryAfterMs(headers['retry-after'], nowMs);
    if (askedMs === undefined) return { kind: 'retry' };
    const afterMs = Math.min(askedMs, LONGEST_RETRY_AFTER_MS);
    return { kind: 'retry', afterMs, busy: SPEAKS_FOR_THE_ENDPOINT.has(status) };
  }
  return { kind: status >= 400 && clientErrors === 'fail' ? 'fail' : 'retry' };
}
