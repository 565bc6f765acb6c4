import { describe, expect, it } from 'vitest';
import { checkedId, checkedLimit, givenId, scopeOf, tenantOf } from '../../src/ids/scope.js';
import { refusal } from '../refusal.js';

const LONGEST = 'x'.repeat(128);

describe('a tenant', () => {
  it.each(['acme', 'A.b:c_d-9', LONGEST])('may be %s', (tenant) => {
    expect([tenantOf(tenant), scopeOf({ tenant })]).toEqual([tenant, tenant]);
  });

  it('that is left out is none', () => {
    expect([tenantOf(undefined), scopeOf({}), scopeOf(undefined)]).toEqual(['', '', '']);
  });

  it('`*` sees all, and is nobody’s', () => {
    expect(scopeOf({ tenant: '*' })).toBe('*');
    expect(refusal(() => tenantOf('*'))).toMatchObject({ code: 'invalid_input', field: 'tenant' });
  });

  it.each([[''], ['a b'], ['é'], ['a\n'], ['a*'], [`${LONGEST}x`], [null], [5], [['acme']], [{}]])(
    'may not be %j: absence is no wildcard',
    (tenant) => {
      expect(refusal(() => tenantOf(tenant))).toMatchObject({ field: 'tenant' });
      expect(refusal(() => Reflect.apply(scopeOf, undefined, [{ tenant }]))).toMatchObject({
        field: 'tenant',
      });
    },
  );
});

describe('an id', () => {
  it.each(['a', 'wh_1-B', LONGEST])('may be %s', (id) => {
    expect(checkedId('id', id)).toBe(id);
  });

  it.each([[''], ['a.b'], ['a:b'], ['a b'], ['a\n'], ['é'], [`${LONGEST}x`], [null], [undefined], [5]])(
    'may not be %j',
    (id) => {
      expect(refusal(() => checkedId('endpointId', id))).toMatchObject({ field: 'endpointId' });
    },
  );
});

describe('the size of a page', () => {
  it('is 50 unless it is said, and 1 to 500', () => {
    expect([checkedLimit(), checkedLimit(1), checkedLimit(500)]).toEqual([50, 1, 500]);
  });

  it.each([[0], [501], [1.5], [-1], [Number.NaN], ['50'], [null]])('is not %s', (limit) => {
    expect(refusal(() => checkedLimit(limit))).toMatchObject({ field: 'limit' });
  });
});

describe('the options that say whose things a call is about', () => {
  it('have other names where the call has them, and no more', () => {
    expect(scopeOf({ tenant: 'a', ...{ limit: 5 } }, ['limit'])).toBe('a');
    const error = refusal(() => scopeOf({ tenant: 'a', ...{ limit: 5 } }));
    expect(error).toMatchObject({ field: 'limit', message: '`limit` is no option here: they are tenant' });
  });

  it.each([['acme'], [null], [['acme']]])('are no %j', (options) => {
    expect(refusal(() => Reflect.apply(scopeOf, undefined, [options]))).toMatchObject({ field: 'options' });
  });
});

describe('what is wrong with a name is said, and not the name', () => {
  const rule = '1 to 128 letters, digits, `_`, `.`, `:` or `-`';
  it.each([
    ['Acme Inc', `\`tenant\` must be ${rule}: it has a character that is none of them`],
    ['', `\`tenant\` must be ${rule}: it is empty`],
    ['x'.repeat(129), `\`tenant\` must be ${rule}: it has 129`],
    [5, `\`tenant\` must be ${rule}, got 5 (number)`],
    ['*', '`tenant` must be one tenant: `*` only reads and edits those of all'],
  ])('%j', (tenant, message) => {
    expect(refusal(() => tenantOf(tenant)).message).toBe(message);
  });
});

describe('the id of something that may be there', () => {
  it.each(['', 'wh_1', 'not/one', '\0'])('is any text: %j', (id) => {
    expect(givenId('id', id)).toBe(id);
  });

  it.each([[undefined], [null], [5], [['wh_1']]])('is not %j', (id) => {
    expect(refusal(() => givenId('endpointId', id))).toMatchObject({ field: 'endpointId' });
  });
});
