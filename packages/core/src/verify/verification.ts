import { parseJsonBody } from '../bytes/json.js';
import { isWellFormed } from '../bytes/utf8.js';
import type { Decoded } from '../envelope/port.js';
import { finiteNumber, mustBe } from '../errors/describe.js';
import { freshnessSource, identitySource } from '../provider/coverage.js';
import { checkedProvider, type Provider } from '../provider/provider.js';
import type { RequestReader } from '../request/header-reader.js';
import type { Credentials, Message } from '../scheme/port.js';
import { isPromise, type MaybePromise } from '../time/maybe-promise.js';
import { authenticate, type Claimed } from './authenticate.js';
import { checkFreshness, type FreshnessLimits } from './freshness.js';
import { type IdentityRules, identify, type ReplayIdentity } from './replay-key.js';
import type { VerifiedDelivery } from './verified-delivery.js';

const DEFAULT_TOLERANCE_SECONDS = 300;
const DEFAULT_TTL_SECONDS = 7 * 24 * 3600;

/** What decides whether a delivery is genuine, recent, and the same as another. */
export interface VerificationOptions {
  readonly provider: Provider;
  /** Part of every replay key; default: the provider's name. */
  readonly name?: string | undefined;
  /** How far a signed time may be from now, both ways. Default 300, or the provider's own. */
  readonly toleranceSeconds?: number | undefined;
  /**
   * How old an event may be where its signed body carries a time but no attempt's time is signed.
   * Default: `replayTtlSeconds` less the tolerance, so that nothing outlives the replay store's memory.
   */
  readonly maxEventAgeSeconds?: number | undefined;
  /** How long a processed delivery is remembered. Default 7 days. */
  readonly replayTtlSeconds?: number | undefined;
  /** Chooses another identity than the provider's own. */
  readonly replayIdentity?: ReplayIdentity | undefined;
}

/** {@link VerificationOptions}, checked and complete. */
export interface VerificationRules {
  readonly provider: Provider;
  readonly freshness: FreshnessLimits;
  readonly identity: IdentityRules;
  readonly ttlMs: number;
}

/** Checks the options and fills in the defaults. */
export function verificationRules(options: VerificationOptions): VerificationRules {
  const provider = checkedProvider(options.provider);
  const { name = provider.name } = options;
  if (typeof name !== 'string' || name === '' || !isWellFormed(name)) {
    throw mustBe('name', 'a text that is not empty', name);
  }
  const toleranceSeconds = finiteNumber(
    'toleranceSeconds',
    options.toleranceSeconds ?? provider.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS,
    0,
  );
  const ttlSeconds = finiteNumber('replayTtlSeconds', options.replayTtlSeconds ?? DEFAULT_TTL_SECONDS, 1);
  const maxEventAgeSeconds = finiteNumber(
    'maxEventAgeSeconds',
    options.maxEventAgeSeconds ?? Math.max(0, ttlSeconds - toleranceSeconds),
    0,
  );
  return {
    provider,
    ttlMs: ttlSeconds * 1000,
    freshness: {
      source: freshnessSource(provider),
      toleranceMs: toleranceSeconds * 1000,
      maxEventAgeMs: maxEventAgeSeconds * 1000,
    },
    identity: { name, source: identitySource(provider), replayIdentity: options.replayIdentity },
  };
}

/** A verified body, parsed. */
export interface DecodedBody {
  readonly json: unknown;
  readonly decoded: Decoded;
}

/** What a request says about itself, put together with its body. */
export function messageOf(reader: RequestReader, credentials: Credentials, body: Uint8Array): Message {
  const { id, timestamp } = credentials;
  return { id, timestamp, method: reader.method, url: reader.url, body };
}

/** A request with everything that verification looks at. */
export interface VerificationInput extends Claimed {
  readonly reader: RequestReader;
  readonly tenant: string | undefined;
}

/** Signature, then decoding where id or time stand in the body, then freshness, then identity. */
export function verifyDelivery(
  rules: VerificationRules,
  input: VerificationInput,
): MaybePromise<VerifiedDelivery> {
  const key = authenticate(rules.provider.scheme, input);
  if (isPromise(key)) return key.then(({ id }) => verifyContent(rules, input, id, neededBody(rules, input)));
  return verifyContent(rules, input, key.id, neededBody(rules, input));
}

/** What comes after the signature: freshness, then identity. */
export function verifyContent(
  { provider, freshness, identity }: VerificationRules,
  { message, credentials, receivedAtMs, tenant }: VerificationInput,
  keyId: string,
  body: DecodedBody | undefined,
): MaybePromise<VerifiedDelivery> {
  const times = { sentAtMs: credentials.sentAtMs, decoded: body?.decoded, receivedAtMs };
  const timestamp = checkFreshness(provider, freshness, times);
  const verified = { timestamp, body: message.body, keyId, tenant };
  return identify(identity, provider.scheme, message, body?.decoded.id, verified);
}

/** A verified body, parsed: JSON, unless the envelope reads another format. */
export function parseBody({ envelope }: Provider, body: Uint8Array): unknown {
  return envelope.parse === undefined ? parseJsonBody(body) : envelope.parse(body);
}

/** What a parsed body says. */
export function decodeBody({ envelope }: Provider, json: unknown, reader: RequestReader): DecodedBody {
  return { json, decoded: envelope.decode(json, (name) => reader.optionalHeader(name)) };
}

function neededBody(rules: VerificationRules, input: VerificationInput): DecodedBody | undefined {
  const { provider, freshness, identity } = rules;
  const isTimeInBody = freshness.source === 'signed body' || freshness.source === 'event time';
  if (identity.source !== 'signed body' && !isTimeInBody) return undefined;
  return decodeBody(provider, parseBody(provider, input.message.body), input.reader);
}
