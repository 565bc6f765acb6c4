import { malformedHeader } from '../request/header-reader.js';

const MAX_ENTRIES = 16;

/** How a header lists its entries: `v1,AbC= v1a,DeF=` or `t=1,v1=ab,v1=cd`. */
export interface ListSyntax {
  readonly separator: string;
  readonly assign: string;
}

/** One entry of a list header. */
export interface ListEntry {
  readonly key: string;
  readonly value: string;
}

/**
 * The entries of a list header, at most 16, each with a key and a value. Values are kept as they are;
 * entries with keys that nobody asks for are the caller's to skip.
 */
export function parseSignatureList(name: string, text: string, syntax: ListSyntax): readonly ListEntry[] {
  const entries: ListEntry[] = [];
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf(syntax.separator, start);
    const end = found === -1 ? text.length : found;
    if (entries.length === MAX_ENTRIES)
      throw malformedHeader(name, `must have at most ${MAX_ENTRIES} entries`);
    entries.push(readEntry(name, text.slice(start, end), syntax));
    start = end + syntax.separator.length;
  }
  return entries;
}

function readEntry(name: string, text: string, { separator, assign }: ListSyntax): ListEntry {
  const entry = separator === ' ' ? text : text.trim();
  const at = entry.indexOf(assign);
  if (at < 1 || at === entry.length - assign.length) {
    throw malformedHeader(
      name,
      `must be a list of \`key${assign}value\`, separated by ${JSON.stringify(separator)}`,
    );
  }
  return { key: entry.slice(0, at), value: entry.slice(at + assign.length) };
}

const SIGNATURE_TEXT = /^[\w+/=-]+$/;

/**
 * A signature's text, or `malformed_header` for what no encoding of one contains. Two headers that somebody
 * on the way joined with a comma are told from a wrong signature so.
 */
export function checkedSignature(name: string, text: string): string {
  if (SIGNATURE_TEXT.test(text)) return text;
  throw malformedHeader(name, 'must hold one signature in hex or base64');
}
