import { describe, expect, it } from 'vitest';
import { formatTimestamp, parseTimestamp, type TimeUnit } from '../../src/bytes/timestamp.js';

const ACCEPTED: readonly (readonly [text: string, unit: TimeUnit, epochMs: number])[] = [
  ['0', 'seconds', 0],
  ['0', 'milliseconds', 0],
  ['1', 'seconds', 1000],
  ['1700000000', 'seconds', 1_700_000_000_000],
  ['1700000000123', 'milliseconds', 1_700_000_000_123],
  ['1700000000', 'milliseconds', 1_700_000_000],
  ['9999999999999', 'milliseconds', 9_999_999_999_999],
  ['2024-01-15T10:30:00Z', 'iso', Date.UTC(2024, 0, 15, 10, 30)],
  ['2024-01-15t10:30:00z', 'iso', Date.UTC(2024, 0, 15, 10, 30)],
  ['2024-01-15T10:30:00.5Z', 'iso', Date.UTC(2024, 0, 15, 10, 30, 0, 500)],
  ['2024-01-15T10:30:00.123456789Z', 'iso', Date.UTC(2024, 0, 15, 10, 30, 0, 123)],
  ['2024-01-15T10:30:00+05:30', 'iso', Date.UTC(2024, 0, 15, 5, 0)],
  ['2024-01-15T10:30:00-08:00', 'iso', Date.UTC(2024, 0, 15, 18, 30)],
  ['2024-02-29T23:59:59Z', 'iso', Date.UTC(2024, 1, 29, 23, 59, 59)],
];

// Each of these is a number to `parseInt`, `Number` or `Date.parse`, or came through a header.
const REFUSED_DIGITS: Record<string, string> = {
  empty: '',
  'white space': ' ',
  'white space before': ' 1700000000',
  'white space behind': '1700000000 ',
  'a newline behind': '1700000000\n',
  'a NUL behind': '1700000000\0',
  'letters behind': '1700000000abc',
  'a plus': '+1700000000',
  'a minus': '-1700000000',
  'a fraction': '1700000000.0',
  'a comma': '1700000000,1',
  'an exponent': '17e8',
  hex: '0x6553f100',
  'an underscore': '1_700_000_000',
  'a leading zero': '01700000000',
  'two zeros': '00',
  '14 digits': '17000000000000',
  '400 digits': '9'.repeat(400),
  Infinity: 'Infinity',
  NaN: 'NaN',
  'full-width digits': '１７００００００００',
  'Arabic digits': '١٧٠٠٠٠٠٠٠٠',
  'two values joined': '1700000000, 1700000000',
  'an ISO time': '2024-01-15T10:30:00Z',
};

const REFUSED_ISO: Record<string, string> = {
  empty: '',
  digits: '1700000000',
  'a date alone': '2024-01-15',
  'no seconds': '2024-01-15T10:30Z',
  'white space around': ' 2024-01-15T10:30:00Z',
  'a newline behind': '2024-01-15T10:30:00Z\n',
  'a year of five digits': '+012024-01-15T10:30:00Z',
  'a two-digit year': '24-01-15T10:30:00Z',
  'a point without digits': '2024-01-15T10:30:00.Z',
  'ten digits of a fraction': '2024-01-15T10:30:00.1234567890Z',
  'a comma as point': '2024-01-15T10:30:00,5Z',
  'month 13': '2024-13-15T10:30:00Z',
  'day 0': '2024-01-00T10:30:00Z',
  'day 32': '2024-01-32T10:30:00Z',
  'the 30th of February': '2024-02-30T10:30:00Z',
  'the 29th of February in a common year': '2023-02-29T10:30:00Z',
  'the 31st of April': '2024-04-31T10:30:00Z',
  'hour 24': '2024-01-15T24:00:00Z',
  'hour 25': '2024-01-15T25:00:00Z',
  'minute 60': '2024-01-15T10:60:00Z',
  'an offset of a day': '2024-01-15T10:30:00+24:00',
  'the name of a zone': '2024-01-15T10:30:00UTC',
  'two zones': '2024-01-15T10:30:00ZZ',
  'another format of Date.parse': 'Mon, 15 Jan 2024 10:30:00 GMT',
  'a slash': '2024/01/15T10:30:00Z',
  '10 kB of digits': `2024-01-15T10:30:00.${'1'.repeat(10_000)}Z`,
};

describe('parseTimestamp', () => {
  it.each(ACCEPTED)('%s in %s', (text, unit, epochMs) => {
    expect(parseTimestamp(text, unit)).toBe(epochMs);
  });

  it('a time without a zone is UTC', () => {
    const utc = parseTimestamp('2024-01-15T10:30:00.123Z', 'iso');
    expect(parseTimestamp('2024-01-15T10:30:00.123', 'iso')).toBe(utc);
    expect(parseTimestamp('2024-01-15T10:30:00.123456', 'iso')).toBe(utc);
    expect(parseTimestamp('2024-01-15 10:30:00.123', 'iso')).toBe(utc);
  });

  it.each(Object.entries(REFUSED_DIGITS))('refuses %s as digits', (_name, text) => {
    expect(parseTimestamp(text, 'seconds')).toBeUndefined();
    expect(parseTimestamp(text, 'milliseconds')).toBeUndefined();
  });

  it.each(Object.entries(REFUSED_ISO))('refuses %s as RFC 3339', (_name, text) => {
    expect(parseTimestamp(text, 'iso')).toBeUndefined();
  });
});

describe('formatTimestamp', () => {
  const epochMs = Date.UTC(2024, 0, 15, 10, 30, 0, 999);

  it.each<readonly [TimeUnit, string]>([
    ['seconds', '1705314600'],
    ['milliseconds', '1705314600999'],
    ['iso', '2024-01-15T10:30:00.999Z'],
  ])('writes %s, rounded down, as parseTimestamp reads it', (unit, text) => {
    expect(formatTimestamp(epochMs, unit)).toBe(text);
    const read = parseTimestamp(text, unit) ?? Number.NaN;
    expect(read).toBeLessThanOrEqual(epochMs);
    expect(epochMs - read).toBeLessThan(1000);
  });
});
