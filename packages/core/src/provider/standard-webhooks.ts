import { decodeBase64 } from '../bytes/base64.js';
import { parseTimestamp } from '../bytes/timestamp.js';
import type { Algorithm, KeyMaterial, Signature } from '../crypto/port.js';
import { jsonEnvelope } from '../envelope/json-envelope.js';
import { ConfigurationError } from '../errors/webhook-error.js';
import { malformedHeader } from '../request/header-reader.js';
import { needed } from '../scheme/content-template.js';
import { checkedId } from '../scheme/identity.js';
import type { Scheme, Secret } from '../scheme/port.js';
import { checkSecretText, invalidSecret, longEnough, verbatimSecret } from '../scheme/secret-text.js';
import { checkedSignature, parseSignatureList } from '../scheme/signature-list.js';
import type { Provider } from './provider.js';
import { standardRetry } from './retry-policy.js';

const ID = 'webhook-id';
const TIMESTAMP = 'webhook-timestamp';
const SIGNATURE = 'webhook-signature';

const VERSIONS: ReadonlyMap<string, Algorithm> = new Map([
  ['v1', 'hmac-sha256'],
  ['v1a', 'ed25519'],
]);

const scheme: Scheme = {
  name: 'standardWebhooks',
  encoding: 'base64',
  headers: [ID, TIMESTAMP, SIGNATURE],
  listsSignatures: true,
  authenticates: { body: 'all', id: true, timestamp: 'seconds', url: false },
  readKey: (secret) => [readKey(secret)],
  read(input) {
    const id = checkedId(input.header(ID), ID, '.');
    const timestamp = input.header(TIMESTAMP);
    const sentAtMs = parseTimestamp(timestamp, 'seconds');
    if (sentAtMs === undefined) throw malformedHeader(TIMESTAMP, 'must be canonical digits, in seconds');
    return { id, timestamp, sentAtMs, signatures: readSignatures(input.header(SIGNATURE)) };
  },
  content: ({ id, timestamp, body }) => [`${needed('id', id)}.${needed('timestamp', timestamp)}.`, body],
  write: (message, signatures) => ({
    headers: {
      [ID]: message.id ?? '',
      [TIMESTAMP]: message.timestamp ?? '',
      [SIGNATURE]: signatures.map((made) => `${versionOf(made.algorithm)},${made.value}`).join(' '),
    },
    body: message.body,
  }),
};

/**
 * Standard Webhooks 1.0.0: `v1` (HMAC-SHA256, secrets `whsec_` and base64) and `v1a` (Ed25519, `whpk_` to
 * verify, `whsk_` to sign). Several signatures stand side by side while keys rotate; versions that are not
 * known are skipped, and each version is compared with keys of its own kind alone.
 *
 * Identity is `webhook-id`, freshness `webhook-timestamp`, both signed.
 *
 * @example
 * createReceiver({ provider: standardWebhooks, secrets: () => process.env.WEBHOOK_SECRET });
 */
export const standardWebhooks: Provider = {
  name: 'standardWebhooks',
  scheme,
  envelope: jsonEnvelope({
    fields: { type: { body: 'type' }, id: { header: ID }, timestamp: { body: 'timestamp', time: 'iso' } },
    data: 'data',
    members: (event) => ({ type: event.type, timestamp: event.timestamp.toISOString(), data: event.data }),
  }),
  retry: standardRetry,
};

function readSignatures(header: string): readonly Signature[] {
  const signatures: Signature[] = [];
  for (const { key, value } of parseSignatureList(SIGNATURE, header, { separator: ' ', assign: ',' })) {
    const algorithm = VERSIONS.get(key);
    if (algorithm === undefined) continue;
    signatures.push({ algorithm, encoding: 'base64', value: checkedSignature(SIGNATURE, value) });
  }
  return signatures;
}

function versionOf(algorithm: Algorithm): string {
  for (const [version, known] of VERSIONS) if (known === algorithm) return version;
  throw new ConfigurationError(
    'unsupported_algorithm',
    `standardWebhooks has no version for \`${algorithm}\``,
  );
}

function readKey(secret: Secret): KeyMaterial {
  if (typeof secret !== 'string')
    return { algorithm: 'hmac-sha256', bytes: verbatimSecret(secret), use: 'both' };
  checkSecretText(secret);
  const prefix = /^wh(?:sec|pk|sk)_/.exec(secret)?.[0] ?? '';
  const bytes = decodeBase64(secret.slice(prefix.length));
  if (bytes === undefined) {
    throw invalidSecret(
      prefix === ''
        ? 'must start with `whsec_`, or be canonical base64'
        : `must be canonical base64 after \`${prefix}\``,
    );
  }
  if (prefix === 'whpk_') return { algorithm: 'ed25519', bytes, use: 'verify' };
  if (prefix === 'whsk_') return { algorithm: 'ed25519', bytes, use: 'sign' };
  return { algorithm: 'hmac-sha256', bytes: longEnough(bytes), use: 'both' };
}
