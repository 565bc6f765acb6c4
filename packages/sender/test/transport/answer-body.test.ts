import { expect, test } from 'vitest';
import { AnswerBody } from '../../src/transport/answer-body.js';

test('a body that came in no chunk has no bytes', () => {
  expect(new AnswerBody().bytes).toHaveLength(0);
});

test('a body that came in one chunk is that chunk', () => {
  const body = new AnswerBody();
  const chunk = Buffer.from('whole');
  body.add(chunk);
  expect(Buffer.from(body.bytes).toString()).toBe('whole');
  expect(body.bytes.buffer).toBe(chunk.buffer);
});

test('a body that came in many chunks is one piece of at most twice its size', () => {
  const body = new AnswerBody();
  const bytes = Uint8Array.from({ length: 10_000 }, (_, at) => at % 251);
  for (let at = 0; at < bytes.length; at += 1) body.add(bytes.subarray(at, at + 1));
  expect(body.length).toBe(10_000);
  expect(Buffer.compare(body.bytes, bytes)).toBe(0);
  expect(body.bytes.buffer.byteLength).toBeLessThanOrEqual(20_000);
});

test('what was added is copied: later chunks do not change the first', () => {
  const body = new AnswerBody();
  const first = Buffer.from('one ');
  body.add(first);
  body.add(Buffer.from('two '));
  body.add(new Uint8Array(0));
  body.add(Buffer.from('three'));
  expect(Buffer.from(body.bytes).toString()).toBe('one two three');
  expect(first.toString()).toBe('one ');
});
