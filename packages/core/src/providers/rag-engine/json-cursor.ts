import { CanonicalJsonError } from './canonical-json-error.js';

/** A place in a JSON text. The functions of this file read one token there and move past it. */
export interface JsonCursor {
  readonly text: string;
  /** In UTF-16 code units. */
  offset: number;
}

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** Moves past JSON's four whitespace characters, and no others. */
export function skipWhitespace(cursor: JsonCursor): void {
  for (; cursor.offset < cursor.text.length; cursor.offset++) {
    const unit = cursor.text.charCodeAt(cursor.offset);
    if (unit !== SPACE && unit !== LINE_FEED && unit !== CARRIAGE_RETURN && unit !== TAB) return;
  }
}

/** Whether `character` stands at the cursor; if so, moves past it. */
export function take(cursor: JsonCursor, character: string): boolean {
  if (cursor.text[cursor.offset] !== character) return false;
  cursor.offset++;
  return true;
}

/**
 * Moves past `character`.
 *
 * @throws {CanonicalJsonError} when something else stands there
 */
export function expect(cursor: JsonCursor, character: string): void {
  if (!take(cursor, character)) throw unexpected(cursor);
}

/** The error for a cursor at something that the grammar has no place for. */
export function unexpected({ text, offset }: JsonCursor): CanonicalJsonError {
  return new CanonicalJsonError(offset < text.length ? 'unexpected_character' : 'unexpected_end', offset);
}

/**
 * Reads `true`, `false` or `null`.
 *
 * @throws {CanonicalJsonError} when none of them stands there
 */
export function readWord(cursor: JsonCursor): string {
  const { text, offset } = cursor;
  for (const word of ['true', 'false', 'null']) {
    if (text.startsWith(word, offset)) {
      cursor.offset += word.length;
      return word;
    }
  }
  throw unexpected(cursor);
}

/**
 * Reads a number and returns its literal as it stands in the text.
 *
 * @throws {CanonicalJsonError} when it breaks JSON's number grammar
 */
export function readNumber(cursor: JsonCursor): string {
  const start = cursor.offset;
  take(cursor, '-');
  const whole = cursor.offset;
  if (cursor.text.startsWith('NaN', whole) || cursor.text.startsWith('Infinity', whole)) {
    throw new CanonicalJsonError('non_finite_number', start);
  }
  readDigits(cursor);
  if (cursor.text.charCodeAt(whole) === DIGIT_0 && cursor.offset > whole + 1) {
    throw new CanonicalJsonError('leading_zero', whole);
  }
  if (take(cursor, '.')) readDigits(cursor);
  if (take(cursor, 'e') || take(cursor, 'E')) {
    if (!take(cursor, '-')) take(cursor, '+');
    readDigits(cursor);
  }
  return cursor.text.slice(start, cursor.offset);
}

function readDigits(cursor: JsonCursor): void {
  const start = cursor.offset;
  for (; cursor.offset < cursor.text.length; cursor.offset++) {
    const unit = cursor.text.charCodeAt(cursor.offset);
    if (unit < DIGIT_0 || unit > DIGIT_9) break;
  }
  if (cursor.offset === start) throw unexpected(cursor);
}
