import { describe, expect, it } from 'vitest';
import { canonicalMembers, pythonJson } from '../../../src/providers/rag-engine/canonical-json.js';
import { CanonicalJsonError } from '../../../src/providers/rag-engine/canonical-json-error.js';

const SMALL = 8 * 1024;
const GROWTH = 32;

const object = (names: string[]) => `{${names.map((name) => `"${name}":0`).join()}}`;
const times = (count: number, make: (index: number) => string) =>
  Array.from({ length: Math.floor(count) }, (_, i) => make(i));

/** JSON texts of about `size` characters. */
const TEXTS: Record<string, (size: number) => string> = {
  'unclosed arrays': (size) => '['.repeat(size),
  'unclosed objects': (size) => '{"a":'.repeat(size / 5),
  'empty arrays': (size) => `[${times(size / 3, () => '[]').join()}]`,
  'scalars inside 100 containers': (size) =>
    `${'['.repeat(100)}${times(size / 2, () => '1').join()}${']'.repeat(100)}`,
  'a text beside each of 99 containers': (size) =>
    `${`["${'é'.repeat(size / 99)}",`.repeat(99)}0${']'.repeat(99)}`,
  whitespace: (size) => `${' '.repeat(size / 2)}0${'\n'.repeat(size / 2)}`,
  'one plain string': (size) => `"${'a'.repeat(size)}"`,
  'one string of short escapes': (size) => `"${'\\n'.repeat(size / 2)}"`,
  'one string of long escapes': (size) => `"${'\\u00e9'.repeat(size / 6)}"`,
  'one string of raw non-ASCII': (size) => `"${'é😀'.repeat(size / 3)}"`,
  'an unclosed string': (size) => `"${'\\"'.repeat(size / 2)}`,
  'a name of escapes': (size) => `{"${'\\u00e9\uffff'.repeat(size / 7)}":0}`,
  'one integer': (size) => '1'.repeat(size),
  'one fraction': (size) => `0.${'0'.repeat(size / 2)}${'1'.repeat(size / 2)}`,
  'one exponent': (size) => `1e-${'9'.repeat(size)}`,
  'ascending names': (size) => object(times(size / 12, (i) => `n${1_000_000 + i}`)),
  'descending names': (size) => object(times(size / 12, (i) => `n${9_999_999 - i}`)),
  'names behind a long shared prefix': (size) =>
    object(times(Math.sqrt(size), (i) => `${'p'.repeat(Math.sqrt(size))}${(i * 7919) % 10_007}`)),
  'names beyond the BMP behind a shared prefix': (size) =>
    object(times(Math.sqrt(size), (i) => `${'😀'.repeat(Math.sqrt(size) / 2)}${(i * 7919) % 10_007}`)),
  'names that one hash bucket of older V8 collects': (size) =>
    object(
      times(Math.min(size / 14, 65_000), (i) =>
        String(1_000_000_000 + 65_536 * (i % 50_000) + Math.floor(i / 50_000)),
      ),
    ),
  'the same name again and again': (size) => object(times(size / 6, () => 'a')),
};

function run(text: string): void {
  for (const action of [() => pythonJson(text), () => canonicalMembers(`{"data":${text}}`).get('data')]) {
    try {
      // Writing the bytes makes the engine join the pieces of which a built string may still consist.
      new TextEncoder().encode(action());
    } catch (error) {
      if (!(error instanceof CanonicalJsonError)) throw error;
    }
  }
}

function milliseconds(text: string): number {
  let best = Infinity;
  for (let round = 0, spent = 0; round < 4 && spent < 1000; round++) {
    const start = performance.now();
    run(text);
    const duration = performance.now() - start;
    best = Math.min(best, duration);
    spent += duration;
  }
  return best;
}

describe('time grows with the length, not with its square', () => {
  // A busy machine may disturb one measurement, not three in a row.
  it.each(Object.keys(TEXTS))('%s', { retry: 2 }, (name) => {
    const make = TEXTS[name] ?? String;
    run(make(SMALL));
    const small = milliseconds(make(SMALL));
    const large = milliseconds(make(SMALL * GROWTH));
    // Of a text 32 times as long, linear is 32, quadratic 1,024. The floor keeps the clock's noise out.
    expect(large / Math.max(small, 0.5)).toBeLessThan(GROWTH * 6);
  });
});

describe('text is read once', () => {
  it.each(Object.keys(TEXTS))('%s', (name) => {
    const size = SMALL;
    const text = (TEXTS[name] ?? String)(size);
    expect(countedReads(() => run(text))).toBeLessThan(6 * text.length + 1000);
  });
});

/** Counts calls of `charCodeAt`, with which all but a string's structure is scanned. */
function countedReads(action: () => void): number {
  const original = String.prototype.charCodeAt;
  let reads = 0;
  String.prototype.charCodeAt = function charCodeAt(index: number): number {
    reads++;
    return original.call(this, index);
  };
  try {
    action();
  } finally {
    String.prototype.charCodeAt = original;
  }
  return reads;
}
