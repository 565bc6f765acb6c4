import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors/webhook-error.js';
import { signing, verifying } from '../../src/keys/key-purpose.js';
import { type KeyRing, keyRing, keysAt, type NamedSecret, type Secrets } from '../../src/keys/key-ring.js';
import { standardWebhooks } from '../../src/provider/standard-webhooks.js';
import { github } from '../../src/providers/github.js';
import { createVerifier } from '../../src/verify/create-verifier.js';
import { thrownBy } from '../verify/refusal.js';

const secretNumber = (n: number): string => `a secret with the number ${String(n).padStart(4, '0')}`;
const idsOf = (secrets: Secrets): readonly string[] => keyRing(secrets).ids;
const validAt = (ring: KeyRing, iso: string): readonly string[] =>
  keysAt(ring.keysFor(github.scheme, verifying), Date.parse(iso)).map((key) => key.id);

describe('key ids', () => {
  it.each<readonly [name: string, secrets: Secrets, ids: readonly string[]]>([
    ['one secret', secretNumber(0), ['k0']],
    ['bytes', Buffer.alloc(32, 1), ['k0']],
    ['a list', [secretNumber(0), secretNumber(1)], ['k0', 'k1']],
    ['a named secret', { id: '2026', secret: secretNumber(0) }, ['2026']],
    [
      'named ones between others',
      [secretNumber(0), { id: 'new', secret: secretNumber(1) }, Buffer.alloc(16)],
      ['k0', 'new', 'k2'],
    ],
  ])('of %s', (_name, secrets, ids) => {
    expect(idsOf(secrets)).toEqual(ids);
  });

  it('are positions by default, never derived from the secret', () => {
    expect(idsOf([secretNumber(1), secretNumber(2)])).toEqual(idsOf([secretNumber(3), secretNumber(4)]));
  });
});

// What JavaScript users pass although the types forbid it, as it comes from a configuration file.
const untyped = (json: string): Secrets => JSON.parse(json);

describe('a ring refuses', () => {
  const named = (more: Partial<NamedSecret>): NamedSecret => ({ id: 'a', secret: secretNumber(0), ...more });

  it.each<readonly [name: string, secrets: Secrets, message: string]>([
    ['no secret', [], '`secrets` must hold 1 to 16 secrets, got 0'],
    [
      '17 secrets',
      Array.from({ length: 17 }, (_, n) => secretNumber(n)),
      '`secrets` must hold 1 to 16 secrets, got 17',
    ],
    ['the same id twice', [named({}), named({})], '`secrets` must have different ids'],
    [
      'an id that is a position too',
      [secretNumber(0), named({ id: 'k0' })],
      '`secrets` must have different ids',
    ],
    ['an empty id', named({ id: '' }), '`secrets[].id` must be a text that is not empty, got string'],
    [
      'an id that is no text',
      untyped('{"id":true,"secret":"x"}'),
      '`secrets[].id` must be a text that is not empty, got true (boolean)',
    ],
    [
      'a window that is no date',
      untyped('{"id":"a","secret":"x","notAfter":"2026-01-01"}'),
      '`secrets[].notAfter` must be a valid Date, got string',
    ],
    [
      'an invalid date',
      named({ notBefore: new Date('tomorrow') }),
      '`secrets[].notBefore` must be a valid Date, got Date',
    ],
    ['null', untyped('null'), '`secrets` must be a string, bytes, or `{ id, secret }`, got null'],
    ['null in a list', untyped('[null]'), '`secrets` must be a string, bytes, or `{ id, secret }`, got null'],
    [
      'an object without a secret',
      untyped('{"id":"a"}'),
      '`secrets` must be a string, bytes, or `{ id, secret }`, got Object',
    ],
  ])('%s', (_name, secrets, message) => {
    const error = thrownBy(() => keyRing(secrets));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: 'invalid_secret', message });
  });

  it('holds 16', () => {
    expect(idsOf(Array.from({ length: 16 }, (_, n) => secretNumber(n)))).toHaveLength(16);
  });

  it.each([
    ['a secret that a configuration file reads as a number', '8412375091234567'],
    ['a named one', '{"id":"a","secret":8412375091234567}'],
  ])('%s, without showing it', (_name, json) => {
    const error = thrownBy(() => keyRing(untyped(json), github));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(inspect(error)).not.toContain('8412375091234567');
  });
});

