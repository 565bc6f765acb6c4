import { expect, test } from 'vitest';
import { fieldOf, pointerOf, pointerOfField, wireSentence } from '../src/problem/wire-path.js';

test.each([
  ['url', '#/url'],
  ['events[1]', '#/events/1'],
  ['events[1].type', '#/events/1/type'],
  ['events[1].data.a[0].b', '#/events/1/data'],
  ['data', '#/data'],
  ['data.a.b', '#/data'],
  ['data[0]', '#/data'],
  ['headers.X-Key', '#/headers/X-Key'],
  ['headers.a.b', '#/headers/a.b'],
  ['filters.job_types[2]', '#/filters/job_types/2'],
  ['filters.custom_filters.a.b', '#/filters/custom_filters/a.b'],
  ['orderingKey', '#/ordering_key'],
  ['events[3].orderingKey', '#/events/3/ordering_key'],
  ['rateLimit.perSecond', '#/rate_limit/per_second'],
])('the argument %s of the SDK stands in the body at %s', (field, pointer) => {
  expect(pointerOfField(field)).toBe(pointer);
});

test('pointers escape what has a meaning in them', () => {
  expect(pointerOf(['a/b', 'c~d', 0, 'e f', '%', 'ü'])).toBe('#/a~1b/c~0d/0/e%20f/%25/%C3%BC');
  expect(pointerOf([])).toBe('#');
});

test('paths are named as people write them, and sentences speak of the wire', () => {
  expect(fieldOf(['events', 1, 'type'])).toBe('events[1].type');
  expect(wireSentence('`orderingKey` must be a text, `url` too')).toBe(
    '`ordering_key` must be a text, `url` too',
  );
  expect(wireSentence('`data.orderingKey` has an unpaired surrogate')).toBe(
    '`data.orderingKey` has an unpaired surrogate',
  );
  expect(wireSentence('`url` must begin with `https://`: `http://` needs `allowHttp`')).toBe(
    '`url` must begin with `https://`: `http://` needs `allowHttp`',
  );
});
