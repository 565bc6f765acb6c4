import { JsonText } from '@countersign/core';
import { describe, expect, it, test } from 'vitest';
import { dataText } from '../../src/event/json-data.js';
import { refusal } from '../refusal.js';

const fault = (data: unknown) => {
  const error = refusal(() => dataText(data));
  expect(error.code).toBe('invalid_input');
  return error;
};

describe('JSON is written as JSON writes it', () => {
  it.each([
    [null, 'null'],
    [true, 'true'],
    [0, '0'],
    [-1.5e-7, '-1.5e-7'],
    ['', '""'],
    ['é😀\u2028\0', '"é😀\u2028\\u0000"'],
    [[], '[]'],
    [{}, '{}'],
    [{ b: 1, a: [1, [2, { c: null }]] }, '{"b":1,"a":[1,[2,{"c":null}]]}'],
    [Object.create(null), '{}'],
    [Object.freeze([Object.freeze({ a: 1 })]), '[{"a":1}]'],
  ])('%j', (data, text) => {
    expect(dataText(data)).toBe(text);
  });

  test('a member that is undefined is left out', () => {
    expect(dataText({ a: undefined, b: { c: undefined } })).toBe('{"b":{}}');
  });

  test('an instance of a class is its own members', () => {
    class Job {
      readonly id = 'j1';
      readonly #hidden = 'no';
      get text() {
        return this.#hidden;
      }
    }
    expect(dataText(new Job())).toBe('{"id":"j1"}');
  });

  test('the same object twice is no cycle', () => {
    const shared = { a: 1 };
    expect(dataText([shared, shared])).toBe('[{"a":1},{"a":1}]');
  });

  test('`__proto__` is a name like another', () => {
    const data: unknown = JSON.parse('{"__proto__":{"a":1},"constructor":null}');
    expect(dataText(data)).toBe('{"__proto__":{"a":1},"constructor":null}');
  });

  test('a getter is read', () => {
    const data = {
      get a() {
        return 1;
      },
    };
    expect(dataText(data)).toBe('{"a":1}');
  });
});

describe('what has a `toJSON` is what that returns', () => {
  it('a Date', () => {
    expect(dataText({ at: new Date(0) })).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
  });

  it('a Buffer', () => {
    expect(dataText(Buffer.from([1]))).toBe('{"type":"Buffer","data":[1]}');
  });

  it('a URL', () => {
    expect(dataText([new URL('https://example.com')])).toBe('["https://example.com/"]');
  });

  it('something of its own', () => {
    expect(dataText({ money: { toJSON: () => ({ cents: 5 }) } })).toBe('{"money":{"cents":5}}');
  });

  it('unless it is no function: then it is a member', () => {
    expect(dataText({ toJSON: 5 })).toBe('{"toJSON":5}');
  });

  it('checked like the rest', () => {
    expect(fault({ a: { toJSON: () => Number.NaN } }).field).toBe('data.a');
    expect(fault({ a: { toJSON: () => undefined } }).field).toBe('data.a');
    expect(fault([{ toJSON: () => ({ b: 1n }) }]).field).toBe('data[0].b');
  });

  it('but no Date that is none', () => {
    expect(fault({ a: [new Date(Number.NaN)] })).toMatchObject({
      field: 'data.a[0]',
      message: '`data.a[0]` is an invalid Date',
    });
  });

  it('an end of its own, if it returns another with a `toJSON` for ever', () => {
    const endless = { toJSON: (): unknown => endless };
    expect(fault(endless).field).toBe('data');
  });
});

describe('what JSON would change or drop without a word is refused, with its path', () => {
  const hole = ['a', 'b'];
  hole.length = 3;
  it.each<readonly [string, string, unknown]>([
    ['undefined', 'data', undefined],
    ['undefined in an array', 'data[1]', [1, undefined]],
    ['a hole', 'data.list[2]', { list: hole }],
    ['NaN', 'data.a', { a: Number.NaN }],
    ['Infinity', 'data[0]', [Number.POSITIVE_INFINITY]],
    ['-Infinity', 'data', Number.NEGATIVE_INFINITY],
    ['a bigint', 'data.a.b[1].c', { a: { b: [0, { c: 1n }] } }],
    ['a function', 'data.f', { f: () => 1 }],
    ['a class', 'data.c', { c: class {} }],
    ['a symbol', 'data.s', { s: Symbol('s') }],
    ['a Map', 'data.m', { m: new Map([['a', 1]]) }],
    ['a Set', 'data.m', { m: new Set([1]) }],
    ['a WeakMap', 'data.m', { m: new WeakMap() }],
    ['bytes', 'data.b', { b: new Uint8Array(2) }],
    ['a view of bytes', 'data.b', { b: new DataView(new ArrayBuffer(2)) }],
    ['a buffer of bytes', 'data.b', { b: new ArrayBuffer(2) }],
    ['an error', 'data.error', { error: new Error('broken') }],
    ['a promise', 'data.p', { p: Promise.resolve(1) }],
    ['a regular expression', 'data.r', { r: /a/ }],
    ['search parameters', 'data.q', { q: new URLSearchParams('a=1') }],
    ['a boxed number', 'data.n', { n: Object(Number.NaN) }],
    ['a boxed bigint', 'data.n', { n: Object(1n) }],
    ['a boxed text', 'data.t', { t: Object('\ud800') }],
    ['half a surrogate pair', 'data.t', { t: 'a\ud800' }],
    ['the other half', 'data', '\udc00'],
    ['a pair in the wrong order', 'data', '\udc00\ud800'],
    ['a name with half a pair', 'data.a', { a: { '\ud800': 1 } }],
  ])('%s: %s', (_, field, data) => {
    expect(fault(data).field).toBe(field);
  });

  it('a cycle', () => {
    const cycle: unknown[] = [];
    cycle.push({ cycle });
    expect(fault(cycle)).toMatchObject({ field: 'data' });
    expect(fault(cycle).message).toContain('contains itself');
  });

  it('the kind of what it was is said, and no text of it', () => {
    expect(fault({ a: Number.NaN }).message).toBe(
      '`data.a` must be a text, finite number, boolean, null, list or plain object, got NaN (number)',
    );
    expect(fault({ m: new Map([['secret', 1]]) }).message).toBe(
      '`data.m` must be a text, finite number, boolean, null, list or plain object, got Map',
    );
    expect(fault({ t: 'secret\ud800' }).message).not.toContain('secret');
  });
});

