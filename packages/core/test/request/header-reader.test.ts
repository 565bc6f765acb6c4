import { describe, expect, test } from 'vitest';
import { RequestReader } from '../../src/request/header-reader.js';
import type { WebhookHeaders } from '../../src/request/webhook-request.js';

const reader = (headers: WebhookHeaders): RequestReader =>
  new RequestReader({ method: 'POST', url: '/', headers });

describe.each<[string, WebhookHeaders]>([
  ['Headers', new Headers({ 'X-Id': 'one', 'x-empty': '' })],
  ['a record in lower case', { 'x-id': 'one', 'x-empty': '', 'x-none': undefined }],
  ['a record in any case', { 'X-ID': 'one', 'X-Empty': '', 'X-None': undefined }],
  ['a record of arrays', { 'x-id': ['one'], 'X-Empty': [''], 'x-none': [] }],
])('%s', (_name, headers) => {
  test('a header that is there', () => {
    expect(reader(headers).header('x-id')).toBe('one');
    expect(reader(headers).optionalHeader('x-id')).toBe('one');
  });

  test('an empty header is there', () => {
    expect(reader(headers).header('x-empty')).toBe('');
  });

  test('a header that is missing', () => {
    expect(reader(headers).optionalHeader('x-none')).toBeUndefined();
    expect(() => reader(headers).header('x-none')).toThrow(
      expect.objectContaining({ code: 'missing_header', message: expect.stringContaining('`x-none`') }),
    );
  });
});

describe('a header that stands twice is refused, equal or not', () => {
  test.each<[string, WebhookHeaders]>([
    ['an array', { 'x-id': ['one', 'two'] }],
    ['an array of equals', { 'x-id': ['one', 'one'] }],
    ['two spellings', { 'X-Id': 'one', 'x-id': 'two' }],
    ['two spellings of equals', { 'X-Id': 'one', 'X-ID': 'one' }],
    ['an array and a spelling', { 'X-Id': ['one'], 'x-ID': 'two' }],
  ])('%s', (_name, headers) => {
    expect(() => reader(headers).header('x-id')).toThrow(
      expect.objectContaining({ code: 'duplicate_header' }),
    );
    expect(() => reader(headers).optionalHeader('x-id')).toThrow(
      expect.objectContaining({ code: 'duplicate_header' }),
    );
  });
});

test.each(['constructor', '__proto__', 'toString', 'hasownproperty'])(
  '%s is no header of a plain record',
  (name) => {
    expect(reader({ 'x-id': 'one' }).optionalHeader(name)).toBeUndefined();
    expect(reader({ 'X-Id': 'one' }).optionalHeader(name)).toBeUndefined();
  },
);

test('a record without a prototype, and one with a header called `get`, are records', () => {
  const bare: Record<string, string> = Object.create(null);
  bare['x-id'] = 'one';
  expect(reader(bare).header('x-id')).toBe('one');
  expect(reader({ get: 'a value', 'x-id': 'one' }).header('x-id')).toBe('one');
});

describe('a value', () => {
  test.each(['\u0000', 'a\n', 'a\r', 'a\tb', '\u007f', 'é', '\u2028', '😀'])(
    '%o is not printable ASCII',
    (value) => {
      expect(() => reader({ 'x-id': value }).header('x-id')).toThrow(
        expect.objectContaining({ code: 'malformed_header' }),
      );
    },
  );

  test('of 4,096 characters passes, of 4,097 does not, and the message does not quote it', () => {
    expect(reader({ 'x-id': 'a'.repeat(4_096) }).header('x-id')).toHaveLength(4_096);
    const read = (): string => reader({ 'x-id': 'a'.repeat(4_097) }).header('x-id');
    expect(read).toThrow(
      expect.objectContaining({ code: 'malformed_header', message: expect.not.stringContaining('aaa') }),
    );
  });

  test('that no header reader asks for may be anything', () => {
    expect(reader({ 'x-id': 'one', 'x-other': ['é', 'é'] }).header('x-id')).toBe('one');
  });
});
