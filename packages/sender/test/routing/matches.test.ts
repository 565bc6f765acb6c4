import { describe, expect, it, test } from 'vitest';
import type { EventFilters } from '../../src/ports/records.js';
import { matchesFilters, matchesGlob } from '../../src/routing/matches.js';

const data = {
  job_type: 'comfyui',
  job_priority: 50,
  machine_id: 'prod-cluster-7',
  worker_id: 'worker-1',
  result: { ok: true, retries: 0, note: null, text: '', deep: { er: 'x' } },
  list: ['a', 'b'],
};

const table = (what: string, expected: boolean, rows: readonly (readonly [EventFilters, unknown?])[]) =>
  test.each(rows.map(([filters, of = data]) => ({ filters, of })))(`${what} (%j)`, ({ filters, of }) => {
    expect(matchesFilters(filters, of)).toBe(expected);
  });

describe('what all filters match passes', () => {
  table('match', true, [
    [{}],
    [{}, null],
    [{ custom_filters: {} }],
    [{ job_types: ['comfyui'] }],
    [{ job_types: ['a1111', 'comfyui'] }],
    [{ job_types: ['comfy*'] }],
    [{ job_priorities: [1, 50] }],
    [{ machine_ids: ['prod-cluster-*'] }],
    [{ machine_ids: ['*'] }],
    [{ worker_ids: ['worker-1'] }],
    [{ custom_filters: { 'result.ok': true } }],
    [{ custom_filters: { 'result.retries': 0, 'result.note': null, 'result.text': '' } }],
    [{ custom_filters: { 'result.deep.er': 'x', job_type: 'comfyui' } }],
    [
      {
        job_types: ['comfyui'],
        job_priorities: [50],
        machine_ids: ['*-7'],
        worker_ids: ['worker-?', 'worker-1'],
        custom_filters: { 'result.ok': true },
      },
    ],
  ]);
});

describe('what one filter does not match does not', () => {
  table('no match', false, [
    [{ job_types: ['a1111'] }],
    [{ job_types: ['COMFYUI'] }],
    [{ job_types: ['comfyui'], job_priorities: [49] }],
    [{ job_types: ['comfyui'], machine_ids: ['dev-*'] }],
    [{ job_types: ['comfyui'], worker_ids: ['worker-2'] }],
    [{ job_types: ['comfyui'], custom_filters: { 'result.ok': false } }],
    [{ job_types: ['a1111'], custom_filters: { 'result.ok': true } }],
    [{ custom_filters: { 'result.ok': true, 'result.retries': 1 } }],
    [{ machine_ids: ['prod-cluster-?'] }],
    [{ machine_ids: ['prod-cluster-[0-9]'] }],
  ]);
});

describe('a filter whose field is absent does not match', () => {
  table('absent', false, [
    [{ job_types: ['*'] }, {}],
    [{ job_priorities: [0] }, {}],
    [{ machine_ids: ['*'] }, {}],
    [{ worker_ids: ['*'] }, { worker: 'w' }],
    [{ custom_filters: { 'result.missing': null } }],
    [{ custom_filters: { 'result.ok.deeper': true } }],
    [{ custom_filters: { 'result.note.deeper': null } }],
    [{ custom_filters: { 'result.text.length': 0 } }],
    [{ job_types: ['*'] }, null],
    [{ job_types: ['*'] }, 'comfyui'],
    [{ job_types: ['*'] }, ['comfyui']],
  ]);
});

describe('nothing but own members of objects is data', () => {
  table('inherited or counted', false, [
    [{ custom_filters: { 'constructor.name': 'Object' } }],
    [{ custom_filters: { 'list.length': 2 } }],
    [{ custom_filters: { 'list.0': 'a' } }],
    [{ custom_filters: { length: 1 } }, ['a']],
    [{ custom_filters: { '__proto__.x': 1 } }],
  ]);

  it('what an object inherits is none', () => {
    expect(matchesFilters({ custom_filters: { a: 1 } }, Object.create({ a: 1 }))).toBe(false);
  });

  it('what JSON names `__proto__` is one', () => {
    const of: unknown = JSON.parse('{"__proto__":{"x":1},"constructor":"c"}');
    expect(matchesFilters({ custom_filters: { '__proto__.x': 1, constructor: 'c' } }, of)).toBe(true);
  });
});

describe('nothing is coerced', () => {
  table('other kind', false, [
    [{ job_types: ['50'] }, { job_type: 50 }],
    [{ job_priorities: [50] }, { job_priority: '50' }],
    [{ job_types: ['*'] }, { job_type: 50 }],
    [{ job_types: ['*'] }, { job_type: null }],
    [{ machine_ids: ['*'] }, { machine_id: ['a'] }],
    [{ custom_filters: { a: 1 } }, { a: true }],
    [{ custom_filters: { a: 0 } }, { a: false }],
    [{ custom_filters: { a: '' } }, { a: null }],
    [{ custom_filters: { a: 'b*' } }, { a: 'bc' }],
  ]);
});

describe('matchesGlob', () => {
  it.each([
    ['', ''],
    ['a', 'a'],
    ['*', ''],
    ['*', 'anything at all'],
    ['**', 'x'],
    ['a*', 'a'],
    ['*a', 'a'],
    ['a*a', 'aa'],
    ['a*b*c', 'abc'],
    ['a*b*c', 'aXbXbXc'],
    ['*ab*ab*', 'abab'],
    ['a*ab', 'aab'],
    ['*.*', '.'],
    ['a?c', 'a?c'],
    ['[a]', '[a]'],
    ['a\\*', 'a\\x'],
    ['é*', 'éa'],
    ['*\n*', 'a\nb'],
  ])('%j matches %j', (glob, text) => {
    expect(matchesGlob(glob, text)).toBe(true);
  });

  it.each([
    ['', 'a'],
    ['a', ''],
    ['a', 'ab'],
    ['a', 'ba'],
    ['a*', 'ba'],
    ['*a', 'ab'],
    ['a*a', 'a'],
    ['ab*ba', 'aba'],
    ['a*b*c', 'ac'],
    ['a*b*c', 'acb'],
    ['*ab*ab*', 'aba'],
    ['*a*b', 'b'],
    ['a*bc*c', 'abc'],
    ['a?c', 'abc'],
    ['[a]', 'a'],
    ['A', 'a'],
  ])('%j does not match %j', (glob, text) => {
    expect(matchesGlob(glob, text)).toBe(false);
  });
});
