import { matchesEventPattern } from '@countersign/core';
import { isEventPattern } from '@countersign/core/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkedFilters } from '../../../packages/sender/src/endpoint/filters.js';
import { matchesFilters, matchesGlob } from '../../../packages/sender/src/routing/matches.js';
import { patternsOf } from '../../../packages/sender/src/routing/patterns.js';

/** Types of few segments, so that patterns and types often meet; and any others. */
const segments = fc.array(fc.constantFrom('a', 'b', 'ab', '', '-'), { minLength: 1, maxLength: 5 });
const types = fc
  .oneof(
    segments.map((parts) => parts.join('.')),
    fc.stringMatching(/^[A-Za-z0-9_.:-]{1,128}$/),
  )
  .filter((type) => type !== '');
const patterns = fc
  .oneof(
    types,
    types.map((type) => `${type}.*`),
    fc.constant('*'),
    fc.stringMatching(/^[a-b.*]{1,6}$/),
  )
  .filter(isEventPattern);

describe('the patterns of a type', () => {
  it('hold a pattern exactly where it matches the type', () => {
    fc.assert(
      fc.property(patterns, types, (pattern, type) => {
        expect(patternsOf(type).includes(pattern)).toBe(matchesEventPattern(pattern, type));
      }),
      { numRuns: 5000 },
    );
  });

  it('hold every beginning of it that is a pattern and matches', () => {
    fc.assert(
      fc.property(types, (type) => {
        const beginnings = Array.from({ length: type.length }, (_, end) => `${type.slice(0, end)}*`);
        const matching = [...beginnings, type].filter(
          (pattern) => isEventPattern(pattern) && matchesEventPattern(pattern, type),
        );
        expect([...patternsOf(type)].sort()).toEqual(matching.sort());
      }),
    );
  });

  it('are patterns, each once', () => {
    fc.assert(
      fc.property(types, (type) => {
        const all = patternsOf(type);
        expect(all.filter(isEventPattern)).toEqual(all);
        expect(new Set(all).size).toBe(all.length);
      }),
    );
  });
});

/** A glob by its definition: the first star takes each beginning of the rest in turn. */
function naiveGlob(glob: string, text: string): boolean {
  if (glob === '') return text === '';
  if (glob.startsWith('*')) {
    return naiveGlob(glob.slice(1), text) || (text !== '' && naiveGlob(glob, text.slice(1)));
  }
  return text.startsWith(glob.charAt(0)) && naiveGlob(glob.slice(1), text.slice(1));
}

const globs = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 9 });
const texts = fc.string({ unit: fc.constantFrom('a', 'b', '?', '.'), maxLength: 10 });

describe('a glob', () => {
  it('matches what its definition says', () => {
    fc.assert(
      fc.property(globs, texts, (glob, text) => {
        expect(matchesGlob(glob, text)).toBe(naiveGlob(glob, text));
      }),
      { numRuns: 20_000 },
    );
  });

  it('matches whatever its stars are replaced by', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { minLength: 1, maxLength: 6 }),
        fc.array(fc.string()),
        (parts, fill) => {
          const literal = parts.map((part) => part.replaceAll('*', ''));
          const text = literal
            .map((part, index) => (index === 0 ? part : (fill[index] ?? '') + part))
            .join('');
          expect(matchesGlob(literal.join('*'), text)).toBe(true);
        },
      ),
    );
  });

  it('without a star matches itself alone', () => {
    fc.assert(
      fc.property(texts, texts, (glob, text) => {
        expect(matchesGlob(glob, text)).toBe(glob === text);
      }),
    );
  });
});

describe('hostile globs and texts take linear time', () => {
  // Globs as long as a filter may have, texts longer than an event's data may be.
  const LENGTH = 300_000;
  const HOSTILE: readonly (readonly [string, string])[] = [
    ['*a'.repeat(128), 'a'.repeat(LENGTH)],
    [`${'*a'.repeat(127)}*b`, 'a'.repeat(LENGTH)],
    [`${'a*'.repeat(127)}b`, `${'a'.repeat(LENGTH)}b`],
    ['*'.repeat(256), 'a'.repeat(LENGTH)],
    [`*${'a'.repeat(254)}b`, 'a'.repeat(LENGTH)],
    [`*${'a'.repeat(126)}b*${'a'.repeat(126)}c`, 'a'.repeat(LENGTH)],
    [`*b${'a'.repeat(253)}*`, 'a'.repeat(LENGTH)],
    [`*${'ab'.repeat(127)}*`, 'aab'.repeat(LENGTH / 3)],
  ];

  it.each(HOSTILE)('(%#)', (glob, text) => {
    const cpu = process.cpuUsage();
    for (let run = 0; run < 10; run += 1) matchesGlob(glob, text);
    const { user } = process.cpuUsage(cpu);
    // 3 million characters, about 30 ms; whoever tries again what did not fit needs hours.
    expect(user / 1000).toBeLessThan(2000);
  });
});

const NAMES = ['a', 'b', 'job_type', 'job_priority', 'machine_id', 'worker_id', 'length', '__proto__', '0'];
const plain = fc.oneof(
  fc.constantFrom<string | number | boolean | null>('x', 'xy', '', 0, 1, true, false, null),
);
const data = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    plain,
    fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 5 }),
    fc.array(tie('value'), { maxLength: 2 }),
  ),
})).value;
const paths = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 })
  .map((names) => names.join('.'));
const textLists = fc.array(fc.constantFrom('x', 'x*', '*y', '*', 'z'), { minLength: 1, maxLength: 3 });
const filters = fc.record(
  {
    job_types: textLists,
    job_priorities: fc.array(fc.constantFrom(0, 1, 2), { minLength: 1, maxLength: 2 }),
    machine_ids: textLists,
    worker_ids: textLists,
    custom_filters: fc.dictionary(paths, plain, { maxKeys: 2 }),
  },
  { requiredKeys: [] },
);

/** All values by their paths, as a JSON parser sees them; lists and what is in them have none. */
function valuesByPath(value: unknown, path = ''): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  if (path !== '') values.set(path, value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return values;
  for (const [name, member] of Object.entries(value)) {
    for (const [deeper, one] of valuesByPath(member, path === '' ? name : `${path}.${name}`)) {
      values.set(deeper, one);
    }
  }
  return values;
}

describe('filters', () => {
  it('match what the values at their paths say', () => {
    fc.assert(
      fc.property(filters, data, (given, of) => {
        const json: unknown = JSON.parse(JSON.stringify(of));
        const values = valuesByPath(json);
        const listed = (name: string, list: readonly (string | number)[] | undefined): boolean => {
          const value = values.get(name);
          return (
            list === undefined ||
            list.some((one) =>
              typeof one === 'string' ? typeof value === 'string' && naiveGlob(one, value) : one === value,
            )
          );
        };
        const expected =
          listed('job_type', given.job_types) &&
          listed('job_priority', given.job_priorities) &&
          listed('machine_id', given.machine_ids) &&
          listed('worker_id', given.worker_ids) &&
          Object.entries(given.custom_filters ?? {}).every(
            ([path, wanted]) => values.has(path) && values.get(path) === wanted,
          );
        expect(matchesFilters(given, json)).toBe(expected);
      }),
      { numRuns: 5000 },
    );
  });

  it('match the same after they were checked and stored', () => {
    fc.assert(
      fc.property(filters, data, (given, of) => {
        const stored = JSON.parse(JSON.stringify(checkedFilters(given) ?? {}));
        expect(matchesFilters(stored, of)).toBe(matchesFilters(given, of));
      }),
    );
  });
});
