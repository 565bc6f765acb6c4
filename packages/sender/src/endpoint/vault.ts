import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { decodeBase64, mustBe } from '@countersign/core/strict';
import { SenderError } from '../errors/sender-error.js';
import type { EndpointRecord } from '../ports/records.js';

/** How secrets and custom header values are sealed in the record. */
export interface EncryptionOptions {
  /**
   * AES-256 keys, of 32 bytes or as base64 of them. The first seals; all of them open. To rotate, put a new one in
   * front, run `sender.endpoints.reseal()`, then take the old one away.
   */
  readonly keys: readonly { readonly id: string; readonly key: Uint8Array | string }[];
}

/** Seals texts for the record, and opens them. `context` says what a text belongs to: nowhere else does it open. */
export interface Vault {
  seal(text: string, context: string): string;
  /** Throws `encryption_key_missing`. */
  open(sealed: string, context: string): string;
  /** Whether a text is stored as `seal` would store it now. */
  isCurrent(sealed: string): boolean;
  /** Whether anything is encrypted. */
  readonly encrypts: boolean;
}

const CLEAR = 'clear:';
const SEALED = 'aes256gcm:';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The vault of a sender; without options it stores texts as they are. */
export function createVault(options: EncryptionOptions | undefined): Vault {
  const keys = options === undefined ? new Map<string, Uint8Array>() : keysOf(options);
  const [current] = keys;
  return {
    encrypts: current !== undefined,
    seal: (text, context) => (current === undefined ? CLEAR + text : sealed(text, context, ...current)),
    open(stored, context) {
      if (stored.startsWith(CLEAR)) return stored.slice(CLEAR.length);
      // What has no known form may be a secret itself: nothing of it is quoted.
      if (!stored.startsWith(SEALED)) {
        throw new SenderError(
          'encryption_key_missing',
          'a secret is stored in a form that is not known here',
        );
      }
      const [id = '', payload = ''] = stored.slice(SEALED.length).split(':');
      const key = keys.get(id);
      if (key === undefined) {
        throw new SenderError(
          'encryption_key_missing',
          `a secret is sealed with the key \`${id}\`, which is not in \`encryption.keys\``,
        );
      }
      return opened(payload, context, id, key);
    },
    isCurrent: (stored) => stored.startsWith(current === undefined ? CLEAR : `${SEALED}${current[0]}:`),
  };
}

function sealed(text: string, context: string, id: string, key: Uint8Array): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const payload = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${SEALED}${id}:${payload.toString('base64url')}`;
}

function opened(payload: string, context: string, id: string, key: Uint8Array): string {
  const bytes = Buffer.from(payload, 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new SenderError(
      'encryption_key_missing',
      `a secret does not open with the key \`${id}\`: another key had this id, or the record was altered`,
      { cause },
    );
  }
}

function keysOf(options: EncryptionOptions): ReadonlyMap<string, Uint8Array> {
  const keys = options?.keys;
  if (!Array.isArray(keys) || keys.length === 0)
    throw mustBe('encryption.keys', 'a list of at least one key', keys);
  const byId = new Map<string, Uint8Array>();
  for (const [index, one] of keys.entries()) {
    const field = `encryption.keys[${index}]`;
    if (typeof one?.id !== 'string' || !KEY_ID.test(one.id)) {
      throw mustBe(`${field}.id`, '1 to 64 letters, digits, `_` or `-`', one?.id);
    }
    if (byId.has(one.id)) throw mustBe(`${field}.id`, 'another than the ids before it', one.id);
    byId.set(one.id, keyBytes(`${field}.key`, one.key));
  }
  return byId;
}

function keyBytes(field: string, key: Uint8Array | string): Uint8Array {
  const bytes = typeof key === 'string' ? decodeBase64(key) : key;
  if (bytes instanceof Uint8Array && bytes.length === KEY_BYTES) return Uint8Array.from(bytes);
  throw mustBe(field, `${KEY_BYTES} bytes, or canonical base64 of them`, key, 'invalid_secret');
}

/** The `context` of an endpoint's secrets. */
export function secretContext(endpointId: string): string {
  return `secret\n${endpointId}`;
}

/** The `context` of a custom header's value. */
export function headerContext(endpointId: string, name: string): string {
  return `header\n${endpointId}\n${name}`;
}

/** A record with everything sealed as `vault` seals now; `undefined` where it is so already. */
export function resealed(record: EndpointRecord, vault: Vault): EndpointRecord | undefined {
  const { id, secrets, settings } = record;
  const headers = Object.entries(settings.headers ?? {});
  const stored = [...secrets.map(({ value }) => value), ...headers.map(([, value]) => value)];
  if (stored.every((value) => vault.isCurrent(value))) return undefined;
  const again = (value: string, context: string): string => vault.seal(vault.open(value, context), context);
  return {
    ...record,
    secrets: secrets.map((secret) => ({ ...secret, value: again(secret.value, secretContext(id)) })),
    settings: {
      ...settings,
      ...(settings.headers !== undefined && {
        headers: Object.fromEntries(
          headers.map(([name, value]) => [name, again(value, headerContext(id, name))]),
        ),
      }),
    },
  };
}
