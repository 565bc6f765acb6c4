import { expect, test } from 'vitest';
import { entryTexts, memberTexts } from '../src/request/json-parts.js';

test('members are found whatever stands in texts and however deep they are', () => {
  const json =
    ' {"a":{"b":[1,{"c":"}],"}]},"d" : "x\\"y,:{", "e\\u0041\\"":[],"f":-1.50E+2,"":null,"g":"" } ';
  expect([...memberTexts(json)]).toEqual([
    ['a', '{"b":[1,{"c":"}],"}]}'],
    ['d', '"x\\"y,:{"'],
    ['eA"', '[]'],
    ['f', '-1.50E+2'],
    ['', 'null'],
    ['g', '""'],
  ]);
  expect(memberTexts('{}').size).toBe(0);
  expect(memberTexts('{"a":{}}').get('a')).toBe('{}');
});

test('of a name that stands there twice the last one counts, as in JSON.parse', () => {
  const json = '{"data":1,"\\u0064ata":2}';
  expect([memberTexts(json).get('data'), JSON.parse(json).data]).toEqual(['2', 2]);
  expect(memberTexts('{"__proto__":1}').get('__proto__')).toBe('1');
});

test('entries keep their order and their digits', () => {
  expect(entryTexts('[ 1.0 , [2,[ ]], "a,b", {"c": [1, 2]}, 12345678901234567890 ]')).toEqual([
    '1.0',
    '[2,[]]',
    '"a,b"',
    '{"c":[1,2]}',
    '12345678901234567890',
  ]);
  expect(entryTexts('[]')).toEqual([]);
});

test('a long text and a deep nesting are taken in one pass, without a stack', () => {
  const text = JSON.stringify('x\\"'.repeat(300_000));
  expect(memberTexts(`{"data":${text}}`).get('data')).toBe(text);
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  expect(memberTexts(`{"data":${deep}}`).get('data')).toBe(deep);
});
