import type { PreparedKey } from '../crypto/port.js';
import { mustBe } from '../errors/describe.js';
import { ConfigurationError } from '../errors/webhook-error.js';
import type { Scheme, Secret } from '../scheme/port.js';
import { type KeyPurpose, verifying } from './key-purpose.js';

const MAX_KEYS = 16;

/** A secret with a name for logs, and the time in which it is valid. */
export interface NamedSecret {
  /** Appears as `keyId`; never derived from the secret. */
  readonly id: string;
  readonly secret: Secret;
  /** Valid from this time on; default: always was. */
  readonly notBefore?: Date | undefined;
  /** Valid before this time; default: always will be. */
  readonly notAfter?: Date | undefined;
}

/** One secret, or several at once while they rotate. Unnamed ones are called by position: `k0`, `k1`. */
export type Secrets = Secret | NamedSecret | readonly (Secret | NamedSecret)[];

interface HeldSecret {
  readonly id: string;
  readonly secret: Secret;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** A prepared key of the secret `id`, with its window in epoch milliseconds. */
export interface RingKey {
  readonly id: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly key: PreparedKey;
}

/** Secrets, parsed and prepared once: what a resolver should cache. It shows its ids and nothing else. */
export class KeyRing {
  /** The names of the secrets, in order. */
  readonly ids: readonly string[];
  readonly #secrets: readonly HeldSecret[];
  readonly #prepared = {
    verify: new WeakMap<Scheme, readonly RingKey[]>(),
    sign: new WeakMap<Scheme, readonly RingKey[]>(),
  };

  constructor(secrets: Secrets) {
    this.#secrets = heldSecrets(secrets);
    this.ids = Object.freeze(this.#secrets.map((secret) => secret.id));
    Object.freeze(this);
  }

  /** The keys for one scheme and purpose; throws a `ConfigurationError` for a secret it cannot use. */
  keysFor(scheme: Scheme, purpose: KeyPurpose): readonly RingKey[] {
    const prepared = this.#prepared[purpose.use];
    const known = prepared.get(scheme);
    if (known !== undefined) return known;
    const keys = this.#secrets.flatMap((secret) => prepare(secret, scheme, purpose));
    prepared.set(scheme, keys);
    return keys;
  }
}

/**
 * Prepares secrets once, for a resolver to cache. With a provider their form is checked at once, else
 * where the ring is first used.
 *
 * Throws a `ConfigurationError` for no secret, more than 16, ids that repeat, or a malformed secret.
 *
 * @example
 * const ring = keyRing([{ id: '2026', secret: current }, { id: '2025', secret: previous, notAfter: endOfYear }]);
 * createReceiver({ secrets: ring });
 */
export function keyRing(secrets: Secrets, provider?: { readonly scheme: Scheme }): KeyRing {
  const ring = new KeyRing(secrets);
  if (provider !== undefined) ring.keysFor(provider.scheme, verifying);
  return ring;
}

/** The keys that are valid at a time. */
export function keysAt(keys: readonly RingKey[], atMs: number): readonly RingKey[] {
  // The common ring has no windows: no new array for it.
  for (const key of keys) if (!isValidAt(key, atMs)) return keys.filter((other) => isValidAt(other, atMs));
  return keys;
}

function isValidAt(key: RingKey, atMs: number): boolean {
  return key.notBeforeMs <= atMs && atMs < key.notAfterMs;
}

function heldSecrets(secrets: Secrets): readonly HeldSecret[] {
  const list = isList(secrets) ? secrets : [secrets];
  if (list.length === 0 || list.length > MAX_KEYS) {
    throw new ConfigurationError(
      'invalid_secret',
      `\`secrets\` must hold 1 to ${MAX_KEYS} secrets, got ${list.length}`,
    );
  }
  const held = list.map(heldSecret);
  if (new Set(held.map((secret) => secret.id)).size !== held.length) {
    throw new ConfigurationError('invalid_secret', '`secrets` must have different ids');
  }
  return held;
}

function isList(secrets: Secrets): secrets is readonly (Secret | NamedSecret)[] {
  return Array.isArray(secrets);
}

// A copy: dates and bytes that change later change nothing.
function heldSecret(secret: Secret | NamedSecret, position: number): HeldSecret {
  const always = { notBeforeMs: Number.NEGATIVE_INFINITY, notAfterMs: Number.POSITIVE_INFINITY };
  if (typeof secret === 'string' || secret instanceof Uint8Array) {
    return { id: `k${position}`, secret: copyOf(secret), ...always };
  }
  if (typeof secret !== 'object' || secret === null || !('secret' in secret)) {
    throw mustBe('secrets', 'a string, bytes, or `{ id, secret }`', secret, 'invalid_secret');
  }
  if (typeof secret.id !== 'string' || secret.id === '') {
    throw mustBe('secrets[].id', 'a text that is not empty', secret.id, 'invalid_secret');
  }
  const notBeforeMs = epochMs('notBefore', secret.notBefore) ?? always.notBeforeMs;
  const notAfterMs = epochMs('notAfter', secret.notAfter) ?? always.notAfterMs;
  if (notBeforeMs >= notAfterMs) {
    throw mustBe('secrets[].notAfter', 'later than its `notBefore`', secret.notAfter, 'invalid_secret');
  }
  return { id: secret.id, secret: copyOf(secret.secret), notBeforeMs, notAfterMs };
}

function copyOf(secret: Secret): Secret {
  return secret instanceof Uint8Array ? Uint8Array.from(secret) : secret;
}

function epochMs(window: string, date: Date | undefined): number | undefined {
  if (date === undefined) return undefined;
  if (date instanceof Date && Number.isFinite(date.getTime())) return date.getTime();
  throw mustBe(`secrets[].${window}`, 'a valid Date', date, 'invalid_secret');
}

function prepare(held: HeldSecret, scheme: Scheme, purpose: KeyPurpose): readonly RingKey[] {
  const { id, secret, notBeforeMs, notAfterMs } = held;
  const usable = scheme.readKey(secret).filter((key) => key.use === purpose.use || key.use === 'both');
  if (usable.length === 0) {
    const hint = typeof secret === 'string' && /^wh[ps]k_/.test(secret) ? ` (\`${purpose.prefix}\`)` : '';
    throw new ConfigurationError('invalid_secret', `the secret \`${id}\` ${purpose.otherHalf}${hint}`);
  }
  return usable.map((key) => ({ id, notBeforeMs, notAfterMs, key: purpose.crypto.prepareKey(key) }));
}
