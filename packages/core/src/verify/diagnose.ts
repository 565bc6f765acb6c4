import { decodeUtf8, encodeUtf8 } from '../bytes/utf8.js';
import type { RingKey } from '../keys/key-ring.js';
import type { Message, Scheme } from '../scheme/port.js';
import type { Claimed } from './authenticate.js';

const MAX_BODY_BYTES = 65_536;
const MAX_NESTING = 20;
const MAX_GROWTH = 20;

/**
 * What a signature that matched nothing does match: another encoding of the same body, or a key outside its
 * window. For the log alone: it runs after the answer and decides nothing.
 */
export async function diagnose(scheme: Scheme, claimed: Claimed): Promise<string | undefined> {
  const { message, credentials, keys, receivedAtMs } = claimed;
  if (credentials.signatures.length === 0) return 'the request has no signature of a version that is known';
  const kinds = new Set(keys.map(({ key }) => key.algorithm));
  if (!credentials.signatures.some((signature) => kinds.has(signature.algorithm))) {
    return `its signatures are ${credentials.signatures[0]?.algorithm}, the secrets are ${[...kinds].join(', ')}`;
  }
  if (message.body.length > MAX_BODY_BYTES) return undefined;
  const outside = keys.filter((key) => receivedAtMs < key.notBeforeMs || receivedAtMs >= key.notAfterMs);
  const expired = await matching(scheme, claimed, message, outside);
  if (expired !== undefined) return `it was signed with the secret \`${expired.id}\` outside its window`;
  for (const { what, body } of otherEncodings(message.body)) {
    const key = await matching(scheme, claimed, { ...message, body }, keys);
    if (key !== undefined) {
      return `the body was re-encoded on its way: its signature is that of ${what} (secret \`${key.id}\`)`;
    }
  }
  return 'no secret matches these bytes: the secret is wrong, or the body was altered';
}

async function matching(
  scheme: Scheme,
  { credentials }: Claimed,
  message: Message,
  keys: readonly RingKey[],
): Promise<RingKey | undefined> {
  for (const candidate of keys) {
    try {
      if (await candidate.key.verify(scheme.content(message), credentials.signatures)) return candidate;
    } catch {
      // The body is not what the scheme signs: no match.
    }
  }
  return undefined;
}

interface Encoding {
  readonly what: string;
  readonly body: Uint8Array;
}

/** One at a time, each no larger than a few times the body: what is not genuine must stay cheap. */
function* otherEncodings(body: Uint8Array): Generator<Encoding> {
  const text = decodeUtf8(body);
  if (text === undefined) return;
  for (const [what, encode] of ENCODINGS) {
    const other = encode(text);
    if (other === undefined || other === text || other.length > text.length * MAX_GROWTH) continue;
    yield { what, body: encodeUtf8(other) };
  }
}

const ENCODINGS: readonly (readonly [string, (text: string) => string | undefined])[] = [
  ['the same JSON without white space', (text) => reserialised(text)],
  ['the same JSON indented by 2 spaces', (text) => reserialised(text, 2)],
  ['the same JSON as Python writes it', pythonSpaced],
  ['the body without its trailing newline', (text) => text.replace(/\r?\n$/, '')],
  ['the body with a trailing newline', (text) => `${text}\n`],
  ['the body with CRLF line ends', (text) => text.replaceAll(/\r?\n/g, '\r\n')],
  ['the body with LF line ends', (text) => text.replaceAll('\r\n', '\n')],
  ['the body without its byte order mark', (text) => text.replace(/^\uFEFF/, '')],
  ['an empty body', () => ''],
];

function reserialised(text: string, space?: number): string | undefined {
  // Indentation is as long as the nesting is deep, on every line.
  if (nesting(text) > MAX_NESTING) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), null, space);
  } catch {
    return undefined;
  }
}

/** At least as deep as the JSON is nested; brackets in strings count too. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of text) {
    if (character === '[' || character === '{') depth += 1;
    if (character === ']' || character === '}') depth -= 1;
    if (depth > deepest) deepest = depth;
  }
  return deepest;
}

// Separators only stand outside of strings: strings are taken whole first.
function pythonSpaced(text: string): string | undefined {
  return reserialised(text)?.replaceAll(/"(?:[^"\\]|\\.)*"|[,:]/g, (token) =>
    token.length === 1 ? `${token} ` : token,
  );
}
