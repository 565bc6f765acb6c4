import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { inputFault, invalidInput } from '../../src/errors/invalid-input.js';
import { isSenderError, SenderError } from '../../src/errors/sender-error.js';
import { type SenderErrorCode, senderErrors } from '../../src/errors/sender-errors.js';

const codes = Object.keys(senderErrors).filter((code): code is SenderErrorCode => code in senderErrors);

describe.each(codes)('%s', (code) => {
  const { status, explanation, fix } = senderErrors[code];

  it('has a status that the management API can answer with', () => {
    expect([400, 404, 409, 413, 422, 503]).toContain(status);
    expect(new SenderError(code, 'x').status).toBe(status);
  });

  it('says what it means and how to mend it, in sentences', () => {
    for (const text of [explanation, fix]) {
      expect(text).toMatch(/^[A-Z`].{10,}\.$/s);
      expect(text).not.toMatch(/\s{2}|\n/);
    }
    expect(fix).not.toBe(explanation);
  });

  it('is a word of its own', () => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });
});

describe('a SenderError', () => {
  const cause = new Error('why');
  const error = new SenderError('invalid_input', '`url` is none', { field: 'url', cause });

  it('is an Error with its code, status, field and cause', () => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'SenderError',
      code: 'invalid_input',
      status: 422,
      field: 'url',
      message: '`url` is none',
      cause,
    });
  });

  it('has no cause where it was given none', () => {
    expect(Object.hasOwn(new SenderError('store_full', 'x'), 'cause')).toBe(false);
    expect(new SenderError('store_full', 'x').field).toBeUndefined();
  });

  it('is known by its brand, also one of another installed copy', () => {
    const brand = Symbol.for('@countersign/sender-error');
    expect(isSenderError(error)).toBe(true);
    expect(isSenderError({ [brand]: true })).toBe(true);
    expect(inspect(error)).not.toContain('@countersign/sender-error');
  });

  it.each([[undefined], [null], ['SenderError'], [cause], [{ name: 'SenderError', code: 'invalid_input' }]])(
    'is not %o',
    (value) => {
      expect(isSenderError(value)).toBe(false);
    },
  );
});

describe('the one sentence for arguments', () => {
  it.each([
    ['a secret text', 'string'],
    [['a secret text'], 'array of 1'],
    [new Map([['a secret text', 1]]), 'Map'],
    [null, 'null'],
    [undefined, 'undefined'],
    [5, '5 (number)'],
    [Symbol('a secret text'), 'symbol'],
    [() => 'a secret text', 'function'],
    [12n, 'bigint'],
    [Object.create(null), 'object'],
  ])('says the kind of what was given (%#): %s', (value, kind) => {
    const error = invalidInput('a[1].b', 'a number', value);
    expect(error).toMatchObject({ code: 'invalid_input', field: 'a[1].b' });
    expect(error.message).toBe(`\`a[1].b\` must be a number, got ${kind}`);
  });

  it('names the field of any other fault', () => {
    const cause = new Error('why');
    expect(inputFault('events', 'is empty', { cause })).toMatchObject({
      code: 'invalid_input',
      message: '`events` is empty',
      field: 'events',
      cause,
    });
  });
});
