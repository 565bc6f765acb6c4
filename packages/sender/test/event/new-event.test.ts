import { createHash } from 'node:crypto';
import { JsonText, type StandardSchema } from '@countersign/core';
import { describe, expect, it, test } from 'vitest';
import { isSenderError } from '../../src/errors/sender-error.js';
import { type EventRules, newEvent } from '../../src/event/new-event.js';

const NOW_MS = Date.parse('2026-01-15T10:30:00.250Z');
const rules: EventRules = { schemas: undefined, maxEventBytes: 1000, now: () => NOW_MS };
const plain = { type: 'job.done', data: { a: 1 } };

const made = (input: unknown, more: Partial<EventRules> = {}, endpointId?: string) =>
  newEvent(input, { ...rules, ...more }, endpointId);

async function fault(input: unknown, more: Partial<EventRules> = {}) {
  const error = await made(input, more).catch((reason: unknown) => reason);
  if (isSenderError(error)) return error;
  throw new Error('not refused');
}

describe('an event', () => {
  it('that says the least gets an id and the time', async () => {
    expect(await made(plain)).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-f]{32}$/),
      tenant: '',
      type: 'job.done',
      data: '{"a":1}',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      timestampMs: NOW_MS,
      orderingKey: undefined,
      endpointId: undefined,
    });
  });

  it('is of the time that its Date said when it was checked', async () => {
    const times = [5, Number.NaN, Number.NaN];
    const timestamp = Object.assign(new Date(0), { getTime: () => times.shift() });
    expect((await made({ ...plain, timestamp })).timestampMs).toBe(5);
    for (const time of [0.5, '5', undefined]) {
      const odd = Object.assign(new Date(0), { getTime: () => time });
      expect((await fault({ ...plain, timestamp: odd })).field).toBe('timestamp');
    }
  });

  it('that says all keeps it', async () => {
    const input = {
      ...plain,
      id: 'order_1-A',
      tenant: 'acme:eu.1',
      orderingKey: 'Bestellung 1 é',
      timestamp: new Date(5),
    };
    expect(await made(input, {}, 'wh_1')).toMatchObject({
      id: 'order_1-A',
      tenant: 'acme:eu.1',
      orderingKey: 'Bestellung 1 é',
      timestampMs: 5,
      endpointId: 'wh_1',
    });
  });

  it('has ids that grow with time and are never the same', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 200; count += 1) ids.push((await made(plain)).id);
    expect(new Set(ids).size).toBe(200);
    expect(ids).toEqual(ids.toSorted());
  });

  it('keeps the text of a JsonText', async () => {
    expect(await made({ ...plain, data: new JsonText('{ "a": 1e0 }') })).toMatchObject({
      data: '{ "a": 1e0 }',
    });
  });
});

describe('what is wrong is named', () => {
  const long = 'x'.repeat(129);
  it.each<readonly [string, unknown]>([
    ['event', undefined],
    ['event', null],
    ['event', 'job.done'],
    ['ordering_key', { ...plain, ordering_key: 'a' }],
    ['event', { ...plain, 'a b': 'a' }],
    ['type', { data: 1 }],
    ['type', []],
    ['type', { ...plain, type: '' }],
    ['type', { ...plain, type: 5 }],
    ['type', { ...plain, type: 'a b' }],
    ['type', { ...plain, type: 'job.*' }],
    ['type', { ...plain, type: 'é' }],
    ['type', { ...plain, type: 'a\n' }],
    ['type', { ...plain, type: long }],
    ['id', { ...plain, id: '' }],
    ['id', { ...plain, id: null }],
    ['id', { ...plain, id: 5 }],
    ['id', { ...plain, id: 'a.b' }],
    ['id', { ...plain, id: 'a b' }],
    ['id', { ...plain, id: 'a\n' }],
    ['id', { ...plain, id: long }],
    ['tenant', { ...plain, tenant: '' }],
    ['tenant', { ...plain, tenant: '*' }],
    ['tenant', { ...plain, tenant: null }],
    ['tenant', { ...plain, tenant: long }],
    ['orderingKey', { ...plain, orderingKey: '' }],
    ['orderingKey', { ...plain, orderingKey: null }],
    ['orderingKey', { ...plain, orderingKey: 5 }],
    ['orderingKey', { ...plain, orderingKey: 'x'.repeat(257) }],
    ['orderingKey', { ...plain, orderingKey: '\ud800' }],
    ['orderingKey', { ...plain, orderingKey: 'a\0b' }],
    ['timestamp', { ...plain, timestamp: NOW_MS }],
    ['timestamp', { ...plain, timestamp: '2026-01-15T10:30:00Z' }],
    ['timestamp', { ...plain, timestamp: null }],
    ['timestamp', { ...plain, timestamp: new Date(Number.NaN) }],
    ['timestamp', { ...plain, timestamp: new Date(-1) }],
    ['timestamp', { ...plain, timestamp: new Date(Date.UTC(10_000, 0)) }],
    ['data', { type: 'a' }],
    ['data.a', { type: 'a', data: { a: 1n } }],
  ])('%s: %o', async (field, input) => {
    expect(await fault(input)).toMatchObject({ code: 'invalid_input', field });
  });
});

