import { describe, expect, it } from 'vitest';
import { checkNames, checkOptions, checkPart } from '../../src/errors/names.js';
import { refusal } from '../refusal.js';

const KNOWN = ['tenant', 'limit'];

describe('names of options', () => {
  it('that are known are taken, and so is what is left open', () => {
    expect(checkNames('endpoint', { tenant: 1, limit: null, other: undefined }, KNOWN)).toBeUndefined();
  });

  it.each([
    ['tenants', 'tenants'],
    ['Limit', 'Limit'],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['a b', 'endpoint'],
    ['x'.repeat(41), 'endpoint'],
    ['', 'endpoint'],
  ])('misspelt (%j) are refused as %j, with those there are', (name, field) => {
    const input = JSON.parse(`{"tenant":1,${JSON.stringify(name)}:1}`);
    const error = refusal(() => checkNames('endpoint', input, KNOWN));
    expect(error).toMatchObject({ code: 'invalid_input', field });
    expect(error.message).toMatch(/they are tenant, limit$/);
  });

  it.each([
    ['ms', 'retry.ms'],
    ['a b', 'retry'],
  ])('of a part (%j) are named by their path, %j', (name, field) => {
    expect(refusal(() => checkPart('retry', { [name]: 1 }, KNOWN))).toMatchObject({ field });
  });
});

describe('the options of a call', () => {
  it('may be left out', () => {
    expect([checkOptions(undefined, KNOWN), checkOptions({}, KNOWN)]).toEqual([undefined, undefined]);
  });

  it.each([['acme'], [null], [5], [['tenant']]])('are no %j', (options) => {
    expect(refusal(() => checkOptions(options, KNOWN))).toMatchObject({
      field: 'options',
      message: expect.stringContaining('an object with tenant, limit'),
    });
  });

  it('have known names', () => {
    expect(refusal(() => checkOptions({ tenat: 'a' }, KNOWN))).toMatchObject({ field: 'tenat' });
  });
});
