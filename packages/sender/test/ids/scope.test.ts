import { describe, expect, it, test } from 'vitest';
import { newId } from '../../src/ids/new-id.js';
import { checkedId, checkedLimit, scopeOf, tenantOf } from '../../src/ids/scope.js';
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

test.each(['evt', 'wh', 'dlv', 'test'] as const)('new ids say what they are of: %s', (prefix) => {
  const [one, other] = [newId(prefix), newId(prefix)];
  expect(one).toMatch(new RegExp(`^${prefix}_[0-9a-f]{12}7[0-9a-f]{19}$`));
  expect(checkedId('id', one)).toBe(one);
  expect(one < other).toBe(true);
});
