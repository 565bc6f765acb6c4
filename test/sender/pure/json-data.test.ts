import { JsonText } from '@countersign/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSenderError } from '../../../packages/sender/src/errors/sender-error.js';
import { dataText } from '../../../packages/sender/src/event/json-data.js';
import { json } from '../../properties/deliveries.js';

/** As `JSON.stringify` writes it. */
const HALF_A_PAIR = /\\ud[89a-f]/i;

const isWellFormed = (text: string): boolean => Buffer.from(text).toString() === text;

/** The text of some data, or the path at which it is refused. */
function textOrField(data: unknown): { readonly text: string } | { readonly field: string | undefined } {
  try {
    return { text: dataText(data) };
  } catch (error) {
    if (isSenderError(error)) return { field: error.field };
    throw error;
  }
}

describe('the text of an event’s data', () => {
  it('is that of JSON, for whatever JSON can hold', () => {
    fc.assert(
      fc.property(json, (data) => {
        const text = JSON.stringify(data);
        fc.pre(!HALF_A_PAIR.test(text));
        expect(dataText(data)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('reads back as what was given, or is refused: nothing is lost in between', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: false,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      withBoxedValues: true,
      stringUnit: 'binary',
    });
    fc.assert(
      fc.property(anything, (data) => {
        const made = textOrField(data);
        if (!('text' in made)) return;
        expect(isWellFormed(made.text)).toBe(true);
        expect(withoutGaps(JSON.parse(made.text))).toEqual(withoutGaps(data));
      }),
      { numRuns: 3000 },
    );
  });

  it('as a JsonText is taken as it stands exactly where it is JSON', () => {
    const texts = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('{', '}', '[', ']', '"a"', ':', ',', '1', 'null', ' ', '\\', '"'), {
          maxLength: 9,
        })
        .map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const made = textOrField(new JsonText(text));
        if ('text' in made) expect(made.text).toBe(text);
        else expect(isRefusable(text)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('as a JsonText may be written in any way, but with no name twice in one object', () => {
    const unit = fc.constantFrom('a', '"', '\\', 'é', '\n', '\u2028', '😀');
    const name = fc.string({ unit, maxLength: 2 });
    const { data } = fc.letrec((again) => ({
      data: fc.oneof(
        { maxDepth: 4 },
        name,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(null, true, false),
        fc.array(again('data'), { maxLength: 3 }),
        fc.array(fc.tuple(name, again('data')), { maxLength: 3 }).map((members) => new Map(members)),
      ),
    }));
    fc.assert(
      fc.property(data, fc.infiniteStream(fc.nat(5)), (value, choices) => {
        const written = new LooseWriter(choices);
        const text = written.textOf(value);
        expect(textOrField(new JsonText(text))).toEqual({ text });
        if (written.objects === 0) return;
        const twice = new LooseWriter(choices, 1 + (written.objects >> 1));
        expect(textOrField(new JsonText(twice.textOf(value)))).toHaveProperty('field');
      }),
      { numRuns: 1000 },
    );
  });
});

/** Writes JSON with blanks and escapes where they may be; `repeatIn`: this object has a name twice. */
class LooseWriter {
  readonly #choices: Iterator<number>;
  readonly #repeatIn: number;
  objects = 0;

  constructor(choices: Iterable<number>, repeatIn = 0) {
    this.#choices = choices[Symbol.iterator]();
    this.#repeatIn = repeatIn;
  }

  textOf(value: unknown): string {
    if (Array.isArray(value))
      return this.#joined(
        '[',
        value.map((item) => this.textOf(item)),
        ']',
      );
    if (value instanceof Map) return this.#object([...value]);
    const text = typeof value === 'string' ? this.#string(value) : JSON.stringify(value);
    return `${this.#blank()}${text}${this.#blank()}`;
  }

  #object(members: readonly (readonly [unknown, unknown])[]): string {
    this.objects += 1;
    const first = members[0] ?? ['', 1];
    const all = this.objects === this.#repeatIn ? [first, ...members.slice(1), first] : members;
    const texts = all.map(([name, member]) => `${this.textOf(name)}:${this.textOf(member)}`);
    return this.#joined('{', texts, '}');
  }

  #joined(open: string, texts: readonly string[], close: string): string {
    return `${this.#blank()}${open}${this.#blank()}${texts.join(',')}${close}${this.#blank()}`;
  }

  #string(text: string): string {
    const units = text.split('').map((unit) => {
      const escaped = `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
      const mayStandPlain = !/["\\\n\ud800-\udfff]/.test(unit);
      return mayStandPlain && this.#next() > 1 ? unit : escaped;
    });
    return `"${units.join('')}"`;
  }

  #blank(): string {
    return ['', '', '', ' ', '\n\t', '\r'][this.#next()] ?? '';
  }

  #next(): number {
    const { value } = this.#choices.next();
    return typeof value === 'number' ? value : 0;
  }
}

/** What JSON has no sign for, and loses nothing by: -0, prototypes, members that are undefined. */
function withoutGaps(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map(withoutGaps);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return new Map(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, withoutGaps(member)]),
  );
}

/**
 * No JSON, or with half a surrogate pair, or with a number that no double holds, which comes back as `null`, or with a
 * name twice, which comes back once.
 */
function isRefusable(text: string): boolean {
  try {
    const again = JSON.stringify(JSON.parse(text));
    const isShorter = colonsIn(again) < colonsIn(text);
    return !isWellFormed(text) || HALF_A_PAIR.test(again) || again.includes('null') || isShorter;
  } catch {
    return true;
  }
}

function colonsIn(json: string): number {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').split(':').length;
}
