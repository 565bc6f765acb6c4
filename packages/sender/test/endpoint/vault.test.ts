import { createCipheriv } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it, test } from 'vitest';
import {
  createVault,
  type EncryptionOptions,
  headerContext,
  resealed,
  secretContext,
  type Vault,
} from '../../src/endpoint/vault.js';
import type { EndpointRecord } from '../../src/ports/records.js';
import { recordOf } from '../attempt/targets.js';
import { misuse, refusal } from '../refusal.js';

const KEY = Uint8Array.from({ length: 32 }, (_, index) => index + 1);
const OTHER_KEY = new Uint8Array(32).fill(9);
const TEXT = 'whsec_dGhlLXNlY3JldC10aGF0LW5vYm9keS1zZWVz';
const CONTEXT = secretContext('wh_1');

const vaultOf = (...keys: readonly (readonly [string, Uint8Array])[]): Vault =>
  createVault({ keys: keys.map(([id, key]) => ({ id, key })) });
const vault = vaultOf(['2026', KEY]);

describe('what is sealed', () => {
  it.each(['', 'a', TEXT, 'é😀\0\n', 'x'.repeat(10_000)])('opens again: %j', (text) => {
    expect(vault.open(vault.seal(text, CONTEXT), CONTEXT)).toBe(text);
  });

  it('does not show what it is', () => {
    const sealed = vault.seal(TEXT, CONTEXT);
    expect(sealed).toMatch(/^aes256gcm:2026:[\w-]+$/);
    expect(sealed).not.toContain(TEXT);
    expect(Buffer.from(sealed.split(':')[2] ?? '', 'base64url').includes(TEXT)).toBe(false);
  });

  it('is never the same twice', () => {
    const sealed = Array.from({ length: 100 }, () => vault.seal(TEXT, CONTEXT));
    expect(new Set(sealed).size).toBe(100);
    // Nor is the nonce, the first 12 bytes.
    expect(new Set(sealed.map((one) => one.slice(0, 'aes256gcm:2026:'.length + 16))).size).toBe(100);
  });

  it('opens nowhere else', () => {
    const sealed = vault.seal(TEXT, CONTEXT);
    for (const context of [secretContext('wh_2'), headerContext('wh_1', 'authorization'), '']) {
      expect(refusal(() => vault.open(sealed, context)).code).toBe('encryption_key_missing');
    }
  });

  it('opens with no other key of the same name', () => {
    const sealed = vault.seal(TEXT, CONTEXT);
    const error = refusal(() => vaultOf(['2026', OTHER_KEY]).open(sealed, CONTEXT));
    expect(error).toMatchObject({ code: 'encryption_key_missing' });
    expect(error.message).toContain('another key had this id, or the record was altered');
  });

  it('does not open once a single bit is another', () => {
    const sealed = vault.seal(TEXT, CONTEXT);
    const head = 'aes256gcm:2026:';
    const bytes = Buffer.from(sealed.slice(head.length), 'base64url');
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      const error = refusal(() => vault.open(head + altered.toString('base64url'), CONTEXT));
      expect(error.code).toBe('encryption_key_missing');
    }
  });

  it.each([0, 1, 11, 12, 13, 27, 28, -1])('does not open when it is cut to %i bytes', (length) => {
    const bytes = Buffer.from(vault.seal('x', CONTEXT).slice('aes256gcm:2026:'.length), 'base64url');
    const cut = bytes.subarray(0, length).toString('base64url');
    expect(refusal(() => vault.open(`aes256gcm:2026:${cut}`, CONTEXT)).code).toBe('encryption_key_missing');
  });
});

test('what records hold opens in every version', () => {
  // AES-256-GCM by hand: 12 bytes of nonce, the text, 16 bytes of tag; the context is authenticated.
  const nonce = Buffer.alloc(12, 7);
  const cipher = createCipheriv('aes-256-gcm', KEY, nonce).setAAD(Buffer.from('header\nwh_1\nauthorization'));
  const bytes = Buffer.concat([nonce, cipher.update('Bearer x'), cipher.final(), cipher.getAuthTag()]);
  const stored = `aes256gcm:2026:${bytes.toString('base64url')}`;
  expect(vault.open(stored, headerContext('wh_1', 'authorization'))).toBe('Bearer x');
});

