import type { OutgoingRequest } from './build-request.js';
import { occurrences, type Span } from './occurrences.js';
import { decoded } from './spellings.js';
import type { Target } from './target.js';
import type { WireFormat } from './wire-format.js';

const REDACTED = '[redacted]';
/** Shorter ones tell nothing, and stand in every text. */
const SHORTEST_VALUE = 4;
/** Such as `Bearer` and a token. */
const WITH_SCHEME = /^([^ ]+) ([^ ]+)$/;
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

/**
 * A text from the other side, without the custom header values and signatures that were sent there: a receiver may
 * answer with the request, and whoever reads the record must not learn them. Found as they are, and as JSON, HTML and
 * URLs spell them; where the text was cut, also what it has of one at its end. Values are other people's choice: no
 * pattern is made of them.
 */
export function redacted(text: string, sent: SentRequest, isCut = false): string {
  const meant = decoded(text);
  const inText = (span: Span): Span => [meant.placeOf(span[0]), meant.placeOf(span[1])];
  const spans = [...confidentialTexts(sent)].flatMap((value): readonly Span[] => [
    ...spansOf(text, value, isCut),
    ...[...meantBy(value)].flatMap((one) => spansOf(meant.text, one, isCut).map(inText)),
  ]);
  return without(text, spans);
}

/** As it stands in a decoded text: itself undone in part, and with the spaces of a form. */
function meantBy(value: string): ReadonlySet<string> {
  return new Set([value, decoded(value).text, value.replaceAll(' ', '+')]);
}

function confidentialTexts({ request, ids, target, wire }: SentRequest): ReadonlySet<string> {
  const custom = Object.values(target.headers)
    .flatMap((value) => [value, ...credentialsIn(value)])
    .filter((value) => value.length >= SHORTEST_VALUE);
  return new Set([...custom, ...signaturesOf(request, ids, wire)]);
}

/** The token behind a scheme; of `Basic`, what it stands for, and the password alone. */
function credentialsIn(value: string): readonly string[] {
  const [, scheme = '', token] = WITH_SCHEME.exec(value) ?? [];
  if (token === undefined) return [];
  if (scheme.toLowerCase() !== 'basic') return [token];
  const pair = Buffer.from(token, 'base64').toString();
  return [token, pair, pair.slice(pair.indexOf(':') + 1)];
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

/** Where a text has a value, or has begun it when it was cut. */
function spansOf(text: string, value: string, isCut: boolean): readonly Span[] {
  const { spans, begunAtEnd } = occurrences(text, value);
  if (!isCut || begunAtEnd < SHORTEST_VALUE) return spans;
  return [...spans, [text.length - begunAtEnd, text.length]];
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
