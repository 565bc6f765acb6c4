const SHORT_ESCAPES = new Map([
  [0x22, '\\"'],
  [0x5c, '\\\\'],
  [0x08, '\\b'],
  [0x0c, '\\f'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x09, '\\t'],
]);

/**
 * The JSON string that Python's `json.dumps` writes for `value` (`ensure_ascii`): all but U+0020 to U+007E escaped.
 * Python escapes code points above U+FFFF as their surrogate pairs, which JavaScript's strings consist of.
 */
export function escapeString(value: string): string {
  let text = '"';
  let copied = 0;
  for (let offset = 0; offset < value.length; offset++) {
    const unit = value.charCodeAt(offset);
    if (unit >= 0x20 && unit <= 0x7e && unit !== 0x22 && unit !== 0x5c) continue;
    if (copied < offset) text += value.slice(copied, offset);
    text += SHORT_ESCAPES.get(unit) ?? `\\u${unit.toString(16).padStart(4, '0')}`;
    copied = offset + 1;
  }
  return `${text}${value.slice(copied)}"`;
}

/**
 * A spelling of `value` whose order under `<` is the code point order of `value`, Python's order of strings; equal
 * for equal values only. JavaScript compares UTF-16 units, where surrogate pairs stand below U+E000 to U+FFFF: here
 * they move behind U+FFFF. Lone surrogates are code points of their own and stay where they are.
 */
export function codePointOrder(value: string): string {
  return value.replace(/[\uffff\u{10000}-\u{10ffff}]/gu, (character) =>
    character === '\uffff' ? '\uffff\0' : `\uffff${character}`,
  );
}
