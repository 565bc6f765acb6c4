import { requireTime } from '../envelope/json-envelope.js';
import type { Decoded } from '../envelope/port.js';
import { WebhookError } from '../errors/webhook-error.js';
import type { FreshnessSource } from '../provider/coverage.js';
import type { Provider } from '../provider/provider.js';

const YEAR_MS = 365 * 24 * 3_600_000;

/** How old, and how far in the future, a delivery may be. */
export interface FreshnessLimits {
  readonly source: FreshnessSource;
  /** For the time of the attempt, both ways. */
  readonly toleranceMs: number;
  /** For the event's own time, where the attempt has none. */
  readonly maxEventAgeMs: number;
}

/**
 * The time that vouches for a delivery; throws `timestamp_too_old` or `timestamp_too_new`. Only signed
 * material is looked at, and only after the signature holds.
 */
export function checkFreshness(
  provider: Provider,
  limits: FreshnessLimits,
  times: {
    readonly sentAtMs: number | undefined;
    readonly decoded: Decoded | undefined;
    readonly receivedAtMs: number;
  },
): Date | undefined {
  const { source, toleranceMs } = limits;
  if (source === 'none') return times.decoded?.timestamp;
  const timeMs = source === 'signed header' ? times.sentAtMs : bodyTimeMs(provider, times.decoded);
  if (timeMs === undefined) throw new WebhookError('malformed_header', 'the signed time is missing');
  const ageMs = times.receivedAtMs - timeMs;
  const maxAgeMs = source === 'event time' ? limits.maxEventAgeMs : toleranceMs;
  if (ageMs > maxAgeMs) throw new WebhookError('timestamp_too_old', outOfWindow(ageMs, maxAgeMs, 'old'));
  if (-ageMs > toleranceMs)
    throw new WebhookError('timestamp_too_new', outOfWindow(-ageMs, toleranceMs, 'ahead'));
  return new Date(timeMs);
}

function bodyTimeMs({ envelope }: Provider, decoded: Decoded | undefined): number | undefined {
  return decoded === undefined ? undefined : requireTime(decoded, envelope).getTime();
}

function outOfWindow(byMs: number, limitMs: number, direction: string): string {
  const unitHint = byMs > YEAR_MS ? ' (is the unit, seconds or milliseconds, the right one?)' : '';
  return `the signed time is ${Math.round(byMs / 1000)} s ${direction}, ${limitMs / 1000} s are allowed${unitHint}`;
}