test('a key that is missing is named', () => {
  const sealed = vault.seal(TEXT, CONTEXT);
  for (const without of [vaultOf(['2027', KEY]), createVault(undefined)]) {
    const error = refusal(() => without.open(sealed, CONTEXT));
    expect(error).toMatchObject({ code: 'encryption_key_missing' });
    expect(error.message).toContain('`2026`, which is not in `encryption.keys`');
  }
});

test('what has no known form is refused without a word of it', () => {
  for (const stored of ['', TEXT, 'aes256gcm', 'aes128:2026:AAAA', 'Clear:x']) {
    const error = refusal(() => vault.open(stored, CONTEXT));
    expect(error.code).toBe('encryption_key_missing');
    expect(error.message).toBe('a secret is stored in a form that is not known here');
  }
});

describe('several keys', () => {
  const rotating = vaultOf(['2027', OTHER_KEY], ['2026', KEY]);

  it('the first seals, all open', () => {
    expect(rotating.seal(TEXT, CONTEXT)).toMatch(/^aes256gcm:2027:/);
    expect(rotating.open(vault.seal(TEXT, CONTEXT), CONTEXT)).toBe(TEXT);
    expect(rotating.open(rotating.seal(TEXT, CONTEXT), CONTEXT)).toBe(TEXT);
  });

  it('only what the first sealed is current', () => {
    expect(rotating.isCurrent(rotating.seal('', CONTEXT))).toBe(true);
    expect(rotating.isCurrent(vault.seal('', CONTEXT))).toBe(false);
    expect(rotating.isCurrent(createVault(undefined).seal('', CONTEXT))).toBe(false);
    expect(vaultOf(['20', KEY]).isCurrent(vault.seal('', CONTEXT))).toBe(false);
  });
});

describe('without keys', () => {
  const clear = createVault(undefined);

  it('texts are stored as they are, and the vault says so', () => {
    expect(clear.seal(TEXT, CONTEXT)).toBe(`clear:${TEXT}`);
    expect(clear.open(`clear:${TEXT}`, 'anything')).toBe(TEXT);
    expect([clear.encrypts, vault.encrypts]).toEqual([false, true]);
    expect(clear.isCurrent(`clear:${TEXT}`)).toBe(true);
    expect(clear.isCurrent(vault.seal(TEXT, CONTEXT))).toBe(false);
  });

  it('what was stored so opens after keys were given', () => {
    expect(vault.open(clear.seal(TEXT, CONTEXT), CONTEXT)).toBe(TEXT);
  });
});

