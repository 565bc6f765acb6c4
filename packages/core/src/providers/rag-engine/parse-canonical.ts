import { CanonicalJsonError } from './canonical-json-error.js';
import { expect, type JsonCursor, readNumber, readWord, skipWhitespace, take } from './json-cursor.js';
import { readString } from './json-string.js';
import { codePointOrder, escapeString } from './python-string.js';

/** A parsed JSON value: the canonical text of a scalar, or a container that holds the canonical texts inside it. */
export type CanonicalNode = string | CanonicalArray | CanonicalObject;

interface CanonicalArray {
  readonly kind: 'array';
  /** The items with their separators. */
  text: string;
}

interface CanonicalObject {
  readonly kind: 'object';
  /** Once closed: sorted by the code points of their names, which differ from each other. */
  readonly members: CanonicalMember[];
}

interface CanonicalMember {
  readonly name: string;
  /** `name` in a spelling that sorts by code points. */
  readonly order: string;
  /** Where the name stands in the source, in UTF-16 code units. */
  readonly offset: number;
  value: string;
}

export interface ParseOptions {
  /** How many containers may stand inside each other: a scalar needs none, `[]` one, `[[]]` two. */
  readonly maxDepth: number;
  /** The canonical text of a number literal that stands at `offset`. */
  readonly spellNumber: (literal: string, offset: number) => string;
}

/**
 * Parses one JSON text by the strict grammar of RFC 8259, without recursion and in linear time but for the sorting.
 * Canonical texts grow by `+=`, which V8, JavaScriptCore and SpiderMonkey do without copying, as long as nobody looks
 * into a text that still grows.
 *
 * @throws {CanonicalJsonError} when the text is not JSON, has a duplicate key or is nested too deep
 */
export function parseCanonical(text: string, { maxDepth, spellNumber }: ParseOptions): CanonicalNode {
  if (text.startsWith('\ufeff')) throw new CanonicalJsonError('byte_order_mark', 0);
  const cursor: JsonCursor = { text, offset: 0 };
  const open: Exclude<CanonicalNode, string>[] = [];
  let root: CanonicalNode | undefined;
  let parent = open.at(-1);
  do {
    skipWhitespace(cursor);
    const { offset } = cursor;
    const node = readNode(cursor, spellNumber);
    root ??= node;
    let complete = typeof node === 'string';
    if (typeof node === 'string') add(parent, node);
    else if (open.push(node) > maxDepth) throw new CanonicalJsonError('too_deep', offset);
    for (parent = open.at(-1); parent !== undefined && takeEnd(cursor, parent); parent = open.at(-1)) {
      open.pop();
      add(open.at(-1), canonicalText(parent));
      complete = true;
    }
    if (parent !== undefined && complete) expect(cursor, ',');
    if (parent?.kind === 'object') parent.members.push(readName(cursor));
  } while (parent !== undefined);
  skipWhitespace(cursor);
  if (cursor.offset < text.length) throw new CanonicalJsonError('trailing_content', cursor.offset);
  return root;
}

/** The canonical text of a closed node. */
export function canonicalText(node: CanonicalNode): string {
  if (typeof node === 'string') return node;
  if (node.kind === 'array') return `[${node.text}]`;
  let text = '';
  for (const { name, value } of node.members)
    text += `${text === '' ? '' : ', '}${escapeString(name)}: ${value}`;
  return `{${text}}`;
}

function readNode(cursor: JsonCursor, spellNumber: ParseOptions['spellNumber']): CanonicalNode {
  const { text, offset } = cursor;
  switch (text[offset]) {
    case '{':
      cursor.offset++;
      return { kind: 'object', members: [] };
    case '[':
      cursor.offset++;
      return { kind: 'array', text: '' };
    case '"':
      return escapeString(readString(cursor));
    case 't':
    case 'f':
    case 'n':
      return readWord(cursor);
    default:
      return spellNumber(readNumber(cursor), offset);
  }
}

function readName(cursor: JsonCursor): CanonicalMember {
  skipWhitespace(cursor);
  const { offset } = cursor;
  const name = readString(cursor);
  skipWhitespace(cursor);
  expect(cursor, ':');
  return { name, order: codePointOrder(name), offset, value: '' };
}

function add(parent: CanonicalArray | CanonicalObject | undefined, value: string): void {
  if (parent?.kind === 'array') {
    parent.text += parent.text === '' ? value : `, ${value}`;
  } else {
    const member = parent?.members.at(-1);
    if (member !== undefined) member.value = value;
  }
}

function takeEnd(cursor: JsonCursor, container: CanonicalArray | CanonicalObject): boolean {
  skipWhitespace(cursor);
  if (container.kind === 'array') return take(cursor, ']');
  if (!take(cursor, '}')) return false;
  sortMembers(container.members);
  return true;
}

// Duplicates are found as neighbours, not with a Set: this runs on unauthenticated text, and a Set is quadratic for
// names that share a hash, which whoever sends decimal names to an older V8 arranges (Node 20.19: 50,000 names, 12 s).
function sortMembers(members: CanonicalMember[]): void {
  members.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
  let previous: CanonicalMember | undefined;
  for (const member of members) {
    if (member.order === previous?.order) throw new CanonicalJsonError('duplicate_key', member.offset);
    previous = member;
  }
}
