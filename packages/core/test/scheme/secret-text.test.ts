import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors/webhook-error.js';
import { verifying } from '../../src/keys/key-purpose.js';
import { keyRing } from '../../src/keys/key-ring.js';
import type { Provider } from '../../src/provider/provider.js';
import { standardWebhooks } from '../../src/provider/standard-webhooks.js';
import { aiPlatform } from '../../src/providers/ai-platform.js';
import { dcisionai } from '../../src/providers/dcisionai.js';
import { deliveryFlow } from '../../src/providers/delivery-flow.js';
import { empJobQueue } from '../../src/providers/emp-job-queue.js';
import { github } from '../../src/providers/github.js';
import { ragEngine } from '../../src/providers/rag-engine.js';
import { stripe } from '../../src/providers/stripe.js';
import { thrownBy } from '../verify/refusal.js';

const KEY = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const SECRET = `whsec_${KEY}`;
const verbatim = [stripe, github, deliveryFlow, dcisionai, aiPlatform, ragEngine, empJobQueue];

const WRONG_EVERYWHERE: readonly (readonly [name: string, secret: string, problem: string])[] = [
  ['empty', '', 'must not be empty'],
  ['a space', ' ', 'must not be empty'],
  ['white space', ' \t\r\n\u00a0\ufeff', 'must not be empty'],
  ['a trailing newline', `${SECRET}\n`, 'has white space around it (a trailing newline?): remove it'],
  ['a trailing CRLF', `${SECRET}\r\n`, 'has white space around it (a trailing newline?): remove it'],
  ['a leading space', ` ${SECRET}`, 'has white space around it (a trailing newline?): remove it'],
  ['a byte order mark', `\ufeff${SECRET}`, 'has white space around it (a trailing newline?): remove it'],
  ['double quotes', `"${SECRET}"`, 'stands in quotes: remove them'],
  ['single quotes', `'${SECRET}'`, 'stands in quotes: remove them'],
  ['backticks', `\`${SECRET}\``, 'stands in quotes: remove them'],
  ['a version prefix', `v1,${SECRET}`, 'starts with `v1,`: remove this version prefix'],
  ['the prefix of v1a', `v1a,${SECRET}`, 'starts with `v1a,`: remove this version prefix'],
  ['an unpaired surrogate', `${SECRET}\ud800`, 'has an unpaired surrogate, so its bytes are not defined'],
];

const WRONG_FOR_STANDARD: readonly (readonly [name: string, secret: string, problem: string])[] = [
  ['nothing behind the prefix', 'whsec_', 'must have at least 16 bytes, got 0'],
  ['15 bytes', `whsec_${Buffer.alloc(15, 1).toString('base64')}`, 'must have at least 16 bytes, got 15'],
  ['text behind the prefix', 'whsec_my-secret_that-is-no-base64', 'must be canonical base64 after `whsec_`'],
  [
    'the URL alphabet',
    `whsec_${Buffer.alloc(30, 0xfb).toString('base64url')}`,
    'must be canonical base64 after `whsec_`',
  ],
  [
    'no padding',
    `whsec_${Buffer.alloc(32, 1).toString('base64url')}`,
    'must be canonical base64 after `whsec_`',
  ],
  [
    'white space inside',
    `whsec_${KEY.slice(0, 8)} ${KEY.slice(8)}`,
    'must be canonical base64 after `whsec_`',
  ],
  ['the prefix twice', `whsec_${SECRET}`, 'must be canonical base64 after `whsec_`'],
  ['the prefix in upper case', `WHSEC_${KEY}`, 'must start with `whsec_`, or be canonical base64'],
  [
    'text without a prefix',
    'my-secret_that-is-no-base64',
    'must start with `whsec_`, or be canonical base64',
  ],
  ['a short unprefixed secret', 'c2hvcnQ=', 'must have at least 16 bytes, got 5'],
];

const WRONG_VERBATIM: readonly (readonly [name: string, secret: string, problem: string])[] = [
  ['15 bytes', 'x'.repeat(15), 'must have at least 16 bytes, got 15'],
  ['the prefix alone', 'whsec_', 'must have at least 16 bytes, got 6'],
  ['a public key', `whpk_${KEY}`, 'is an Ed25519 key (`whpk_`, `whsk_`), which is never an HMAC secret'],
  ['a private key', `whsk_${KEY}`, 'is an Ed25519 key (`whpk_`, `whsk_`), which is never an HMAC secret'],
];

const CASES = [
  ...[standardWebhooks, ...verbatim].flatMap((provider) =>
    WRONG_EVERYWHERE.map((row) => [provider, ...row] as const),
  ),
  ...WRONG_FOR_STANDARD.map((row) => [standardWebhooks, ...row] as const),
  ...verbatim.flatMap((provider) => WRONG_VERBATIM.map((row) => [provider, ...row] as const)),
].map(([provider, name, secret, problem]) => ({ provider, by: provider.name, name, secret, problem }));

const keysOf = (provider: Provider, secret: string | Uint8Array) =>
  keyRing(secret, provider).keysFor(provider.scheme, verifying);

describe('a secret of the wrong form is refused when it is given, and says why', () => {
  it.each(CASES)('$by: $name', ({ provider, secret, problem }) => {
    const error = thrownBy(() => keysOf(provider, secret));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: 'invalid_secret', message: `the secret ${problem}` });
  });

  it.each(CASES.filter(({ secret }) => secret.trim().length > 8))('$by: $name is not quoted', (row) => {
    const shown = inspect(
      thrownBy(() => keysOf(row.provider, row.secret)),
      { showHidden: true, depth: Infinity },
    );
    for (const part of [row.secret, row.secret.trim(), row.secret.replace(/^wh\w+?_/, ''), KEY]) {
      expect(shown).not.toContain(part);
    }
  });
});

describe('a secret of the right form', () => {
  it.each([standardWebhooks, ...verbatim])('`whsec_` and base64 for $name', (provider) => {
    expect(keysOf(provider, SECRET)).toHaveLength(1);
  });

  it.each([16, 24, 64])('unprefixed base64 of %i bytes for standardWebhooks', (length) => {
    expect(keysOf(standardWebhooks, Buffer.alloc(length, 1).toString('base64'))).toHaveLength(1);
  });

  it.each([standardWebhooks, ...verbatim])('16 bytes, not 15, for $name', (provider) => {
    expect(keysOf(provider, new Uint8Array(16).fill(1))).toHaveLength(1);
    expect(() => keysOf(provider, new Uint8Array(15).fill(1))).toThrow('must have at least 16 bytes, got 15');
  });

  it.each([
    'a passphrase with spaces',
    'pässwörter sind länger',
    '"quoted" in part only"x',
    "it's a passphrase",
  ])('%j is used as it stands', (secret) => {
    expect(keysOf(github, secret)).toHaveLength(1);
  });

  it('is counted in bytes, not in characters', () => {
    expect(keysOf(github, 'é'.repeat(8))).toHaveLength(1);
    expect(() => keysOf(github, 'é'.repeat(7))).toThrow('must have at least 16 bytes, got 14');
  });
});
