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

  test('numbers that are names come first, and names in the order in which they were set', () => {
    const data = { b: 1, 10: 2, a: 3, 2: 4, '-1': 5 };
    expect(dataText(data)).toBe('{"2":4,"10":2,"b":1,"a":3,"-1":5}');
    expect(dataText(data)).toBe(JSON.stringify(data));
  });

  test('-0 is 0', () => {
    expect(dataText([-0])).toBe('[0]');
  });

  test('members without a name of text are left out', () => {
    expect(dataText(Object.assign([1], { more: 2, [Symbol('s')]: 3 }))).toBe('[1]');
    expect(dataText({ [Symbol('s')]: 1, a: 2 })).toBe('{"a":2}');
  });

  test('names that objects inherit are names like others', () => {
    const text = '{"toString":1,"constructor":2,"hasOwnProperty":3,"__proto__":null}';
    expect(dataText(JSON.parse(text))).toBe(text);
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

  it('and what that has for a `toJSON` is a member of it, as it is for JSON', () => {
    const endless = { toJSON: (): unknown => endless };
    expect(fault(endless).field).toBe('data.toJSON');
    expect(fault({ toJSON: () => ({ a: Number.NaN, toJSON: () => 'ok' }) }).field).toBe('data.a');
    expect(fault({ toJSON: () => new Date(0) }).message).toContain('got Date');
    class Self {
      a = 1;
      toJSON() {
        return this;
      }
    }
    expect(dataText([new Self()])).toBe('[{"a":1}]');
  });

  it('called as JSON calls it: once, on what has it, with the name it stands under', () => {
    const calls: unknown[] = [];
    const data = {
      toJSON(...args: unknown[]) {
        calls.push([this === data, ...args]);
        return { list: [{ toJSON: (...more: unknown[]) => calls.push(more) }], at: { toJSON: String } };
      },
    };
    const text = JSON.stringify(data);
    const called = calls.splice(0);
    expect(dataText(data)).toBe(text);
    expect(calls).toEqual(called);
    expect(calls).toEqual([[true, ''], ['0']]);
  });

  it('the level it stands at is that of what it is', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100; level += 1) {
      const inner = deep;
      deep = { toJSON: () => [inner] };
    }
    expect(dataText(deep)).toBe(`${'['.repeat(100)}1${']'.repeat(100)}`);
    expect(fault([deep]).message).toContain('deeper');
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

describe('what is written is what was checked', () => {
  /** Answers 1 when it is asked for the first time. */
  const changing = (later: unknown) => {
    let times = 0;
    return () => (times++ === 0 ? 1 : later);
  };
  const laters = [Number.NaN, undefined, new Map([[1, 2]]), 1n, '\ud800', () => 1];

  it.each(laters)('though a getter says something else later: %s', (later) => {
    const data = Object.defineProperty({}, 'a', { enumerable: true, get: changing(later) });
    expect(dataText(data)).toBe('{"a":1}');
    const list = Object.defineProperty([0], 0, { get: changing(later) });
    expect(dataText(list)).toBe('[1]');
  });

  it.each(laters)('though a `toJSON` says something else later: %s', (later) => {
    expect(dataText({ a: { toJSON: changing(later) } })).toBe('{"a":1}');
    expect(dataText({ toJSON: changing(later) })).toBe('1');
  });

  it('though a `toJSON` is there the first time alone', () => {
    const toJSON = changing(undefined);
    const data = Object.defineProperty({ a: 2 }, 'toJSON', { get: () => toJSON() && (() => 'once') });
    expect(dataText(data)).toBe('"once"');
  });

  it('though a proxy has other members later', () => {
    const names = changing(['a', 'b']);
    const proxy = new Proxy<object>(
      {},
      {
        ownKeys: () => (names() === 1 ? ['a'] : ['a', 'b']),
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
        get: (_target, name) => ({ a: 1, b: new Map() })[String(name)],
      },
    );
    expect(dataText(proxy)).toBe('{"a":1}');
  });

  it('and every member is read once', () => {
    const reads: string[] = [];
    const spied = (value: object): object =>
      new Proxy(value, {
        get: (target, name, receiver) => {
          if (typeof name === 'string') reads.push(name);
          return Reflect.get(target, name, receiver);
        },
      });
    expect(dataText(spied({ a: spied([5]), b: 1 }))).toBe('{"a":[5],"b":1}');
    expect(reads.filter((name) => name !== 'length').sort()).toEqual(['0', 'a', 'b']);
  });
});

describe('what is text already can only be the whole data', () => {
  it('a JsonText in it is refused', () => {
    expect(fault({ a: [new JsonText('1')] })).toMatchObject({
      field: 'data.a[0]',
      message: '`data.a[0]` is a `JsonText`, which only the whole data can be',
    });
    expect(fault({ toJSON: () => new JsonText('1') }).field).toBe('data');
  });

  it.each(['1', '"\\ud800"', '1e999'])('`JSON.rawJSON` is refused: %s', (text) => {
    const rawJSON: unknown = Reflect.get(JSON, 'rawJSON');
    const raw: unknown = typeof rawJSON === 'function' ? rawJSON(text) : undefined;
    expect(fault({ a: raw })).toMatchObject({
      field: 'data.a',
      message: '`data.a` is made by `JSON.rawJSON`: send the data as a `JsonText`',
    });
    expect(fault(raw).field).toBe('data');
    expect(dataText({ rawJSON: text })).toBe(JSON.stringify({ rawJSON: text }));
  });
});

describe('depth', () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

  it('may be 100', () => {
    expect(dataText(nested(100))).toBe(`${'['.repeat(100)}1${']'.repeat(100)}`);
  });

  it('may not be 101', () => {
    expect(fault(nested(101)).message).toBe('`data` nests deeper than 100 levels, or contains itself');
    expect(fault({ a: nested(100) }).field).toBe('data');
  });

  it('does not exhaust the stack', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 200_000; level += 1) deep = [deep];
    expect(fault(deep).field).toBe('data');
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
    for (const data of [proxy, { proxy }, { toJSON: () => proxy }]) {
      expect(fault(data)).toMatchObject({
        field: 'data',
        message: '`data` cannot be read: a getter, a proxy or a `toJSON` of it throws',
      });
    }
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
