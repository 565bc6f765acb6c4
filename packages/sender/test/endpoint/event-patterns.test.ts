import { describe, expect, it, test } from 'vitest';
import { checkedPatterns } from '../../src/endpoint/event-patterns.js';
import { refusal } from '../refusal.js';

const types = new Set(['job.completed', 'job.step.done', 'machine']);

test('patterns are kept in their order, each once', () => {
  expect(checkedPatterns(['b', 'a.*', 'b', '*', 'a.*'], undefined)).toEqual(['b', 'a.*', '*']);
});

describe('a pattern is', () => {
  it.each(['*', 'job', 'job.done', 'job.*', 'a.b.c.*', 'a:b-c_d.*', 'A', '9', `${'x'.repeat(126)}.*`])(
    '%s',
    (pattern) => {
      expect(checkedPatterns([pattern], undefined)).toEqual([pattern]);
    },
  );
});

describe('no pattern is', () => {
  it.each([
    '',
    '**',
    '*.job',
    'job*',
    'job.*.done',
    '.*',
    '*.*',
    'job.**',
    'a b',
    'é',
    'a\n',
    'a/b',
    'x'.repeat(129),
  ])('%j', (pattern) => {
    const error = refusal(() => checkedPatterns(['*', pattern], undefined));
    expect(error).toMatchObject({ code: 'invalid_input', field: 'events[1]' });
    expect(error.message).toContain('the beginning of one and `.*`');
  });

  it.each([[5], [null], [undefined], [['*']], [{}]])('%j', (pattern) => {
    expect(refusal(() => checkedPatterns([pattern], undefined))).toMatchObject({ field: 'events[0]' });
  });
});

test.each([[undefined], [null], ['*'], [[]], [{}], [Array(101).fill('*')]])(
  '%j is no list of 1 to 100 patterns',
  (patterns) => {
    expect(refusal(() => checkedPatterns(patterns, undefined))).toMatchObject({ field: 'events' });
  },
);

test('100 patterns are allowed', () => {
  const patterns = Array.from({ length: 100 }, (_, index) => `t${index}`);
  expect(checkedPatterns(patterns, undefined)).toEqual(patterns);
});

describe('where the sender’s events are known', () => {
  it.each(['*', 'job.completed', 'job.*', 'job.step.*', 'machine'])('%s matches one of them', (pattern) => {
    expect(checkedPatterns([pattern], types)).toEqual([pattern]);
  });

  it.each(['job', 'job.complete', 'job.done', 'machine.*', 'job.step.done.*', 'constructor'])(
    '%s matches none, and is a mistake',
    (pattern) => {
      const error = refusal(() => checkedPatterns(['*', pattern], types));
      expect(error).toMatchObject({ field: 'events[1]' });
      expect(error.message).toContain("none of the sender's `events`");
    },
  );

  it('`*` is right even where there are none', () => {
    expect(checkedPatterns(['*'], new Set())).toEqual(['*']);
  });
});
