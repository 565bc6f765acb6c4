import { describe, expect, it, test } from 'vitest';
import { retryAfterMs } from '../../src/attempt/retry-after.js';

const NOW_MS = Date.parse('2026-01-15T10:30:00Z');

describe('seconds', () => {
  it.each([
    ['0', 0],
    ['1', 1000],
    ['120', 120_000],
    ['007', 7000],
    ['9999999999', 9_999_999_999_000],
    [' 30 ', 30_000],
    ['\t30', 30_000],
  ])('%j is %s ms', (header, ms) => {
    expect(retryAfterMs(header, NOW_MS)).toBe(ms);
  });
});

describe('a date, in each of the three forms of RFC 9110', () => {
  it.each([
    'Thu, 15 Jan 2026 10:31:30 GMT',
    'Thursday, 15-Jan-26 10:31:30 GMT',
    'Thu Jan 15 10:31:30 2026',
    ' Thu, 15 Jan 2026 10:31:30 GMT ',
  ])('%s', (header) => {
    expect(retryAfterMs(header, NOW_MS)).toBe(90_000);
  });

  test('a day of one digit has a space before it in the last of them', () => {
    expect(retryAfterMs('Thu Jan  1 00:00:10 2026', Date.parse('2026-01-01T00:00:00Z'))).toBe(10_000);
  });

  test.each(['Thu, 15 Jan 2026 10:29:59 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    '%s has passed: at once',
    (header) => {
      expect(retryAfterMs(header, NOW_MS)).toBe(0);
    },
  );

  test('now is at once', () => {
    expect(retryAfterMs('Thu, 15 Jan 2026 10:30:00 GMT', NOW_MS)).toBe(0);
  });
});

describe('what is neither asks for nothing', () => {
  it.each([
    undefined,
    '',
    ' ',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x10',
    '10s',
    '1 2',
    '5, 10',
    '12345678901',
    '１０',
    'soon',
    'Infinity',
    'NaN',
    '2026-01-15T10:31:30Z',
    'Thu, 15 Jan 2026 10:31:30',
    'Thu, 15 Jan 2026 10:31:30 CET',
    'Thu, 15 Jan 2026 10:31:30 +0100',
    'Thu, 5 Jan 2026 10:31:30 GMT',
    '15 Jan 2026 10:31:30 GMT',
    'Thu, 15 Jan 2026',
    'Foo, 99 Bar 2026 10:31:30 GMT',
    'Thu, 15 Jan 2026 99:31:30 GMT',
  ])('%j', (header) => {
    expect(retryAfterMs(header, NOW_MS)).toBeUndefined();
  });
});
