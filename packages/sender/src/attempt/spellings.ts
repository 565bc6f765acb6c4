/** A text as whoever wrote it meant it, and where each of its characters stands in what was written. */
export interface DecodedText {
  readonly text: string;
  /** Of a character, its first place as it was written; one more for the end. */
  readonly placeOf: (index: number) => number;
}

const ESCAPE =
  /\\u([0-9a-fA-F]{4})|\\(["'\\/])|&#(\d{1,7});|&#[xX]([0-9a-fA-F]{1,6});|&(amp|lt|gt|quot|apos);|%([0-9a-fA-F]{2})/g;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Undoes what JSON, HTML and URLs escape, once, in time that grows with the text alone. */
export function decoded(written: string): DecodedText {
  const places: number[] = [];
  let text = '';
  let from = 0;
  const plain = (to: number): void => {
    text += written.slice(from, to);
    for (let place = from; place < to; place += 1) places.push(place);
  };
  for (const match of written.matchAll(ESCAPE)) {
    plain(match.index);
    const char = charOf(match);
    text += char;
    for (let unit = 0; unit < char.length; unit += 1) places.push(match.index);
    from = match.index + match[0].length;
  }
  plain(written.length);
  return { text, placeOf: (index) => places[index] ?? written.length };
}

function charOf([whole, json, escaped, decimal, hex, name, percent]: RegExpExecArray): string {
  if (escaped !== undefined) return escaped;
  if (name !== undefined) return NAMED[name] ?? whole;
  const code = decimal === undefined ? Number.parseInt(json ?? hex ?? percent ?? '', 16) : Number(decimal);
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
}
