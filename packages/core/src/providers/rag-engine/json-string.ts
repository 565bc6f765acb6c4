import { CanonicalJsonError } from './canonical-json-error.js';
import { expect, type JsonCursor } from './json-cursor.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;

const ESCAPED = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/**
 * Reads a string and returns it decoded. A surrogate that an escape names stays, with or without a partner.
 *
 * @throws {CanonicalJsonError} when it breaks JSON's string grammar or contains a raw lone surrogate
 */
export function readString(cursor: JsonCursor): string {
  expect(cursor, '"');
  const { text } = cursor;
  const pieces: string[] = [];
  let copied = cursor.offset;
  while (cursor.offset < text.length) {
    const unit = text.charCodeAt(cursor.offset);
    if (unit === QUOTE) {
      const rest = text.slice(copied, cursor.offset++);
      return pieces.length === 0 ? rest : pieces.join('') + rest;
    }
    if (unit === BACKSLASH) {
      pieces.push(text.slice(copied, cursor.offset), readEscape(cursor));
      copied = cursor.offset;
    } else if (unit < FIRST_PRINTABLE) {
      throw new CanonicalJsonError('control_character', cursor.offset);
    } else {
      cursor.offset += isSurrogate(unit) ? pairLength(cursor) : 1;
    }
  }
  throw new CanonicalJsonError('unexpected_end', cursor.offset);
}

function readEscape(cursor: JsonCursor): string {
  const start = cursor.offset;
  const letter = readCharacter(cursor, start + 1);
  if (letter === 'u') {
    let unit = 0;
    for (let offset = start + 2; offset < start + 6; offset++) {
      unit = unit * 16 + hexDigit(readCharacter(cursor, offset), start);
    }
    cursor.offset = start + 6;
    return String.fromCharCode(unit);
  }
  const character = ESCAPED.get(letter);
  if (character === undefined) throw new CanonicalJsonError('bad_escape', start);
  cursor.offset = start + 2;
  return character;
}

function readCharacter({ text }: JsonCursor, offset: number): string {
  const character = text[offset];
  if (character === undefined) throw new CanonicalJsonError('unexpected_end', offset);
  return character;
}

function hexDigit(character: string, escapeOffset: number): number {
  const value = '0123456789abcdef'.indexOf(character.toLowerCase());
  if (value < 0) throw new CanonicalJsonError('bad_escape', escapeOffset);
  return value;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function pairLength({ text, offset }: JsonCursor): number {
  const codePoint = text.codePointAt(offset);
  if (codePoint === undefined || codePoint <= 0xffff) throw new CanonicalJsonError('lone_surrogate', offset);
  return 2;
}
