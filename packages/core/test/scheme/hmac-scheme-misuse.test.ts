import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors/webhook-error.js';
import { keyRing } from '../../src/keys/key-ring.js';
import { type HmacSchemeOptions, hmacScheme } from '../../src/scheme/hmac-scheme.js';
import { thrownBy } from '../verify/refusal.js';

const signature = { header: 'x-signature', encoding: 'hex' } as const;
const base = { name: 'acme', content: '{body}', signature } as const;

/** Options whose template the compiler does not know: its own check is passed over. */
type Options = Partial<HmacSchemeOptions<string>>;
const construct = (options: Options) => hmacScheme<string>({ ...base, ...options });

const MISTAKES: readonly (readonly [name: string, options: Options, message: string])[] = [
  [
    'a misspelt part',
    { content: '{timestmap}.{body}' },
    '`content` must name only {id}, {timestamp}, {body}, {url}, {method}, got {timestmap}',
  ],
  [
    'no header',
    { signature: { ...signature, header: '' } },
    '`signature.header` must be the name of a header, got string',
  ],
  [
    'an id without a place',
    { content: '{id}.{body}' },
    '`id` must be given, because `content` has {id}, got undefined',
  ],
  [
    'a time without a place',
    { content: '{timestamp}.{body}' },
    '`timestamp` must be given, because `content` has {timestamp}, got undefined',
  ],
  [
    'a URL that is not configured',
    { content: '{url}{body}' },
    '`publicUrl` must be given, because `content` has {url}, got undefined',
  ],
  [
    'an id that would not be signed',
    { id: { header: 'x-id' } },
    '`id` must be left out, because `content` has no {id}: it would not be signed, got Object',
  ],
  [
    'a time that would not be signed',
    { timestamp: { header: 'x-time' } },
    '`timestamp` must be left out, because `content` has no {timestamp}: it would not be signed, got Object',
  ],
  [
    'a URL that would not be signed',
    { publicUrl: 'https://example.com/' },
    '`publicUrl` must be left out, because `content` has no {url}: it would not be signed, got string',
  ],
];

describe('hmacScheme refuses at construction', () => {
  it.each(MISTAKES)('%s', (_name, options, message) => {
    const error = thrownBy(() => construct(options));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: 'invalid_option', message });
  });

  it('accepts the same options without the mistake', () => {
    expect(construct({}).headers).toEqual(['x-signature']);
  });

  it('a time in a list that is none: a single signature has no entries to read it from', () => {
    const error = thrownBy(() => construct({ content: '{timestamp}.{body}', timestamp: { listKey: 't' } }));
    expect(error).toMatchObject({
      code: 'invalid_option',
      message: '`signature.list` must be given, because `timestamp` has a `listKey`, got undefined',
    });
  });

  // As a configuration file gives them: the types allow none of these.
  it.each([
    [
      '{"algorithm":"hmac-md5"}',
      "`algorithm` must be 'hmac-sha1' or 'hmac-sha256' or 'hmac-sha512', got string",
    ],
    [
      '{"algorithm":"ed25519"}',
      "`algorithm` must be 'hmac-sha1' or 'hmac-sha256' or 'hmac-sha512', got string",
    ],
    [
      '{"signature":{"header":"x","encoding":"HEX"}}',
      "`signature.encoding` must be 'hex' or 'base64' or 'base64url', got string",
    ],
    ['{"secretEncoding":"ascii"}', "`secretEncoding` must be 'utf8' or 'base64' or 'hex', got string"],
    [
      '{"content":"{timestamp}","timestamp":{"header":"x","unit":"s"}}',
      "`timestamp.unit` must be 'seconds' or 'milliseconds' or 'iso', got string",
    ],
  ])('a choice that does not exist: %s', (json, message) => {
    const error = thrownBy(() => construct(JSON.parse(json)));
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'invalid_option', message });
  });
});

const SECRETS: readonly (readonly [
  encoding: 'hex' | 'base64',
  name: string,
  secret: string,
  problem: string,
])[] = [
  ['hex', 'upper case', '000102030405060708090A0B0C0D0E0F', 'must be canonical hex'],
  ['hex', 'an odd number of digits', '000102030405060708090a0b0c0d0e0f1', 'must be canonical hex'],
  ['hex', '15 bytes', '000102030405060708090a0b0c0d0e', 'must have at least 16 bytes, got 15'],
  [
    'hex',
    'a trailing newline',
    '000102030405060708090a0b0c0d0e0f\n',
    'has white space around it (a trailing newline?): remove it',
  ],
  ['base64', 'no padding', 'AAECAwQFBgcICQoLDA0ODw', 'must be canonical base64'],
  ['base64', 'the URL alphabet', '-_ECAwQFBgcICQoLDA0ODw==', 'must be canonical base64'],
  ['base64', '15 bytes', 'AAECAwQFBgcICQoLDA0O', 'must have at least 16 bytes, got 15'],
];

describe('hmacScheme with an encoded secret', () => {
  it.each(SECRETS)('%s: refuses %s', (secretEncoding, _name, secret, problem) => {
    const scheme = construct({ secretEncoding });
    const error = thrownBy(() => keyRing(secret, { scheme }));
    expect(error).toMatchObject({ code: 'invalid_secret', message: `the secret ${problem}` });
  });

  it('takes bytes as they are', () => {
    const scheme = construct({ secretEncoding: 'hex' });
    expect(scheme.readKey(new Uint8Array(16).fill(7))).toMatchObject([{ bytes: new Uint8Array(16).fill(7) }]);
  });
});