test.each([
  { type: 'x'.repeat(128) },
  { type: 'A.b:c_d-9' },
  { type: '.' },
  { id: 'x'.repeat(128) },
  { tenant: 'x'.repeat(128) },
  { orderingKey: 'x'.repeat(256) },
  { timestamp: new Date(0) },
  { timestamp: new Date(Date.UTC(10_000, 0) - 1) },
])('the ends of what is allowed: %o', async (more) => {
  await expect(made({ ...plain, ...more })).resolves.toBeDefined();
});

describe('its size', () => {
  it('is counted in UTF-8 bytes of JSON', async () => {
    await expect(made({ type: 'a', data: 'é' }, { maxEventBytes: 4 })).resolves.toBeDefined();
    expect(await fault({ type: 'a', data: 'é' }, { maxEventBytes: 3 })).toMatchObject({
      code: 'event_too_large',
      status: 413,
      field: 'data',
      message: '`data` is 4 bytes of JSON, more than the 3 that are allowed',
    });
  });
});

describe('with schemas', () => {
  const even: StandardSchema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) =>
        Number(Reflect.get(Object(value), 'n')) % 2 === 0
          ? { value: 'something else' }
          : { issues: [{ message: 'odd: secret', path: ['n'] }] },
    },
  };
  const late: StandardSchema = {
    '~standard': {
      ...even['~standard'],
      validate: async (value) => even['~standard'].validate(value),
    },
  };
  const schemas = new Map([
    ['even', even],
    ['late', late],
  ]);

  it.each(['even', 'late'])('data that fits is taken as it was given (%s)', async (type) => {
    expect(await made({ type, data: { n: 2 } }, { schemas })).toMatchObject({ data: '{"n":2}' });
  });

  it.each(['even', 'late'])('data that does not is refused, with paths and no values (%s)', async (type) => {
    const error = await fault({ type, data: { n: 3 } }, { schemas });
    expect(error).toMatchObject({ code: 'schema_mismatch', status: 422, field: 'data' });
    expect(error.message).toContain('`data.n`');
    expect(error.message).not.toContain('secret');
  });

  it('a type that is none of them is refused', async () => {
    for (const type of ['odd', 'constructor', '__proto__']) {
      expect(await fault({ type, data: 1 }, { schemas })).toMatchObject({
        code: 'invalid_input',
        field: 'type',
      });
    }
  });

  it('a schema that throws is not taken for a refusal', async () => {
    const broken = new RangeError('of the schema');
    const schema: StandardSchema = {
      '~standard': {
        ...even['~standard'],
        validate: () => {
          throw broken;
        },
      },
    };
    const sent = made({ type: 'a', data: 1 }, { schemas: new Map([['a', schema]]) });
    await expect(sent).rejects.toBe(broken);
  });

  it('data is judged as it will stand on the wire', async () => {
    const seen: unknown[] = [];
    const schema: StandardSchema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) => {
          seen.push(value);
          return { value };
        },
      },
    };
    const data = { at: new Date(0), gone: undefined };
    await made({ type: 'a', data }, { schemas: new Map([['a', schema]]) });
    expect(seen).toEqual([{ at: '1970-01-01T00:00:00.000Z' }]);
    expect(Object.keys(Object(seen[0]))).toEqual(['at']);
  });
});

describe('what makes two events the same', () => {
  const digestOf = async (more: object, endpointId?: string) =>
    (await made({ ...plain, id: 'e1', ...more }, {}, endpointId)).digest;

  it('is all that was given', async () => {
    const digests = await Promise.all([
      digestOf({}),
      digestOf({ type: 'job.failed' }),
      digestOf({ data: { a: 2 } }),
      digestOf({ timestamp: new Date(0) }),
      digestOf({ timestamp: new Date(1) }),
      digestOf({ orderingKey: 'a' }),
      digestOf({ orderingKey: 'null' }),
      digestOf({}, 'wh_1'),
      digestOf({ orderingKey: 'wh_1' }),
    ]);
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('is neither the time of the call nor what was made up', async () => {
    const [one, other] = [await made(plain), await made(plain, { now: () => NOW_MS + 5 })];
    expect(one.digest).toBe(other.digest);
    expect(one.id).not.toBe(other.id);
  });

  it('stays as it is from version to version: records hold it', async () => {
    const head = '["job.done",0,"k",null]\n';
    const expected = createHash('sha256').update(`${head}{"a":1}`).digest('hex');
    expect(await digestOf({ timestamp: new Date(0), orderingKey: 'k' })).toBe(expected);
  });
});
