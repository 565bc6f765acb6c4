import { expect, test } from 'vitest';
import { patternsOf } from '../../src/routing/patterns.js';

test.each([
  ['job', ['*', 'job']],
  ['job.done', ['*', 'job.*', 'job.done']],
  ['job.step.done', ['*', 'job.*', 'job.step.*', 'job.step.done']],
  ['a.b.c.d', ['*', 'a.*', 'a.b.*', 'a.b.c.*', 'a.b.c.d']],
  // `*` stands for at least one segment, and a beginning has at least one character.
  ['job.', ['*', 'job.']],
  ['.job', ['*', '.job']],
  ['.', ['*', '.']],
  ['..', ['*', '..']],
  ['a..b', ['*', 'a.*', 'a..*', 'a..b']],
  ['..a', ['*', '..*', '..a']],
  ['.a.b', ['*', '.a.*', '.a.b']],
  ['a:b-c_d', ['*', 'a:b-c_d']],
])('%s is found by %j', (type, patterns) => {
  expect(patternsOf(type)).toEqual(patterns);
});
