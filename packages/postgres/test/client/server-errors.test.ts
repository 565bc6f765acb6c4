import { expect, test } from 'vitest';
import { networkCode, serverCode } from '../../src/client/server-errors.js';

const failure = (code: string, cause?: unknown): Error =>
  Object.assign(new Error('failed', { cause }), { code });

test('what the server says is told from what the network does, also where both have five letters', () => {
  expect(serverCode(failure('40P01'))).toBe('40P01');
  expect(serverCode(new Error('wrapped', { cause: failure('23505') }))).toBe('23505');
  expect(serverCode(failure('EPIPE'))).toBeUndefined();
  expect(networkCode(failure('EPIPE'))).toBe('EPIPE');
  expect(networkCode(failure('40P01'))).toBeUndefined();
});
