import { describe, expect, it } from 'vitest';
import { decodeBase64, decodeBase64Url, encodeBase64, toBase64Url } from '../../src/bytes/base64.js';
import { decodeHex, encodeHex } from '../../src/bytes/hex.js';

const ALL = Uint8Array.from({ length: 256 }, (_, value) => value);
const LENGTHS = [0, 1, 2, 3, 4, 31, 32, 33, 64, 255];

const CODECS = [
  { name: 'hex', encode: encodeHex, decode: decodeHex, platform: 'hex' },
  { name: 'base64', encode: encodeBase64, decode: decodeBase64, platform: 'base64' },
  {
    name: 'base64url',
    encode: (bytes: Uint8Array) => toBase64Url(encodeBase64(bytes)),
    decode: decodeBase64Url,
    platform: 'base64url',
  },
] as const;

const REFUSED: Record<'hex' | 'base64' | 'base64url', Record<string, string>> = {
  hex: {
    'one digit': 'a',
    'an odd number of digits': 'abc',
    'upper case': 'AB',
    'letters beyond f': 'zz',
    'white space': 'ab cd',
    'a newline behind': 'ab\n',
    'a prefix': '0xab',
    'full-width digits': '１２',
    'a digit and a NUL': 'a\0',
  },
  base64: {
    'no padding': 'YQ',
    'half the padding': 'YQ=',
    'padding in excess': 'YWJj=',
    'padding alone': '====',
    'padding inside': 'YQ==YQ==',
    'the URL alphabet': '-_8=',
    'white space inside': 'YW Jj',
    'a newline behind': 'YWJj\n',
    'spare bits that are not zero': 'YR==',
    'one character': 'Y',
    'a character beyond ASCII': 'YWJé',
    'a quote': '"YQ="',
  },
  base64url: {
    padding: 'YQ==',
    'the standard alphabet': '+_8',
    'a slash': '-/8',
    'white space inside': 'YW Jj',
    'a newline behind': 'YWJj\n',
    'spare bits that are not zero': 'YR',
    'one character': 'Y',
    'five characters': 'YWJjY',
    'a character beyond ASCII': 'YWJé',
  },
};

describe.each(CODECS)('$name', ({ name, encode, decode, platform }) => {
  it.each(LENGTHS)('writes and reads %i bytes', (length) => {
    const bytes = ALL.slice(0, length);
    const text = encode(bytes);
    expect(text).toBe(Buffer.from(bytes).toString(platform));
    expect(decode(text)).toEqual(bytes);
  });

  it('writes and reads every byte', () => {
    expect(encode(ALL)).toBe(Buffer.from(ALL).toString(platform));
    expect(decode(encode(ALL))).toEqual(ALL);
  });

  it.each(Object.entries(REFUSED[name]))('refuses %s', (_case, text) => {
    expect(decode(text)).toBeUndefined();
  });
});
