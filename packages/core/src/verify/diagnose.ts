import { decodeUtf8, encodeUtf8 } from '../bytes/utf8.js';
import type { RingKey } from '../keys/key-ring.js';
import type { Message, Scheme } from '../scheme/port.js';
import type { Claimed } from './authenticate.js';

const MAX_BODY_BYTES = 65_536;

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

function otherEncodings(body: Uint8Array): { readonly what: string; readonly body: Uint8Array }[] {
  const text = decodeUtf8(body);
  if (text === undefined) return [];
  const compact = reserialised(text);
  const texts: readonly (readonly [string, string | undefined])[] = [
    ['the same JSON without white space', compact],
    ['the same JSON indented by 2 spaces', reserialised(text, 2)],
    ['the same JSON as Python writes it', compact === undefined ? undefined : spaced(compact)],
    ['the body without its trailing newline', text.replace(/\r?\n$/, '')],
    ['the body with a trailing newline', `${text}\n`],
    ['the body with CRLF line ends', text.replaceAll(/\r?\n/g, '\r\n')],
    ['the body with LF line ends', text.replaceAll('\r\n', '\n')],
    ['the body without its byte order mark', text.replace(/^\uFEFF/, '')],
    ['an empty body', ''],
  ];
  return texts.flatMap(([what, other]) =>
    other === undefined || other === text ? [] : [{ what, body: encodeUtf8(other) }],
  );
}

function reserialised(text: string, space?: number): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text), null, space);
  } catch {
    // No JSON, or nested too deeply for `stringify`.
    return undefined;
  }
}

// Separators only stand outside of strings: strings are taken whole first.
function spaced(json: string): string {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"|[,:]/g, (token) => (token.length === 1 ? `${token} ` : token));
}
