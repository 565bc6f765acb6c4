import { describe, expect, it } from 'vitest';
import { concatBytes, decodeUtf8, encodeUtf8, isVisibleAscii, isWellFormed } from '../../src/bytes/utf8.js';
import { fromHex } from '../crypto/implementations.js';

const TEXTS = ['', 'a', 'é', '€', '😀', '\ufeffa', '\0', '\r\n', '\u2028', '\u{10ffff}'];

const NOT_UTF8: Record<string, string> = {
  'a byte that never occurs': '22ff22',
  'another one': '22fe22',
  'a continuation alone': '80',
  'a character cut off': 'e282',
  'an overlong slash': 'c0af',
  'an overlong NUL': 'c080',
  'a surrogate': 'eda080',
  'a pair of surrogates': 'eda0bdedb880',
  'beyond U+10FFFF': 'f4908080',
};

describe('UTF-8', () => {
  it.each(TEXTS)('%j is written and read', (text) => {
    expect(Buffer.from(encodeUtf8(text)).toString('hex')).toBe(Buffer.from(text).toString('hex'));
    expect(decodeUtf8(encodeUtf8(text))).toBe(text);
  });

  it.each(Object.entries(NOT_UTF8))('%s is refused', (_name, hex) => {
    expect(decodeUtf8(fromHex(hex))).toBeUndefined();
  });

  it('keeps a byte order mark, so that the parser sees what was signed', () => {
    expect(decodeUtf8(fromHex('efbbbf7b7d'))).toBe('\ufeff{}');
  });

  it.each([
    ['', true],
    ['a😀é', true],
    ['\ud83d\ude00', true],
    ['\ud83d', false],
    ['\ude00', false],
    ['\ude00\ud83d', false],
    ['a\ud83d\ud83d\ude00', false],
    ['😀\udc00', false],
  ])('isWellFormed(%j) is %s', (text, expected) => {
    expect(isWellFormed(text)).toBe(expected);
  });

  it.each([
    ['', true],
    ['!~', true],
    [' ', false],
    ['a b', false],
    ['\t', false],
    ['\n', false],
    ['\0', false],
    ['\x7f', false],
    ['é', false],
    ['š', false],
  ])('isVisibleAscii(%j) is %s', (text, expected) => {
    expect(isVisibleAscii(text)).toBe(expected);
  });

  it.each([[[]], [['']], [['ab']], [['a', '', 'b', 'cd']]])('concatBytes of %j', (parts) => {
    const bytes = concatBytes(parts.map(encodeUtf8));
    expect(Buffer.from(bytes).toString()).toBe(parts.join(''));
  });
});
