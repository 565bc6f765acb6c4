import { describe, expect, test } from 'vitest';
import { RequestReader } from '../../src/request/header-reader.js';
import { BodyCollector, checkBodyHeaders } from '../../src/request/read-body.js';
import { jsonResponse } from '../../src/request/webhook-response.js';

const check = (headers: Record<string, string | string[]>, maxBytes = 100): void =>
  checkBodyHeaders(new RequestReader({ method: 'POST', url: '/', headers }), maxBytes);

describe('refused by header alone', () => {
  test.each(['0', '1', '100', '007'])('a declared length of %s passes', (length) => {
    expect(() => check({ 'content-length': length })).not.toThrow();
  });

  test.each(['101', '999999999999999'])('a declared length of %s is too large', (length) => {
    expect(() => check({ 'content-length': length })).toThrow(
      expect.objectContaining({ code: 'body_too_large' }),
    );
  });

  test.each(['', '-1', '+1', '1e1', '0x10', '1.0', ' 1', '10, 10', '9'.repeat(16)])(
    'a declared length of %o is malformed',
    (length) => {
      expect(() => check({ 'content-length': length })).toThrow(
        expect.objectContaining({ code: 'malformed_header' }),
      );
    },
  );

  test('a length that stands twice is refused', () => {
    expect(() => check({ 'content-length': ['1', '2'] })).toThrow(
      expect.objectContaining({ code: 'duplicate_header' }),
    );
  });

  test.each(['gzip', 'br', 'deflate', 'zstd', 'identity, gzip', 'GZIP', ''])(
    'content-encoding %o is unsupported',
    (encoding) => {
      expect(() => check({ 'content-encoding': encoding })).toThrow(
        expect.objectContaining({ code: 'unsupported_content_encoding' }),
      );
    },
  );

  test.each(['identity', 'Identity'])('content-encoding %s says nothing', (encoding) => {
    expect(() => check({ 'content-encoding': encoding })).not.toThrow();
  });
});

describe('BodyCollector', () => {
  const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

  test('puts chunks together in order', () => {
    const body = new BodyCollector(10);
    for (const chunk of [bytes(1, 2), bytes(), bytes(3)]) body.add(chunk);
    expect(body.bytes()).toEqual(bytes(1, 2, 3));
  });

  test('without a chunk it is empty', () => {
    expect(new BodyCollector(0).bytes()).toEqual(bytes());
  });

  test('up to the limit, and not a byte over it', () => {
    const body = new BodyCollector(3);
    body.add(bytes(1, 2, 3));
    expect(() => body.add(bytes(4))).toThrow(expect.objectContaining({ code: 'body_too_large' }));
    expect(() => new BodyCollector(0).add(bytes(1))).toThrow(
      expect.objectContaining({ code: 'body_too_large' }),
    );
  });

  test('a chunk that is over the limit alone is refused whole', () => {
    expect(() => new BodyCollector(2).add(bytes(1, 2, 3))).toThrow(
      expect.objectContaining({ code: 'body_too_large' }),
    );
  });
});

test('a JSON answer has the length of its bytes, not of its text', () => {
  const { status, headers, body } = jsonResponse(200, { text: 'é😀' }, { 'retry-after': '1' });
  expect(status).toBe(200);
  expect(headers).toEqual({ 'content-type': 'application/json', 'content-length': '17', 'retry-after': '1' });
  expect(body).toBe('{"text":"é😀"}');
});
