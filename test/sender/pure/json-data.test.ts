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
});

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

/** No JSON, or with half a surrogate pair, or with a number that no double holds, which comes back as `null`. */
function isRefusable(text: string): boolean {
  try {
    const again = JSON.stringify(JSON.parse(text));
    return !isWellFormed(text) || HALF_A_PAIR.test(again) || again.includes('null');
  } catch {
    return true;
  }
}
