import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Algorithm } from '../../src/crypto/port.js';
import { fromHex, implementations, keyOf } from './implementations.js';

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CONTENT = Buffer.from('content');

/** A text that a lenient decoder takes for the same bytes, or that is no signature at all. */
type Misspelling = (text: string) => string;

const ANY: Record<string, Misspelling> = {
  empty: () => '',
  'white space before it': (text) => ` ${text}`,
  'white space behind it': (text) => `${text} `,
  'a newline behind it': (text) => `${text}\n`,
  'white space inside': (text) => `${text.slice(0, 8)} ${text.slice(8)}`,
  'a NUL behind it': (text) => `${text}\0`,
  'one character less': (text) => text.slice(0, -1),
  'half of it': (text) => text.slice(0, text.length / 2),
  'one character more': (text) => `${text}A`,
  'its last two characters as one of three bytes': (text) => `${text.slice(0, -2)}\u20ac`,
  'its last character beyond ASCII': (text) => `${text.slice(0, -1)}\u20ac`,
  'its first character beyond ASCII': (text) => `\u20ac${text.slice(1)}`,
  'twice the text': (text) => text + text,
  'a character beyond ASCII with the same low byte': (text) =>
    String.fromCharCode(0x100 + text.charCodeAt(0)) + text.slice(1),
};
const HEX: Record<string, Misspelling> = {
  'upper case': (text) => text.toUpperCase(),
  'one letter in upper case': (text) => text.replace(/[a-f]/, (letter) => letter.toUpperCase()),
  'a prefix 0x': (text) => `0x${text}`,
  'letters beyond f': (text) => `${text.slice(0, -2)}zz`,
  base64: (text) => Buffer.from(text, 'hex').toString('base64'),
};
const STANDARD: Record<string, Misspelling> = {
  'no padding': (text) => text.replace(/=+$/, ''),
  'padding twice': (text) => `${text}=`,
  'the URL alphabet': (text) => text.replaceAll('+', '-').replaceAll('/', '_'),
  'spare bits that are not zero': withSpareBits,
  hex: (text) => Buffer.from(text, 'base64').toString('hex'),
};
const URL_SAFE: Record<string, Misspelling> = {
  padding: (text) => text.padEnd(Math.ceil(text.length / 4) * 4, '='),
  'the standard alphabet': (text) => text.replaceAll('-', '+').replaceAll('_', '/'),
  'a line break inside': (text) => `${text.slice(0, 20)}\n${text.slice(20)}`,
};

function withSpareBits(text: string): string {
  const end = text.indexOf('=');
  const last = BASE64.indexOf(text.charAt(end - 1));
  return text.slice(0, end - 1) + BASE64.charAt(last + 1) + text.slice(end);
}

interface Key {
  readonly algorithm: Algorithm;
  readonly bytes: Uint8Array;
  make(counter: number): Buffer;
}

const secret = Buffer.from('a secret that is used in the tests');
const ed25519 = generateKeyPairSync('ed25519');
const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const KEYS: readonly Key[] = [
  {
    algorithm: 'hmac-sha256',
    bytes: secret,
    make: (counter) => createHmac('sha256', secret).update(CONTENT).update(String(counter)).digest(),
  },
  {
    algorithm: 'ed25519',
    bytes: fromHex(ed25519.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex')),
    make: (counter) => sign(null, Buffer.concat([CONTENT, Buffer.from(String(counter))]), ed25519.privateKey),
  },
  {
    algorithm: 'ecdsa-p256-sha256',
    bytes: p256.publicKey.export({ format: 'der', type: 'spki' }),
    make: (counter) =>
      sign('sha256', Buffer.concat([CONTENT, Buffer.from(String(counter))]), p256.privateKey),
  },
];

/** A signature whose text has every feature that the misspellings change, and the content it is over. */
function expressive(
  { make }: Key,
  encoding: 'hex' | 'base64' | 'base64url',
): { content: Buffer; text: string } {
  for (let counter = 0; counter < 10_000; counter += 1) {
    const bytes = make(counter);
    const base64 = bytes.toString('base64');
    if (!base64.includes('+') || !base64.includes('/') || !base64.endsWith('=')) continue;
    if (BASE64.indexOf(base64.charAt(base64.indexOf('=') - 1)) === 63) continue;
    return {
      content: Buffer.concat([CONTENT, Buffer.from(String(counter))]),
      text: bytes.toString(encoding),
    };
  }
  throw new Error('no signature has every feature');
}

const WRITINGS: readonly {
  encoding: 'hex' | 'base64' | 'base64url';
  misspellings: Record<string, Misspelling>;
}[] = [
  { encoding: 'hex', misspellings: { ...ANY, ...HEX } },
  { encoding: 'base64', misspellings: { ...ANY, ...STANDARD } },
  { encoding: 'base64url', misspellings: { ...ANY, ...URL_SAFE } },
];
const CASES = KEYS.flatMap((key) =>
  WRITINGS.map(({ encoding, misspellings }) => ({ key, encoding, misspellings, algorithm: key.algorithm })),
);

describe.each(implementations)('a signature has one spelling, by $name', ({ crypto }) => {
  describe.each(CASES)('$algorithm in $encoding', ({ key, algorithm, encoding, misspellings }) => {
    const { content, text } = expressive(key, encoding);
    // One key for all: nothing of one comparison may be left for the next.
    const prepared = keyOf(crypto, algorithm, key.bytes, algorithm === 'hmac-sha256' ? 'both' : 'verify');
    const verify = async (...values: readonly string[]): Promise<boolean> =>
      (await prepared).verify(
        [content],
        values.map((value) => ({ algorithm, encoding, value })),
      );

    it('is accepted as it is', async () => {
      expect(await verify(text)).toBe(true);
    });

    it.each(Object.entries(misspellings))(
      'is refused with %s, also after the right one',
      async (_name, misspell) => {
        expect(misspell(text)).not.toBe(text);
        expect(await verify(misspell(text))).toBe(false);
        expect(await verify(text)).toBe(true);
        expect(await verify(misspell(text), misspell(text))).toBe(false);
        expect(await verify(misspell(text), text)).toBe(true);
      },
    );
  });
});
