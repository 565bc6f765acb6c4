import { bodyText, JsonText, stringifyJson } from '../bytes/json.js';
import { encodeUtf8 } from '../bytes/utf8.js';
import { jsonEnvelope } from '../envelope/json-envelope.js';
import { ConfigurationError, WebhookError } from '../errors/webhook-error.js';
import type { Provider } from '../provider/provider.js';
import { hmacScheme } from '../scheme/hmac-scheme.js';
import type { Message, Scheme } from '../scheme/port.js';
import { canonicalMembers, pythonJson } from './rag-engine/canonical-json.js';
import { CanonicalJsonError } from './rag-engine/canonical-json-error.js';

const NAME = 'ragEngine';

// Content and identity of one request look at the same members: they are parsed once.
const parsed = new WeakMap<Message, ReadonlyMap<string, string>>();

const scheme: Scheme = {
  ...hmacScheme({
    name: NAME,
    content: '{body}',
    signature: { header: 'x-webhook-signature', encoding: 'hex' },
  }),
  authenticates: { body: { json: 'data' }, id: false, timestamp: false, url: false },
  content: (message) => [member(message, 'data')],
  identity: (message) => [`${eventOf(message)}\0${member(message, 'data')}`],
  write(message, signatures) {
    const [signature, ...more] = signatures;
    if (signature === undefined || more.length > 0) {
      throw new ConfigurationError(
        'invalid_secret',
        `\`${NAME}\` sends exactly one signature: give one secret`,
      );
    }
    if (membersOf(message).has('signature')) {
      throw new ConfigurationError('invalid_input', '`body` has a `signature` already: give it unsigned');
    }
    const unclosed = bodyText(message.body).trimEnd().slice(0, -1);
    return {
      headers: { 'x-webhook-signature': signature.value },
      body: encodeUtf8(`${unclosed},"signature":"${signature.value}"}`),
    };
  },
};

/**
 * RAG Engine: `X-Webhook-Signature` in hex over `data` alone, in the form of Python's
 * `json.dumps(data, sort_keys=True)`, rebuilt from the wire whatever separators and escapes it has. The copy
 * of the signature in the body is written, and never looked at.
 *
 * `event` and `timestamp` are not authenticated (`event.unauthenticated`). Identity is SHA-256 of `event`
 * and canonical `data`; no time is signed, so a copy can be replayed again once the replay store, which must
 * be named, has forgotten it (7 days).
 *
 * @example
 * createReceiver({ provider: ragEngine, secrets: () => process.env.WEBHOOK_SECRET, replay: memoryReplayStore() });
 */
export const ragEngine: Provider = {
  name: NAME,
  scheme,
  envelope: jsonEnvelope({
    fields: { type: { body: 'event' }, timestamp: { body: 'timestamp', time: 'iso' } },
    data: 'data',
    members: (event) => ({
      event: event.type,
      // Python's `datetime.utcnow().isoformat()` has no zone.
      timestamp: event.timestamp.toISOString().slice(0, -1),
      data: new JsonText(pythonJson(stringifyJson(event.data))),
    }),
  }),
  retry: {
    maxAttempts: 4,
    initialDelayMs: 1000,
    multiplier: 2,
    maxDelayMs: 4000,
    jitter: 0.1,
    clientErrors: 'fail',
  },
};

function eventOf(message: Message): string {
  const event: unknown = JSON.parse(member(message, 'event'));
  if (typeof event === 'string') return event;
  throw new WebhookError('malformed_envelope', '`event` must be a text');
}

function member(message: Message, name: string): string {
  const text = membersOf(message).get(name);
  if (text === undefined) throw new WebhookError('malformed_envelope', `\`${name}\` is missing`);
  return text;
}

function membersOf(message: Message): ReadonlyMap<string, string> {
  const known = parsed.get(message);
  if (known !== undefined) return known;
  try {
    const members = canonicalMembers(bodyText(message.body));
    parsed.set(message, members);
    return members;
  } catch (error) {
    if (error instanceof CanonicalJsonError) throw new WebhookError('invalid_json', error.message);
    throw error;
  }
}
