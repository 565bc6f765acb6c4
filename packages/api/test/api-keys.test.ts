import { createHash } from 'node:crypto';
import { ConfigurationError } from '@countersign/core';
import { expect, test } from 'vitest';
import { apiKeys } from '../src/index.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const requestWith = (headers: Record<string, string>): Request =>
  new Request('http://localhost/', { headers });

test('a key opens what it was given, and what was in the list is copied', async () => {
  const scopes: ['endpoints:read'] = ['endpoints:read'];
  const keys = [
    { sha256: sha256('first'), tenant: 'acme', scopes },
    { sha256: sha256('second'), tenant: '*', scopes },
  ];
  const authenticate = apiKeys(keys);
  keys.pop();
  expect(await authenticate(requestWith({ authorization: 'Bearer first' }))).toEqual({
    tenant: 'acme',
    scopes,
  });
  expect(await authenticate(requestWith({ authorization: 'Bearer second' }))).toEqual({
    tenant: '*',
    scopes,
  });
  expect(await authenticate(requestWith({ authorization: 'Bearer third' }))).toBeUndefined();
  expect(await authenticate(requestWith({ authorization: `Bearer ${sha256('first')}` }))).toBeUndefined();
  expect(await authenticate(requestWith({ 'x-api-key': 'first' }))).toBeUndefined();
});

test.each([
  [undefined, '`keys` must be a list of at least one `{ sha256, tenant, scopes }`, got undefined'],
  [[], '`keys` must be a list of at least one `{ sha256, tenant, scopes }`, got array'],
  [['key'], '`keys[0]` must be `{ sha256, tenant, scopes }`, got string'],
  [
    [{ tenant: 'acme', scopes: [] }],
    '`keys[0].sha256` must be SHA-256 in 64 lower-case hex digits, got undefined',
  ],
  [
    [{ sha256: 'the-key-itself', scopes: [] }],
    '`keys[0].sha256` must be SHA-256 in 64 lower-case hex digits, got string',
  ],
  [
    [{ sha256: sha256('a').toUpperCase(), scopes: [] }],
    '`keys[0].sha256` must be SHA-256 in 64 lower-case hex digits, got string',
  ],
  [
    [{ sha256: sha256(''), scopes: [] }],
    '`keys[0].sha256` must be the SHA-256 of a key, not of an empty text, got string',
  ],
  [
    [
      { sha256: sha256('a'), scopes: [] },
      { sha256: sha256('a'), tenant: 'other', scopes: [] },
    ],
    '`keys[1].sha256` must be another than those before it, got string',
  ],
  [
    [{ sha256: sha256('a'), tenant: '', scopes: [] }],
    "`keys[0].tenant` must be a name of 1 to 128 letters, digits, `_`, `.`, `:` or `-`, '*', or undefined, got string",
  ],
  [
    [{ sha256: sha256('a'), tenant: null, scopes: [] }],
    "`keys[0].tenant` must be a name of 1 to 128 letters, digits, `_`, `.`, `:` or `-`, '*', or undefined, got null",
  ],
  [
    [{ sha256: sha256('a'), tenant: 'acme' }],
    '`keys[0].scopes` must be a list of events:write, endpoints:read, endpoints:write, metrics:read, got undefined',
  ],
  [
    [{ sha256: sha256('a'), tenant: 'acme', scopes: ['endpoints:read', 'admin'] }],
    '`keys[0].scopes[1]` must be one of events:write, endpoints:read, endpoints:write, metrics:read, got string',
  ],
])('a list of keys that cannot be used is refused where it is made: %j', (keys, message) => {
  expect(() => Reflect.apply(apiKeys, undefined, [keys])).toThrow(
    new ConfigurationError('invalid_option', message),
  );
});
