import type { OutgoingRequest } from './build-request.js';
import { decoded } from './spellings.js';
import type { Target } from './target.js';
import type { WireFormat } from './wire-format.js';

const REDACTED = '[redacted]';
/** Shorter ones tell nothing, and stand in every text. */
const SHORTEST_VALUE = 4;
/** Such as `Bearer` and a token. */
const WITH_SCHEME = /^[^ ]+ ([^ ]+)$/;
const BETWEEN_TOKENS = /[\s,;="]+/;
/** In hex or base64 of any kind; none is shorter. */
const SIGNATURE = /^[\w+/.-]{20,}$/;
const TIME = /^\d{4}-\d\d-\d\dT/;

/** A request that was sent, and what it was made of. */
export interface SentRequest {
  readonly request: OutgoingRequest;
  /** The event's and the delivery's: no secret, whoever signs them. */
  readonly ids: readonly string[];
  readonly target: Pick<Target, 'headers'>;
  readonly wire: Pick<WireFormat, 'provider' | 'headerNames'>;
}

/** From one place of a text to before another. */
type Span = readonly [from: number, to: number];

/**
 * A text from the other side, without the custom header values and signatures that were sent there: a receiver may
 * answer with the request, and whoever reads the record must not learn them. Found as they are, and as JSON, HTML and
 * URLs spell them. Values are other people's choice: no pattern is made of them.
 */
export function redacted(text: string, sent: SentRequest): string {
  const meant = decoded(text);
  const spans = [...confidentialTexts(sent)].flatMap((value): readonly Span[] => [
    ...spansOf(text, value),
    ...spansOf(meant.text, value).map(([from, to]): Span => [meant.placeOf(from), meant.placeOf(to)]),
  ]);
  return without(text, spans);
}

function confidentialTexts({ request, ids, target, wire }: SentRequest): ReadonlySet<string> {
  const custom = Object.values(target.headers)
    .flatMap((value) => [value, WITH_SCHEME.exec(value)?.[1] ?? value])
    .filter((value) => value.length >= SHORTEST_VALUE);
  return new Set([...custom, ...signaturesOf(request, ids, wire)]);
}

/** What signing has added, in headers or body. */
function signaturesOf(
  { headers, body, unsigned }: OutgoingRequest,
  ids: readonly string[],
  { provider, headerNames }: SentRequest['wire'],
): readonly string[] {
  const signed = Object.entries(headers).flatMap(([name, value]) => (headerNames.has(name) ? [value] : []));
  const plain = [...Object.values(unsigned.headers), ...ids];
  if (provider.scheme.authenticates.body !== 'all') {
    signed.push(new TextDecoder().decode(body));
    plain.push(new TextDecoder().decode(unsigned.body));
  }
  const known = new Set(plain.flatMap(tokensOf));
  return signed
    .flatMap(tokensOf)
    .filter((token) => SIGNATURE.test(token) && !TIME.test(token) && !known.has(token));
}

function tokensOf(text: string): readonly string[] {
  return text.split(BETWEEN_TOKENS);
}

function spansOf(text: string, value: string): readonly Span[] {
  const spans: Span[] = [];
  for (let from = text.indexOf(value); from >= 0; from = text.indexOf(value, from + value.length)) {
    spans.push([from, from + value.length]);
  }
  return spans;
}

/** Spans that overlap, or touch, are one. */
function without(text: string, spans: readonly Span[]): string {
  let clean = '';
  let end = 0;
  for (const [from, to] of spans.toSorted(([a], [b]) => a - b)) {
    if (from > end || clean === '') clean += `${text.slice(end, from)}${REDACTED}`;
    end = Math.max(end, to);
  }
  return clean + text.slice(end);
}
