import { JsonText } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { dataText } from '../../src/event/json-data.js';
import { refusal } from '../refusal.js';

const fault = (text: string) => {
  const error = refusal(() => dataText(new JsonText(text)));
  expect(error.code).toBe('invalid_input');
  return error;
};

describe('a JsonText', () => {
  it.each([
    '{ "b" : 1e0,\n "a": 1.50 }',
    '"\\u00e9"',
    'null',
    ' [ ] ',
    '{}',
    '[{},[],{"a":{}}]',
    '{"a":{"a":1},"b":[{"a":2},{"a":3}]}',
    '{"a":"a","b":"a","c":["a","a"]}',
    '{"\\\\":1,"\\"":2,"\\\\\\"":3,"":4}',
    '["\\ud83d\\ude00","\\\\ud800",-0,1E+2,true,false,null]',
    '{"__proto__":{"__proto__":1},"constructor":2}',
  ])('%j is taken as it stands', (text) => {
    expect(dataText(new JsonText(text))).toBe(text);
  });

  it.each(['', ' ', '{', "{'a':1}", '{"a":1,}', 'NaN', 'undefined', '01', '{} {}', '\ufeff{}'])(
    'that is no JSON is refused, and not quoted: %j',
    (text) => {
      const error = fault(text);
      expect(error.message).toBe('`data` is a `JsonText` whose text is not JSON');
      // A parser's own error quotes what it parsed.
      expect(error.cause).toBeUndefined();
    },
  );

  it.each<readonly [unknown, string]>([
    [5, '5 (number)'],
    [undefined, 'undefined'],
    [['{}'], 'array of 1'],
  ])('of something that is no text is refused: %j', (text, got) => {
    const data: unknown = Reflect.construct(JsonText, [text]);
    expect(refusal(() => dataText(data)).message).toBe(
      `\`data\` must be a \`JsonText\` that holds a text, got ${got}`,
    );
  });

  it('is read once', () => {
    const texts = ['{"a":1}', '{"broken'];
    const data: unknown = Object.create(JsonText.prototype, { text: { get: () => texts.shift() } });
    expect(dataText(data)).toBe('{"a":1}');
  });

  it('that throws when it is read is refused', () => {
    const cause = new Error('mine');
    const text = () => {
      throw cause;
    };
    const data: unknown = Object.create(JsonText.prototype, { text: { get: text } });
    expect(refusal(() => dataText(data))).toMatchObject({ field: 'data', cause });
  });
});

describe('what receivers would read each in its own way is refused, with its path', () => {
  it.each([
    ['a number that no double holds', 'data.a[0]', '{"a":[1e999]}'],
    ['one that is negative', 'data', ' -1e999 '],
    ['one behind others', 'data.b.c[2]', '{"a":[],"b":{"x":{},"c":[0,[1,2],1E400]}}'],
    ['half of a surrogate pair', 'data', '{"a":"\ud800","a":1}'],
    ['an escaped half', 'data.a', '{"a":"\\ud800"}'],
    ['a half that a later member hides', 'data.a', '{"a":"\\ud800","a":1}'],
    ['a half that is escaped in capitals', 'data[1]', '["\\\\ud800","\\uDC00"]'],
    ['a half in a name', 'data.a', '{"a":{"\\ud800":1}}'],
    ['two members of one name', 'data.a', '{"a":1,"a":2}'],
    ['two that are equal', 'data.a', '{"a":1,"a":1}'],
    ['two of one name with others between', 'data.l[1].a', '{"l":[{"a":1},{"a":{"a":[]},"b":0,"a":1}]}'],
    ['two of one name that is escaped', 'data.aé', '{"a\\u00e9":1,"\\u0061é":2}'],
    ['two without a name', 'data.', '{"":1,"":2}'],
    ['two named `__proto__`', 'data.__proto__', '{"__proto__":1,"__proto__":2}'],
  ])('%s', (_, field, text) => {
    expect(fault(text).field).toBe(field);
  });

  it('in a sentence', () => {
    expect(fault('{"a":{"b":1,"b":2}}').message).toBe(
      '`data.a.b` is there twice: receivers disagree about which of them counts',
    );
  });

  it('with a path that is cut where it is long', () => {
    const name = 'n'.repeat(5000);
    expect(fault(`{"${name}":1,"${name}":1}`).field).toHaveLength(201);
  });
});

describe('its depth', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}1${']'.repeat(depth)}`;

  it('may be 100, again and again', () => {
    for (const text of [nested(100), `[${nested(99)},${nested(99)}]`]) {
      expect(dataText(new JsonText(text))).toBe(text);
    }
  });

  it.each([101, 5000, 200_000])('may not be %d', (depth) => {
    expect(fault(nested(depth)).message).toBe('`data` nests deeper than 100 levels, or contains itself');
  });

  it('may not be more where a later member hides it', () => {
    expect(fault(`{"a":${nested(5000)},"a":1}`).message).toContain('deeper than 100 levels');
  });
});

it('a text of many escapes, a long number and many members are read at once', () => {
  const members = Array.from({ length: 20_000 }, (_, index) => `"n${index}":"${'\\\\'.repeat(20)}\\""`);
  const text = `{${members.join(',')},"slashes":"${'\\\\'.repeat(1_000_000)}","n":0.${'1'.repeat(2_000_000)}}`;
  expect(dataText(new JsonText(text))).toBe(text);
});
