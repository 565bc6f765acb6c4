import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { finiteNumber, kindOf, mustBe } from '../../src/errors/describe.js';
import { errorCodes } from '../../src/errors/error-codes.js';
import { ConfigurationError, isWebhookError, WebhookError } from '../../src/errors/webhook-error.js';

describe('WebhookError', () => {
  test.each(Object.entries(errorCodes))('%s has its status and says whether to come back', (code, answer) => {
    const known = Object.keys(errorCodes).find((name): name is keyof typeof errorCodes => name === code);
    if (known === undefined) throw new Error('unreachable');
    expect(new WebhookError(known, 'text')).toMatchObject({
      ...answer,
      code,
      message: 'text',
      name: 'WebhookError',
    });
  });

  test('statuses are those of the contract: never 2xx, 409 or 410; what another attempt mends is retryable', () => {
    for (const [code, { status, retryable }] of Object.entries(errorCodes)) {
      expect([400, 401, 405, 408, 413, 415, 422, 500, 503], code).toContain(status);
      if (status >= 500 || status === 408) expect(retryable, code).toBe(true);
      if ([401, 405, 413, 415, 422].includes(status)) expect(retryable, code).toBe(false);
    }
  });

  test('is an Error with a stack and a cause', () => {
    const cause = new Error('inner');
    const error = new WebhookError('invalid_json', 'text', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error.cause).toBe(cause);
    expect(error.stack).toContain('webhook-error.test');
  });

  test('is told by its brand, also by another installed copy', async () => {
    const error = new WebhookError('invalid_json', 'text');
    vi.resetModules();
    const copy = await import('../../src/errors/webhook-error.js');
    expect(copy.WebhookError).not.toBe(WebhookError);
    expect(error).not.toBeInstanceOf(copy.WebhookError);
    expect(copy.isWebhookError(error)).toBe(true);
    expect(isWebhookError(new copy.WebhookError('no_key', 'text'))).toBe(true);
  });

  test.each([
    null,
    undefined,
    'text',
    7,
    {},
    new Error('text'),
    { code: 'no_key', status: 401 },
    new ConfigurationError('invalid_option', 'text'),
  ])('%o is none', (value) => {
    expect(isWebhookError(value)).toBe(false);
  });

  test('its brand does not show', () => {
    const error = new WebhookError('no_key', 'text');
    expect(inspect(error)).not.toContain('Symbol');
    expect(Object.keys(error)).not.toContain('brand');
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      code: 'no_key',
      status: 401,
      retryable: false,
    });
  });
});

describe('ConfigurationError', () => {
  test('is a TypeError with a code, and no WebhookError: it is the program that is wrong', () => {
    const error = new ConfigurationError('invalid_secret', 'text');
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'invalid_secret', message: 'text' });
  });

  test('says the field, what it must be, and what it was, in one sentence', () => {
    expect(mustBe('toleranceSeconds', 'a number', '5m').message).toBe(
      '`toleranceSeconds` must be a number, got string',
    );
    expect(mustBe('replay', 'a store', null, 'invalid_input')).toMatchObject({ code: 'invalid_input' });
  });
});

test.each([
  [null, 'null'],
  [undefined, 'undefined'],
  ['the-secret-itself', 'string'],
  [7, '7 (number)'],
  [Number.NaN, 'NaN (number)'],
  [true, 'true (boolean)'],
  [[1], 'array'],
  [{}, 'Object'],
  [new Date(0), 'Date'],
  [new Uint8Array(3), 'Uint8Array'],
  [Object.create(null), 'object'],
  [() => {}, 'function'],
  [Symbol('s'), 'symbol'],
  [10n, 'bigint'],
])('the kind of %o is %s: a text, which may be a secret, is never quoted', (value, kind) => {
  expect(kindOf(value)).toBe(kind);
});

describe('a finite number', () => {
  test.each([0, 1, 0.5, Number.MAX_VALUE])('%d passes unchanged', (value) => {
    expect(finiteNumber('field', value, 0)).toBe(value);
  });

  test.each([-0.001, Number.NaN, Number.POSITIVE_INFINITY, '5', null, undefined, 5n, {}])(
    '%o is refused',
    (value) => {
      expect(() => finiteNumber('field', value, 0)).toThrow(/^`field` must be a finite number >= 0, got /);
    },
  );
});
