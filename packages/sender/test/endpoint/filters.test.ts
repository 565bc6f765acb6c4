import { describe, expect, it, test } from 'vitest';
import { checkedFilters } from '../../src/endpoint/filters.js';
import { refusal } from '../refusal.js';

const fault = (filters: unknown) => {
  const error = refusal(() => checkedFilters(filters));
  expect(error.code).toBe('invalid_input');
  return error;
};
const strings = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);

test('all filters together', () => {
  const filters = {
    job_types: ['comfyui', 'a1111'],
    job_priorities: [50, 0, -1.5],
    machine_ids: ['prod-*'],
    worker_ids: ['*'],
    custom_filters: { 'result.ok': true, 'a.b.c': null, n: 0, t: '', s: 'x' },
  };
  expect(checkedFilters(filters)).toEqual(filters);
});

test.each([[undefined], [{}], [{ job_types: undefined, custom_filters: undefined }]])(
  '%o is no filter',
  (filters) => {
    expect(checkedFilters(filters)).toBeUndefined();
  },
);

test('what was given is not what is kept', () => {
  const filters = { job_types: ['a'], custom_filters: { a: 1 } };
  const kept = checkedFilters(filters);
  filters.job_types.push('b');
  filters.custom_filters.a = 2;
  expect(kept).toEqual({ job_types: ['a'], custom_filters: { a: 1 } });
});

test.each([[null], [5], ['a'], [[]], [[{ job_types: ['a'] }]]])('%j is no object of filters', (filters) => {
  expect(fault(filters)).toMatchObject({ field: 'filters' });
});

test('a misspelt filter is refused: it would filter nothing', () => {
  const error = fault({ job_type: ['a'] });
  expect(error.field).toBe('filters.job_type');
  expect(error.message).toContain(
    'they are job_types, machine_ids, worker_ids, job_priorities, custom_filters',
  );
});

describe.each(['job_types', 'machine_ids', 'worker_ids'])('%s', (name) => {
  const field = `filters.${name}`;

  it.each([[null], ['a'], [{}], [[]], [strings(101)]])('must be a list of 1 to 100: %j', (list) => {
    expect(fault({ [name]: list })).toMatchObject({ field });
  });

  it.each([[''], [5], [null], [undefined], [['a']], ['x'.repeat(257)], ['\ud800'], [true]])(
    'must be of texts: %j',
    (entry) => {
      expect(fault({ [name]: ['fine', entry] })).toMatchObject({ field: `${field}[1]` });
    },
  );

  it('must have no holes', () => {
    const list = ['a', 'b'];
    list.length = 3;
    expect(fault({ [name]: list })).toMatchObject({ field: `${field}[2]` });
  });

  it('may have 100 of 256 characters', () => {
    const list = Array.from({ length: 100 }, () => 'x'.repeat(256));
    expect(checkedFilters({ [name]: list })).toEqual({ [name]: list });
  });
});

describe('job_priorities', () => {
  const field = 'filters.job_priorities';

  it.each([[null], [5], [[]]])('must be a list: %j', (list) => {
    expect(fault({ job_priorities: list })).toMatchObject({ field });
  });

  it.each([['5'], [Number.NaN], [Number.POSITIVE_INFINITY], [null], [5n], [true]])(
    'must be of numbers: %s',
    (entry) => {
      expect(fault({ job_priorities: [1, entry] })).toMatchObject({ field: `${field}[1]` });
    },
  );
});

describe('custom_filters', () => {
  const field = 'filters.custom_filters';

  it.each([[null], [5], ['a'], [[]]])('must be an object: %j', (custom) => {
    expect(fault({ custom_filters: custom })).toMatchObject({ field });
  });

  it.each(['', '.', 'a.', '.a', 'a..b', 'x'.repeat(257), '\ud800'])('must have paths: %j', (path) => {
    expect(fault({ custom_filters: { [path]: 1 } })).toMatchObject({ field });
  });

  it.each([
    [undefined],
    [{}],
    [['a']],
    [Number.NaN],
    [Number.NEGATIVE_INFINITY],
    ['x'.repeat(257)],
    ['\udfff'],
    [5n],
  ])('must have plain values: %o', (value) => {
    expect(fault({ custom_filters: { 'a.b': value } })).toMatchObject({ field: `${field}.a.b` });
  });

  it('has at most 100 paths', () => {
    const of = (count: number) => Object.fromEntries(strings(count).map((path) => [path, 1]));
    expect(Object.keys(checkedFilters({ custom_filters: of(100) })?.custom_filters ?? {})).toHaveLength(100);
    expect(fault({ custom_filters: of(101) })).toMatchObject({ field });
  });

  it('takes `__proto__` as a name like another', () => {
    const kept = checkedFilters(JSON.parse('{"custom_filters":{"__proto__":1}}'));
    expect(Object.entries(kept?.custom_filters ?? {})).toEqual([['__proto__', 1]]);
  });
});
