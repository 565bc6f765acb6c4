import { formatTimestamp } from '../bytes/timestamp.js';
import { encodeUtf8, isWellFormed } from '../bytes/utf8.js';
import type { Signature } from '../crypto/port.js';
import { kindOf, mustBe } from '../errors/describe.js';
import { ConfigurationError, isWebhookError } from '../errors/webhook-error.js';
import { signing } from '../keys/key-purpose.js';
import { KeyRing, keysAt, type RingKey, type Secrets } from '../keys/key-ring.js';
import { checkedProvider, type Provider } from '../provider/provider.js';
import { standardWebhooks } from '../provider/standard-webhooks.js';
import { RequestReader } from '../request/header-reader.js';
import { IDENTITY_RULE, isIdentity } from '../scheme/identity.js';
import type { Message } from '../scheme/port.js';

/** What is to be signed. */
export interface SignInput {
  /** The delivery's id, where the provider signs one (`webhook-id`, `X-Delivery-Id`). */
  readonly id?: string | undefined;
  /** The time of the attempt; default now. */
  readonly timestamp?: Date | undefined;
  /** The exact body; a string is sent as UTF-8. */
  readonly body: Uint8Array | string;
  /** Needed only by providers that sign it; default `POST`. */
  readonly method?: string | undefined;
  /** Needed only by providers that sign it. */
  readonly url?: string | undefined;
}

/** The headers to add to a request, and its body. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Options of {@link sign}. */
export interface SignOptions {
  /** Default: `standardWebhooks`. */
  readonly provider?: Provider | undefined;
  /** One secret, or several where the provider's header lists signatures. A key ring is prepared once. */
  readonly secret: Secrets | KeyRing;
}

/**
 * Signs a body: the headers to add and the body to send, which differs from the one given only where the
 * provider writes the signature into it too (ragEngine).
 *
 * Rejects with a `ConfigurationError` for an id or secret that the provider cannot use.
 *
 * @example
 * const { headers, body } = await sign({ id: 'msg_1', body: '{"type":"ping","data":{}}' }, { secret });
 * await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
 */
export async function sign(input: SignInput, options: SignOptions): Promise<SignedRequest> {
  if (typeof options !== 'object' || options === null)
    throw mustBe('options', 'an object with `secret`', options);
  const provider = checkedProvider(options.provider ?? standardWebhooks);
  const { secret } = options;
  const { scheme } = provider;
  const timestamp = input.timestamp ?? new Date();
  const message = messageToSign(input, timestamp, provider);
  const ring = secret instanceof KeyRing ? secret : new KeyRing(secret);
  const keys = keysAt(ring.keysFor(scheme, signing), timestamp.getTime());
  if (keys.length === 0) throw new ConfigurationError('invalid_secret', 'no secret is valid at `timestamp`');
  const content = signable(provider, () => scheme.content(message));
  const signatures: Signature[] = [];
  for (const { key } of keys) signatures.push(await signatureOf(key, content, scheme.encoding));
  const signed = scheme.write(message, signatures);
  // Both sides share the rules: what a receiver would refuse is not sent.
  const { method = 'POST', url = '' } = message;
  signable(provider, () => scheme.read(new RequestReader({ method, url, headers: signed.headers })));
  return {
    headers: signed.headers,
    body: isOwnMemory(signed.body) ? signed.body : new Uint8Array(signed.body),
  };
}

// `fetch` takes no bytes in shared memory.
function isOwnMemory(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer;
}

function signable<T>({ name }: Provider, build: () => T): T {
  try {
    return build();
  } catch (cause) {
    if (!isWebhookError(cause)) throw cause;
    throw new ConfigurationError(
      'invalid_input',
      `this delivery cannot be signed for ${name}: ${cause.message}`,
      { cause },
    );
  }
}

async function signatureOf(
  key: RingKey['key'],
  content: Parameters<RingKey['key']['sign']>[0],
  encoding: Signature['encoding'],
): Promise<Signature> {
  return { algorithm: key.algorithm, encoding, value: await key.sign(content, encoding) };
}

function messageToSign(input: SignInput, timestamp: Date, { name, scheme }: Provider): Message {
  const { authenticates } = scheme;
  if (!(timestamp instanceof Date && Number.isFinite(timestamp.getTime()))) {
    throw mustBe('timestamp', 'a valid Date', timestamp, 'invalid_input');
  }
  if (authenticates.id && (input.id === undefined || !isIdentity(input.id))) {
    throw new ConfigurationError('invalid_input', `\`id\` must be ${IDENTITY_RULE}: ${name} signs it`);
  }
  return {
    id: authenticates.id ? input.id : undefined,
    timestamp:
      authenticates.timestamp === false
        ? undefined
        : formatTimestamp(timestamp.getTime(), authenticates.timestamp),
    method: input.method ?? 'POST',
    url: input.url,
    body: bodyBytes(input.body),
  };
}

function bodyBytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  if (typeof body !== 'string') {
    throw new ConfigurationError('invalid_input', `\`body\` must be bytes or text, got ${kindOf(body)}`);
  }
  if (!isWellFormed(body)) throw new ConfigurationError('invalid_input', '`body` has an unpaired surrogate');
  return encodeUtf8(body);
}
