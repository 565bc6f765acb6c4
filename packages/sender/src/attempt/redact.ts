import type { OutgoingRequest } from './build-request.js';
import type { Target } from './target.js';
import type { WireFormat } from './wire-format.js';

const REDACTED = '[redacted]';
/** Shorter ones tell nothing, and stand in every text. */
const SHORTEST_VALUE = 4;
/** No signature is shorter, in whatever spelling. */
const SHORTEST_SIGNATURE = 20;
const BETWEEN_TOKENS = /[\s,;="]+/;
const TIME = /^\d{4}-\d\d-\d\dT/;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

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
 * URLs spell them.
 */
export function redacted(text: string, sent: SentRequest): string {
  return confidentialTexts(sent).reduce(
    (clean, value) => clean.replace(new RegExp(spellings(value), 'g'), REDACTED),
    text,
  );
}

/** The longest first, so that nothing is left of one that another is part of. */
function confidentialTexts({ request, ids, target, wire }: SentRequest): readonly string[] {
  const { provider, headerNames } = wire;
  const { headers, body, unsigned } = request;
  const signed = Object.entries(headers).flatMap(([name, value]) => (headerNames.has(name) ? [value] : []));
  if (provider.scheme.authenticates.body !== 'all') signed.push(new TextDecoder().decode(body));
  const plain = [...Object.values(unsigned.headers), new TextDecoder().decode(unsigned.body), ...ids].join(
    ' ',
  );
  const signatures = signed
    .flatMap((text) => text.split(BETWEEN_TOKENS))
    .filter((token) => token.length >= SHORTEST_SIGNATURE && !plain.includes(token) && !TIME.test(token));
  const custom = Object.values(target.headers)
    .flatMap((value) => [value, ...value.split(' ')])
    .filter((value) => value.length >= SHORTEST_VALUE);
  return [...new Set([...custom, ...signatures])].sort((a, b) => b.length - a.length);
}

/** A pattern of all the ways to spell a text. */
function spellings(value: string): string {
  return value.replaceAll(/[^A-Za-z0-9]/g, (char) => `(?:${waysOf(char).join('|')})`);
}

function waysOf(char: string): readonly string[] {
  const code = char.charCodeAt(0);
  const hex = code
    .toString(16)
    .padStart(2, '0')
    .replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
  const literal = `\\u${code.toString(16).padStart(4, '0')}`;
  const entity = ENTITIES[char];
  return [
    `\\\\?${literal}`,
    `\\\\u00${hex}`,
    `&#0*${code};`,
    `&#[xX]0*${hex};`,
    `%${hex}`,
    ...(entity === undefined ? [] : [entity]),
  ];
}