describe('a malformed secret is told', () => {
  it('at once where the ring knows its provider', () => {
    expect(() => keyRing('whsec_short', standardWebhooks)).toThrow('the secret must');
  });

  it('where the ring is first used otherwise', () => {
    const ring = keyRing('whsec_short');
    expect(() => createVerifier({ secrets: ring })).toThrow('the secret must');
  });
});

describe('windows', () => {
  const ring = keyRing([
    { id: 'always', secret: secretNumber(0) },
    { id: 'old', secret: secretNumber(1), notAfter: new Date('2026-02-01T00:00:00Z') },
    { id: 'new', secret: secretNumber(2), notBefore: new Date('2026-01-01T00:00:00Z') },
    {
      id: 'january',
      secret: secretNumber(3),
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2026-02-01T00:00:00Z'),
    },
  ]);

  it.each([
    ['2025-12-31T23:59:59.999Z', ['always', 'old']],
    ['2026-01-01T00:00:00.000Z', ['always', 'old', 'new', 'january']],
    ['2026-01-31T23:59:59.999Z', ['always', 'old', 'new', 'january']],
    ['2026-02-01T00:00:00.000Z', ['always', 'new']],
  ])('at %s the keys %j are valid', (iso, ids) => {
    expect(validAt(ring, iso)).toEqual(ids);
  });

  it('keep the order of the secrets', () => {
    const keys = ring.keysFor(github.scheme, verifying).map((key) => key.id);
    expect(keys).toEqual(['always', 'old', 'new', 'january']);
  });

  it('are those of the time when the ring was made', () => {
    const notAfter = new Date('2026-02-01T00:00:00Z');
    const late = keyRing({ id: 'a', secret: secretNumber(0), notAfter });
    notAfter.setUTCFullYear(2030);
    expect(validAt(late, '2028-01-01T00:00:00Z')).toEqual([]);
  });
});

describe('a ring', () => {
  it('prepares each secret once for each scheme and use', () => {
    const ring = keyRing(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);
    expect(ring.keysFor(standardWebhooks.scheme, verifying)).toBe(
      ring.keysFor(standardWebhooks.scheme, verifying),
    );
    expect(ring.keysFor(github.scheme, verifying)).not.toBe(ring.keysFor(standardWebhooks.scheme, verifying));
  });

  it.each<readonly [name: string, secretsOf: (bytes: Uint8Array) => Secrets]>([
    ['bytes', (bytes) => bytes],
    ['bytes in a list', (bytes) => [bytes]],
    ['named bytes', (secret) => ({ id: 'a', secret })],
  ])('copies %s: what changes later changes nothing', async (_name, secretsOf) => {
    const bytes = new Uint8Array(32).fill(1);
    const ring = keyRing(secretsOf(bytes));
    bytes.fill(2);
    const [key] = ring.keysFor(github.scheme, signing);
    const expected = createHmac('sha256', Buffer.alloc(32, 1)).update('x').digest('hex');
    expect(await key?.key.sign(['x'], 'hex')).toBe(expected);
  });

  it.each([github, standardWebhooks])('shows its ids and nothing else, used by $name', (provider) => {
    const secret = `whsec_${Buffer.from('Never-show-this-secret-anywhere!').toString('base64')}`;
    const ring = keyRing({ id: 'visible', secret }, provider);
    const verifier = createVerifier({ provider, secrets: ring });
    const seen = [ring, verifier, ring.keysFor(provider.scheme, verifying), { nested: [ring] }].flatMap(
      (value) => [
        inspect(value, { depth: Infinity, showHidden: true, getters: true }),
        JSON.stringify(value) ?? '',
        String(value),
      ],
    );
    for (const text of seen) {
      expect(text).not.toContain(secret.slice(6));
      expect(text).not.toContain('Never-show');
    }
    expect(JSON.stringify(ring)).toBe('{"ids":["visible"]}');
    expect(inspect(ring)).toBe("KeyRing { ids: [ 'visible' ] }");
    expect(Object.isFrozen(ring) && Object.isFrozen(ring.ids)).toBe(true);
  });
});
