import type { StoredEvent } from '../ports/records.js';
import type { OutgoingRequest } from './build-request.js';
import type { Target } from './target.js';
import type { WireFormat } from './wire-format.js';

const REDACTED = '[redacted]';
/** Shorter ones tell nothing, and stand in every text. */
const SHORTEST_VALUE = 4;
/** No signature is shorter, in whatever spelling. */
const SHORTEST_SIGNATURE = 20;
const BETWEEN_TOKENS = /[\s,;="]+/;

/** A request that was sent, and for what. */
export interface SentRequest {
  readonly request: OutgoingRequest;
  readonly event: StoredEvent;
  readonly deliveryId: string;
  readonly target: Target;
  readonly wire: Pick<WireFormat, 'provider' | 'headerNames'>;
}

/**
 * A text from the other side, without the custom header values and signatures that were sent there: a receiver may
 * answer with the request, and whoever reads the record must not learn them.
 */
export function redacted(text: string, sent: SentRequest): string {
  let clean = text;
  for (const value of confidentialTexts(sent)) {
    for (const spelling of spellings(value)) clean = clean.replaceAll(spelling, REDACTED);
  }
  return clean;
}

/** The longest first, so that nothing is left of one that another is part of. */
function confidentialTexts({ request, event, deliveryId, target, wire }: SentRequest): readonly string[] {
  const { provider, headerNames } = wire;
  const known = new Set([event.id, event.type, deliveryId, target.record.id]);
  const signed = Object.entries(request.headers).flatMap(([name, value]) =>
    headerNames.has(name) ? [value] : [],
  );
  if (provider.scheme.authenticates.body !== 'all') signed.push(new TextDecoder().decode(request.body));
  const signatures = signed
    .flatMap((text) => text.split(BETWEEN_TOKENS))
    .filter(
      (token) => token.length >= SHORTEST_SIGNATURE && !known.has(token) && !event.data.includes(token),
    );
  const custom = Object.values(target.headers)
    .flatMap((value) => [value, ...value.split(' ')])
    .filter((value) => value.length >= SHORTEST_VALUE);
  return [...new Set([...custom, ...signatures])].sort((a, b) => b.length - a.length);
}

/** As it stands in plain text, in JSON and in HTML. */
function spellings(value: string): ReadonlySet<string> {
  const html = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quoted = html.replaceAll('"', '&quot;');
  return new Set([value, JSON.stringify(value).slice(1, -1), html, quoted, quoted.replaceAll("'", '&#39;')]);
}
