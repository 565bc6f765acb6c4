const SECONDS = /^\d{1,10}$/;
// The three forms of RFC 9110, section 5.6.7; the last one has no zone and means GMT.
const IMF_OR_850 = /^[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * How long a `Retry-After` header asks to wait, from `nowMs`: seconds or an HTTP date (RFC 9110, section 10.2.3).
 * 0 for a date that has passed, `undefined` for what is neither.
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (SECONDS.test(text)) return Number(text) * 1000;
  const atMs = dateMs(text);
  return atMs === undefined ? undefined : Math.max(0, atMs - nowMs);
}

function dateMs(text: string): number | undefined {
  if (!IMF_OR_850.test(text) && !ASCTIME.test(text)) return undefined;
  const atMs = Date.parse(ASCTIME.test(text) ? `${text} GMT` : text);
  return Number.isNaN(atMs) ? undefined : atMs;
}
