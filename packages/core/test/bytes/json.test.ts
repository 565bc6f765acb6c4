import { describe, expect, it } from 'vitest';
import { bodyText, isJsonObject, JsonText, parseJsonBody, stringifyJson } from '../../src/bytes/json.js';
import { encodeUtf8 } from '../../src/bytes/utf8.js';
import { fromHex } from '../crypto/implementations.js';

const circular: Record<string, unknown> = {};
circular['self'] = circular;

describe('parseJsonBody', () => {
  it.each(['{}', '[1]', 'null', '"é"', ' {"a":1}\r\n', '{"a":"\u2028"}'])('reads %j', (text) => {
    expect(parseJsonBody(encodeUtf8(text))).toEqual(JSON.parse(text));
  });

  it.each<readonly [name: string, body: Uint8Array, code: string]>([
    ['bytes that are no UTF-8', fromHex('22ff22'), 'invalid_utf8'],
    ['an empty body', new Uint8Array(), 'invalid_json'],
    ['a byte order mark', encodeUtf8('\ufeff{}'), 'invalid_json'],
    ['a trailing comma', encodeUtf8('{"a":1,}'), 'invalid_json'],
    ['two values', encodeUtf8('{}{}'), 'invalid_json'],
    ['NaN', encodeUtf8('{"a":NaN}'), 'invalid_json'],
    ['a form', encodeUtf8('payload=%7B%7D'), 'invalid_json'],
  ])('refuses %s', (_name, body, code) => {
    expect(() => parseJsonBody(body)).toThrow(
      expect.objectContaining({ name: 'WebhookError', code, status: 400 }),
    );
  });

  it('quotes nothing of the body in its error', () => {
    const body = encodeUtf8('{"card":"4242424242424242"');
    expect(() => parseJsonBody(body)).toThrow(/^the body \(26 bytes\) is not JSON$/);
    expect(() => parseJsonBody(body)).toThrow(expect.not.objectContaining({ cause: expect.anything() }));
  });

  it('survives a million brackets', () => {
    expect(() => parseJsonBody(encodeUtf8('['.repeat(1_000_000)))).toThrow(
      expect.objectContaining({ code: 'invalid_json' }),
    );
  });

  it('makes `__proto__` a member like any other', () => {
    const json = parseJsonBody(encodeUtf8('{"__proto__":{"admin":true}}'));
    expect(Object.keys(json ?? {})).toEqual(['__proto__']);
    expect(json).not.toHaveProperty('admin');
  });
});

describe('bodyText', () => {
  it('keeps every character', () => {
    expect(bodyText(encodeUtf8('\ufeff a\r\n'))).toBe('\ufeff a\r\n');
  });
});

describe('isJsonObject', () => {
  it.each([
    [{}, true],
    [{ a: 1 }, true],
    [[], false],
    [null, false],
    ['{}', false],
    [1, false],
    [undefined, false],
  ])('of %j is %s', (value, expected) => {
    expect(isJsonObject(value)).toBe(expected);
  });
});

describe('stringifyJson', () => {
  it.each([[{ a: [1, null, 'é'] }], ['text'], [null], [0]])('writes %j as JSON.stringify does', (value) => {
    expect(stringifyJson(value)).toBe(JSON.stringify(value));
  });

  it('writes JsonText as it stands', () => {
    expect(stringifyJson(new JsonText('{"a": 1e+16}'))).toBe('{"a": 1e+16}');
  });

  it.each<readonly [name: string, value: unknown, message: string]>([
    ['undefined', undefined, '`data` must be JSON, got undefined'],
    ['a function', () => 1, '`data` must be JSON, got function'],
    ['a symbol', Symbol('x'), '`data` must be JSON, got symbol'],
    ['a cycle', circular, '`data` must be JSON: it has a cycle or a bigint'],
    ['a bigint', { n: 1n }, '`data` must be JSON: it has a cycle or a bigint'],
  ])('refuses %s', (_name, value, message) => {
    expect(() => stringifyJson(value)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', code: 'invalid_input', message }),
    );
  });
});
