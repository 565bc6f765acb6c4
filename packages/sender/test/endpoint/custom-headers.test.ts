import { standardWebhooks } from '@countersign/core';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { describe, expect, it, test } from 'vitest';
import { wireFormat } from '../../src/attempt/wire-format.js';
import { customHeaders } from '../../src/endpoint/custom-headers.js';
import { refusal } from '../refusal.js';

const reserved = wireFormat(empJobQueue, [standardWebhooks]).headerNames;
const checked = (headers: unknown) => customHeaders(headers, reserved);
const fault = (headers: unknown) => {
  const error = refusal(() => checked(headers));
  expect(error.code).toBe('invalid_input');
  return error;
};

test('names are taken in lower case, values as they are', () => {
  const headers = { Authorization: 'Bearer aBc==', 'X-Mine': 'a\tb c', 'x_odd.name~1': '' };
  expect(checked(headers)).toEqual({
    authorization: 'Bearer aBc==',
    'x-mine': 'a\tb c',
    'x_odd.name~1': '',
  });
});

test('none is none', () => {
  expect(checked(undefined)).toBeUndefined();
  expect(checked({})).toBeUndefined();
});

test('what was given is not what is kept', () => {
  const headers = { a: '1' };
  const kept = checked(headers);
  headers.a = '2';
  expect(kept).toEqual({ a: '1' });
});

describe('what the sender writes itself', () => {
  it.each([...reserved])('%s, of a scheme or envelope', (name) => {
    for (const spelt of [name, name.toUpperCase()]) {
      expect(fault({ [spelt]: 'x' })).toMatchObject({ field: `headers.${spelt}` });
    }
  });

  it.each([
    'host',
    'connection',
    'keep-alive',
    'te',
    'trailer',
    'upgrade',
    'expect',
    'transfer-encoding',
    'content-length',
    'content-encoding',
    'proxy-authorization',
    'Proxy-Connection',
    'proxy-anything',
    'Host',
  ])('%s, of HTTP', (name) => {
    expect(fault({ [name]: 'x' }).message).toContain('the sender writes itself');
  });

  it.each(['text/plain', 'application/json; charset=latin1', 'application/jsonx', ''])(
    'a content type of %j',
    (type) => {
      expect(fault({ 'content-type': type }).field).toBe('headers.content-type');
    },
  );
});

test.each([
  'application/json',
  'Application/JSON',
  'application/json;charset=utf-8',
  'application/json ; charset=UTF-8',
])('a content type of %j is what is sent anyway: it is taken, and left out', (type) => {
  expect(checked({ 'Content-Type': type })).toBeUndefined();
  expect(checked({ 'content-type': type, a: 'b' })).toEqual({ a: 'b' });
});

test.each(['x-webhook', 'hosts', 'my-proxy-x', 'proxy', 'accept', 'user-agent', 'cookie'])(
  '%s is nobody’s: it may be set',
  (name) => {
    expect(checked({ [name]: 'v' })).toEqual({ [name]: 'v' });
  },
);

describe('a value', () => {
  it.each([
    'a\r\nx: y',
    'a\nb',
    'a\rb',
    'a\0b',
    'a\x7fb',
    'a\x1bb',
    'é',
    '😀',
    ' a',
    'a ',
    '\ta',
    ' ',
    'a'.repeat(4097),
  ])('of %j is refused, and not quoted', (value) => {
    const error = fault({ 'x-mine': value });
    expect(error.field).toBe('headers.x-mine');
    expect(error.message).toBe(
      '`headers.x-mine` must have a value of at most 4096 printable ASCII characters, without a line break, and without spaces around it',
    );
  });

  it.each([[5], [true], [null], [undefined], [['a']], [{}]])('of %o is no text', (value) => {
    expect(fault({ 'x-mine': value }).message).toMatch(/^`headers.x-mine` must be a text, got /);
  });

  it('may have 4096 characters', () => {
    expect(checked({ a: 'x'.repeat(4096) })).toEqual({ a: 'x'.repeat(4096) });
  });
});

test.each(['', 'a b', 'a:b', 'a\r\nb', 'é', 'a\0', '(a)', 'a,b', 'a"b', 'a/b', '[a]', 'x'.repeat(129)])(
  'the name %j is none, and is not quoted',
  (name) => {
    const error = fault({ [name]: 'v' });
    expect(error).toMatchObject({
      field: 'headers',
      message: '`headers` has a name that is no header name (number 1)',
    });
  },
);

test('one name in two spellings is refused', () => {
  expect(fault({ 'x-mine': 'a', 'X-Mine': 'b' })).toMatchObject({ field: 'headers.X-Mine' });
});

test('there are 32 at most', () => {
  const of = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'v']));
  expect(Object.keys(checked(of(32)) ?? {})).toHaveLength(32);
  expect(fault(of(33)).message).toBe('`headers` must be at most 32, got 33');
});

test.each([[null], [5], ['a: b'], [['a', 'b']], [true]])('%j is no object of names and values', (headers) => {
  expect(fault(headers)).toMatchObject({ field: 'headers' });
});

test('`__proto__` is a name like another', () => {
  const kept = checked(JSON.parse('{"__proto__":"v"}'));
  expect(Object.entries(kept ?? {})).toEqual([['__proto__', 'v']]);
});
