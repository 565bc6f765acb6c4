import { describe, expect, test } from 'vitest';
import { isEventPattern, isWildcard, matchesEventPattern } from '../../src/events/event-pattern.js';

describe('what is a pattern', () => {
  test.each(['a', 'a.b', 'a.*', 'a.b.*', '*', 'a b', '.', 'a..b', 'é.*', '__proto__'])('%o', (pattern) => {
    expect(isEventPattern(pattern)).toBe(true);
  });

  test.each(['', '**', 'a*', '*a', 'a.*.b', '*.a', 'a.**', 'a.*.*', '.*.*'])('not %o', (pattern) => {
    expect(isEventPattern(pattern)).toBe(false);
  });
});

describe('what it matches', () => {
  test.each([
    ['*', 'a', true],
    ['*', 'a.b.c', true],
    ['*', '*', true],
    ['a.*', 'a.b', true],
    ['a.*', 'a.b.c', true],
    ['a.*', 'a', false],
    ['a.*', 'a.', false],
    ['a.*', 'ab.c', false],
    ['a.*', 'b.a.c', false],
    ['a.*', 'A.b', false],
    ['a.*', 'a.*', true],
    ['a.b', 'a.b', true],
    ['a.b', 'a.b.c', false],
    ['a.b', 'axb', false],
    ['a+', 'aa', false],
    ['(a|b).*', 'a.c', false],
  ])('%s on %s: %s', (pattern, type, expected) => {
    expect(matchesEventPattern(pattern, type)).toBe(expected);
  });

  test('a star stands at the end alone', () => {
    expect([isWildcard('a.*'), isWildcard('*'), isWildcard('a'), isWildcard('*a')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('long types are compared in linear time', () => {
    const started = performance.now();
    for (let n = 0; n < 200; n += 1) {
      matchesEventPattern(`${'a.'.repeat(50_000)}*`, 'a.'.repeat(50_000));
      isEventPattern(`${'a'.repeat(100_000)}**`);
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