describe('depth', () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

  it('may be 100', () => {
    expect(dataText(nested(100))).toBe(`${'['.repeat(100)}1${']'.repeat(100)}`);
  });

  it('of a JsonText may be 100 too', () => {
    const text = `${'['.repeat(100)}1${']'.repeat(100)}`;
    expect(dataText(new JsonText(text))).toBe(text);
    expect(fault(new JsonText(`[${text}]`)).field).toBe('data');
  });

  it('may not be 101', () => {
    expect(fault(nested(101)).message).toBe('`data` nests deeper than 100 levels, or contains itself');
    expect(fault({ a: nested(100) }).field).toBe('data');
  });

  it('does not exhaust the stack', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 200_000; level += 1) deep = [deep];
    expect(fault(deep).field).toBe('data');
    expect(fault(new JsonText(`${'['.repeat(200_000)}${']'.repeat(200_000)}`)).field).toBe('data');
  });
});

describe('what throws when it is read is refused, with its cause', () => {
  const cause = new Error('mine');
  const thrown = () => {
    throw cause;
  };
  it.each<readonly [string, unknown]>([
    ['a getter', Object.defineProperty({}, 'a', { enumerable: true, get: thrown })],
    ['a `toJSON`', { a: { toJSON: thrown } }],
    ['a proxy that lists no names', { a: new Proxy({}, { ownKeys: thrown }) }],
    ['a proxy that gives no value', { a: new Proxy({ b: 1 }, { get: thrown }) }],
    ['a proxy that has nothing', new Proxy({}, { has: thrown })],
    ['a list of it', [Object.defineProperty([1], 0, { get: thrown })]],
  ])('%s', (_, data) => {
    const error = fault(data);
    expect(error).toMatchObject({ field: 'data', cause });
    expect(error.message).not.toContain('mine');
  });

  it('a proxy that was revoked', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(fault({ proxy }).field).toBe('data');
  });
});

describe('a path', () => {
  it('is cut where it is long', () => {
    const name = 'n'.repeat(5000);
    for (const value of [Number.NaN, '\ud800', new Date(Number.NaN), { '\ud800': 1 }]) {
      const { field, message } = fault({ [name]: value });
      expect(field).toHaveLength(201);
      expect(message.length).toBeLessThan(300);
    }
  });

  it('of 200 characters is whole', () => {
    const name = 'n'.repeat(195);
    expect(fault({ [name]: Number.NaN }).field).toBe(`data.${name}`);
    expect(fault({ [`${name}n`]: Number.NaN }).field).toBe(`data.${name}…`);
  });
});

describe('a JsonText', () => {
  it.each(['{ "b" : 1e0,\n "a": 1.50 }', '"\\u00e9"', 'null', ' [ ] ', '{"a":1,"a":2}'])(
    '%j is taken as it stands',
    (text) => {
      expect(dataText(new JsonText(text))).toBe(text);
    },
  );

  it.each(['', ' ', '{', "{'a':1}", '{"a":1,}', 'NaN', 'undefined', '01', '{} {}', '\ufeff{}'])(
    'that is no JSON is refused, and not quoted: %j',
    (text) => {
      const error = fault(new JsonText(text));
      expect(error.message).toBe('`data` is a `JsonText` whose text is not JSON');
      // A parser's own error quotes what it parsed.
      expect(error.cause).toBeUndefined();
    },
  );

  it('is checked like the rest', () => {
    expect(fault(new JsonText('{"a":[1e999]}')).field).toBe('data.a[0]');
    expect(fault(new JsonText('{"a":"\\ud800"}')).field).toBe('data.a');
  });

  it('has no half of a surrogate pair, not even where a later member hides it', () => {
    expect(fault(new JsonText('{"a":"\ud800","a":1}')).field).toBe('data');
  });
});
