import { decodeBase64 } from '../bytes/base64.js';
import { decodeHex } from '../bytes/hex.js';
import { parseTimestamp, type TimeUnit } from '../bytes/timestamp.js';
import type { Algorithm, Signature } from '../crypto/port.js';
import { mustBe } from '../errors/describe.js';
import { malformedHeader } from '../request/header-reader.js';
import { type CheckedContent, type ContentTemplate, contentTemplate } from './content-template.js';
import { checkedId } from './identity.js';
import type { Credentials, Message, Scheme, SchemeInput, Secret, SignedDelivery } from './port.js';
import { checkSecretText, invalidSecret, longEnough, verbatimSecret } from './secret-text.js';
import { type SignatureOptions, signatureHeaderOf } from './signature-header.js';

/** Options of {@link hmacScheme}. */
export interface HmacSchemeOptions<Content extends string> {
  /** For errors and tables. */
  readonly name: string;
  /** The signed content, from `{id}`, `{timestamp}`, `{body}`, `{url}`, `{method}` and any text between them. */
  readonly content: CheckedContent<Content>;
  readonly signature: SignatureOptions;
  /** Says that `content` has no `{body}` on purpose: whoever has one signature can send any body with it. */
  readonly unsignedBody?: true | undefined;
  /** Where the signed id stands; needed where `content` has `{id}`. */
  readonly id?: { readonly header: string } | undefined;
  /** Where the signed time stands, in a header or an entry of the signature list. Unit: seconds by default. */
  readonly timestamp?:
    | { readonly header: string; readonly unit?: TimeUnit | undefined }
    | { readonly listKey: string; readonly unit?: TimeUnit | undefined }
    | undefined;
  /** Default: `hmac-sha256`. */
  readonly algorithm?: Extract<Algorithm, `hmac-${string}`> | undefined;
  /** How a secret's text becomes key bytes: as it is (default), or decoded strictly. */
  readonly secretEncoding?: 'utf8' | 'base64' | 'hex' | undefined;
  /**
   * The URL that the sender signs, needed where `content` has `{url}`. A function gets the request's path and
   * query; the host is never taken from the request, because whoever sends it chooses it.
   */
  readonly publicUrl?: string | ((pathAndQuery: string) => string) | undefined;
}

/**
 * A {@link Scheme} of one HMAC over id, time and body.
 *
 * Secrets are at least 16 bytes. `read` refuses a missing or repeated header, an id that is not 1 to 256
 * visible ASCII characters or contains the delimiter behind `{id}`, and a time that is not canonical.
 * Throws a `ConfigurationError` where `content` names a part whose place is not given.
 *
 * @example
 * const scheme = hmacScheme({
 *   name: 'acme',
 *   content: '{timestamp}.{body}',
 *   signature: { header: 'x-acme-signature', encoding: 'hex', prefix: 'sha256=' },
 *   timestamp: { header: 'x-acme-timestamp' },
 * });
 */
export function hmacScheme<const Content extends string>(options: HmacSchemeOptions<Content>): Scheme {
  const template = contentTemplate(options.content);
  checkOptions(options, template);
  const { name, signature, publicUrl, algorithm = 'hmac-sha256' } = options;
  const wire = wireFormat(options, algorithm, template.idDelimiter);
  return {
    name,
    encoding: signature.encoding,
    headers: wire.headers,
    listsSignatures: signature.list !== undefined,
    authenticates: {
      body: template.has('body') ? 'all' : 'none',
      id: template.has('id'),
      timestamp: template.has('timestamp') ? (options.timestamp?.unit ?? 'seconds') : false,
      url: template.has('url'),
    },
    readKey: (secret) => [{ algorithm, bytes: secretBytes(secret, options.secretEncoding), use: 'both' }],
    read: wire.read,
    content: contentBuilder(template, publicUrl),
    write: wire.write,
  };
}

function contentBuilder(
  template: ContentTemplate,
  publicUrl: HmacSchemeOptions<string>['publicUrl'],
): Scheme['content'] {
  if (publicUrl === undefined) return template.build;
  if (typeof publicUrl === 'string') return (message) => template.build({ ...message, url: publicUrl });
  return (message) => template.build({ ...message, url: publicUrl(pathAndQuery(message.url)) });
}

function pathAndQuery(url = ''): string {
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  // `//host` and `/\host` would name a host again.
  return path.replace(/^[/\\]+/, '/');
}

interface WireFormat {
  readonly headers: readonly string[];
  read(input: SchemeInput): Credentials;
  write(message: Message, signatures: readonly Signature[]): SignedDelivery;
}

