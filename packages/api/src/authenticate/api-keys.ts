import { createHash, timingSafeEqual } from 'node:crypto';
import { decodeHex, mustBe } from '@countersign/core/strict';
import { type Authenticate, type Caller, checkedCaller } from './caller.js';

const DIGEST_BYTES = 32;
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** A key that opens the API. */
export interface ApiKey extends Caller {
  /** SHA-256 of the key in lower-case hex: the key itself is never held. */
  readonly sha256: string;
}

/**
 * Callers by `Authorization: Bearer <key>`. Digests are compared by the platform, each of them, in constant time. Keys
 * must be random, of 16 bytes or more: SHA-256 hides no password.
 *
 * @throws ConfigurationError that names the entry and its part.
 * @example
 * // KEY=$(openssl rand -hex 32); printf %s "$KEY" | sha256sum
 * const authenticate = apiKeys([
 *   { sha256: process.env.ACME_KEY_SHA256, tenant: 'acme', scopes: ['endpoints:read', 'endpoints:write'] },
 *   { sha256: process.env.OPERATOR_KEY_SHA256, tenant: '*', scopes: ['metrics:read'] },
 * ]);
 */
export function apiKeys(keys: readonly ApiKey[]): Authenticate {
  const known = checkedKeys(keys);
  return function authenticateByKey(request) {
    const [, key] = BEARER.exec(request.headers.get('authorization') ?? '') ?? [];
    if (key === undefined) return undefined;
    const digest = sha256(key);
    // No early end: how long it takes says nothing about which one it was.
    let caller: Caller | undefined;
    for (const one of known) if (timingSafeEqual(one.digest, digest)) caller = one.caller;
    return caller;
  };
}

interface KnownKey {
  readonly digest: Uint8Array;
  readonly caller: Caller;
}

function checkedKeys(keys: readonly ApiKey[]): readonly KnownKey[] {
  if (!Array.isArray(keys) || keys.length === 0)
    throw mustBe('keys', 'a list of at least one `{ sha256, tenant, scopes }`', keys);
  const byDigest = new Map<string, KnownKey>();
  for (const [index, key] of keys.entries()) {
    const field = `keys[${index}]`;
    if (typeof key !== 'object' || key === null) throw mustBe(field, '`{ sha256, tenant, scopes }`', key);
    const digest = checkedDigest(key.sha256, `${field}.sha256`);
    if (byDigest.has(key.sha256)) throw mustBe(`${field}.sha256`, 'another than those before it', key.sha256);
    byDigest.set(key.sha256, { digest, caller: checkedCaller(key, field) });
  }
  return [...byDigest.values()];
}

function checkedDigest(text: unknown, field: string): Uint8Array {
  const digest = typeof text === 'string' ? decodeHex(text) : undefined;
  if (digest?.length !== DIGEST_BYTES) throw mustBe(field, 'SHA-256 in 64 lower-case hex digits', text);
  // What comes of a variable that was not set.
  if (timingSafeEqual(digest, sha256('')))
    throw mustBe(field, 'the SHA-256 of a key, not of an empty text', text);
  return digest;
}

function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
