import fc from 'fast-check';
import { expect, it } from 'vitest';
import { occurrences } from '../../../packages/sender/src/attempt/occurrences.js';

const few = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 40 });
const value = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 6 });

it('are those that looking place by place finds, from the left, none over another', () => {
  fc.assert(
    fc.property(few, value, (text, one) => {
      const expected: [number, number][] = [];
      for (let at = text.indexOf(one); at >= 0; at = text.indexOf(one, at + one.length)) {
        expected.push([at, at + one.length]);
      }
      expect(occurrences(text, one).spans).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});

it('tell how much of the value the end has begun, behind the last one', () => {
  fc.assert(
    fc.property(few, value, (text, one) => {
      const { spans, begunAtEnd } = occurrences(text, one);
      const rest = text.slice(spans.at(-1)?.[1] ?? 0);
      const begun = Array.from({ length: one.length }, (_, length) => length).filter((length) =>
        rest.endsWith(one.slice(0, length)),
      );
      expect(begunAtEnd).toBe(begun.at(-1));
    }),
    { numRuns: 2000 },
  );
});