function wireFormat(
  options: Omit<HmacSchemeOptions<string>, 'content'>,
  algorithm: Algorithm,
  idDelimiter: string,
): WireFormat {
  const { encoding } = options.signature;
  const signatureName = options.signature.header.toLowerCase();
  const idName = options.id?.header.toLowerCase();
  const time = timePlace(options.timestamp);
  const signatureHeader = signatureHeaderOf(options.name, signatureName, options.signature, time.listKey);
  return {
    headers: [signatureName, idName ?? [], time.header ?? []].flat(),
    read(input) {
      const id = idName === undefined ? undefined : checkedId(input.header(idName), idName, idDelimiter);
      const headerTime = time.header === undefined ? undefined : input.header(time.header);
      const { values, timestamp = headerTime } = signatureHeader.read(input.header(signatureName));
      const signatures = values.map((value) => ({ algorithm, encoding, value }));
      if (timestamp === undefined) return { id, signatures };
      const sentAtMs = parseTimestamp(timestamp, time.unit);
      if (sentAtMs === undefined) throw malformedHeader(time.header ?? signatureName, timeRule(time.unit));
      return { id, timestamp, sentAtMs, signatures };
    },
    write(message, signatures) {
      const values = signatures.map((made) => made.value);
      const headers: Record<string, string> = {
        [signatureName]: signatureHeader.write(values, message.timestamp),
      };
      if (idName !== undefined && message.id !== undefined) headers[idName] = message.id;
      if (time.header !== undefined && message.timestamp !== undefined)
        headers[time.header] = message.timestamp;
      return { headers, body: message.body };
    },
  };
}

interface TimePlace {
  readonly header: string | undefined;
  readonly listKey: string | undefined;
  readonly unit: TimeUnit;
}

function timePlace(option: HmacSchemeOptions<string>['timestamp']): TimePlace {
  return {
    header: option !== undefined && 'header' in option ? option.header.toLowerCase() : undefined,
    listKey: option !== undefined && 'listKey' in option ? option.listKey : undefined,
    unit: option?.unit ?? 'seconds',
  };
}

function checkOptions(options: Omit<HmacSchemeOptions<string>, 'content'>, template: ContentTemplate): void {
  const { signature, timestamp } = options;
  checkHeaderName('signature.header', signature.header);
  if (options.id !== undefined) checkHeaderName('id.header', options.id.header);
  if (timestamp !== undefined && 'header' in timestamp) checkHeaderName('timestamp.header', timestamp.header);
  checkChoice('algorithm', options.algorithm, ['hmac-sha1', 'hmac-sha256', 'hmac-sha512']);
  checkChoice('signature.encoding', signature.encoding, ['hex', 'base64', 'base64url']);
  checkChoice('secretEncoding', options.secretEncoding, ['utf8', 'base64', 'hex']);
  checkChoice('timestamp.unit', timestamp?.unit, ['seconds', 'milliseconds', 'iso']);
  if (timestamp !== undefined && 'listKey' in timestamp && signature.list === undefined) {
    throw mustBe('signature.list', 'given, because `timestamp` has a `listKey`', signature.list);
  }
  if (!template.has('body') && options.unsignedBody !== true) {
    throw mustBe('content', 'signed with its {body}, or `unsignedBody: true` given', options.unsignedBody);
  }
  const needed = [
    ['id', options.id],
    ['timestamp', options.timestamp],
    ['url', options.publicUrl],
  ] as const;
  for (const [part, place] of needed) {
    const option = part === 'url' ? 'publicUrl' : part;
    if (template.has(part) && place === undefined) {
      throw mustBe(option, `given, because \`content\` has {${part}}`, place);
    }
    if (!template.has(part) && place !== undefined) {
      throw mustBe(option, `left out, because \`content\` has no {${part}}: it would not be signed`, place);
    }
  }
}

function checkHeaderName(option: string, name: string): void {
  if (typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(name)) return;
  throw mustBe(option, 'the name of a header', name);
}

function checkChoice<Choice extends string>(
  option: string,
  value: Choice | undefined,
  choices: readonly Choice[],
): void {
  if (value === undefined || choices.includes(value)) return;
  throw mustBe(option, choices.map((choice) => `'${choice}'`).join(' or '), value);
}

function secretBytes(
  secret: Secret,
  encoding: HmacSchemeOptions<string>['secretEncoding'] = 'utf8',
): Uint8Array {
  if (encoding === 'utf8' || typeof secret !== 'string') return verbatimSecret(secret);
  checkSecretText(secret);
  const bytes = encoding === 'hex' ? decodeHex(secret) : decodeBase64(secret);
  if (bytes === undefined) throw invalidSecret(`must be canonical ${encoding}`);
  return longEnough(bytes);
}

function timeRule(unit: TimeUnit): string {
  return unit === 'iso' ? 'must be an RFC 3339 time' : `must be canonical digits, in ${unit}`;
}