describe('keys', () => {
  it('may be base64', () => {
    const base64 = Buffer.from(KEY).toString('base64');
    const same = createVault({ keys: [{ id: '2026', key: base64 }] });
    expect(same.open(vault.seal(TEXT, CONTEXT), CONTEXT)).toBe(TEXT);
  });

  it('are copied: bytes that change later change nothing', () => {
    const key = Uint8Array.from(KEY);
    const own = vaultOf(['2026', key]);
    key.fill(0);
    expect(own.open(vault.seal(TEXT, CONTEXT), CONTEXT)).toBe(TEXT);
  });

  it('show nowhere', () => {
    const shown = [inspect(vault, { depth: 9, showHidden: true }), JSON.stringify(vault), String(vault)];
    const spellings = [
      Buffer.from(KEY).toString('base64'),
      Buffer.from(KEY).toString('hex'),
      '1, 2, 3, 4',
      '1,2,3,4',
      '01 02 03',
    ];
    for (const text of shown) for (const spelling of spellings) expect(text).not.toContain(spelling);
  });

  const untyped = (value: unknown): EncryptionOptions => JSON.parse(JSON.stringify(value));
  const base64 = (length: number) => Buffer.alloc(length, 1).toString('base64');
  it.each<readonly [string, unknown]>([
    ['encryption.keys', null],
    ['encryption.keys', {}],
    ['encryption.keys', { keys: [] }],
    ['encryption.keys', { keys: { id: 'a', key: base64(32) } }],
    ['encryption.keys[0].id', { keys: [null] }],
    ['encryption.keys[0].id', { keys: [base64(32)] }],
    ['encryption.keys[0].id', { keys: [{ key: base64(32) }] }],
    ['encryption.keys[0].id', { keys: [{ id: '', key: base64(32) }] }],
    ['encryption.keys[0].id', { keys: [{ id: 'a:b', key: base64(32) }] }],
    ['encryption.keys[0].id', { keys: [{ id: 'x'.repeat(65), key: base64(32) }] }],
    [
      'encryption.keys[1].id',
      {
        keys: [
          { id: 'a', key: base64(32) },
          { id: 'a', key: base64(32) },
        ],
      },
    ],
    ['encryption.keys[0].key', { keys: [{ id: 'a' }] }],
    ['encryption.keys[0].key', { keys: [{ id: 'a', key: '' }] }],
    ['encryption.keys[0].key', { keys: [{ id: 'a', key: base64(31) }] }],
    ['encryption.keys[0].key', { keys: [{ id: 'a', key: base64(33) }] }],
    ['encryption.keys[0].key', { keys: [{ id: 'a', key: base64(32).replace('=', '') }] }],
    ['encryption.keys[0].key', { keys: [{ id: 'a', key: 'a'.repeat(32) }] }],
    ['encryption.keys[0].key', { keys: [{ id: 'a', key: '01'.repeat(32) }] }],
    ['encryption.keys[0].key', { keys: [{ id: 'a', key: 1234567 }] }],
  ])('%s is refused, and never told: %j', (field, options) => {
    const { message } = misuse(() => createVault(untyped(options)));
    expect(message).toContain(`\`${field}\` must be `);
    expect(message).not.toMatch(/AQEB|0101|aaaa|1234567/);
  });

  it.each([0, 16, 31, 33, 64])('%i bytes are none', (length) => {
    expect(misuse(() => vaultOf(['a', new Uint8Array(length)])).message).toContain('32 bytes');
  });
});

describe('resealing a record', () => {
  const stored = (by: Vault): EndpointRecord => ({
    ...recordOf([{ text: '' }], {
      headers: { authorization: by.seal('Bearer x', headerContext('wh_1', 'authorization')) },
    }),
    secrets: [
      { id: 's2', value: by.seal('new', CONTEXT) },
      { id: 's1', value: by.seal('old', CONTEXT), expiresInMs: 5 },
    ],
  });
  const next = vaultOf(['2027', OTHER_KEY], ['2026', KEY]);
  const last = vaultOf(['2027', OTHER_KEY]);

  it.each([
    ['an older key', vault],
    ['no key', createVault(undefined)],
  ])('that was sealed with %s seals all of it with the first', (_, by) => {
    const record = resealed(stored(by), next);
    expect(record?.secrets.map(({ value }) => last.open(value, CONTEXT))).toEqual(['new', 'old']);
    expect(record?.secrets.map(({ id, expiresInMs }) => [id, expiresInMs])).toEqual([
      ['s2', undefined],
      ['s1', 5],
    ]);
    const header = record?.settings.headers?.['authorization'] ?? '';
    expect(last.open(header, headerContext('wh_1', 'authorization'))).toBe('Bearer x');
    expect(record).toMatchObject({ id: 'wh_1', revision: 1, settings: { url: 'https://example.com/hooks' } });
  });

  it('is nothing where all of it is current', () => {
    expect(resealed(stored(next), next)).toBeUndefined();
    expect(resealed(stored(createVault(undefined)), createVault(undefined))).toBeUndefined();
  });

  it('is done where only a header is not', () => {
    const record = { ...stored(next), settings: stored(vault).settings };
    expect(resealed(record, next)).toBeDefined();
  });

  it('takes what has no headers', () => {
    const record = { ...stored(vault), settings: { url: 'https://example.com/' } };
    expect(resealed(record, next)?.settings).toEqual({ url: 'https://example.com/' });
  });

  it('is refused where a key is missing', () => {
    expect(refusal(() => resealed(stored(vault), last)).code).toBe('encryption_key_missing');
  });
});
