import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isStandardSchema, unvalidated } from '../../src/events/standard-schema.js';
import { validate } from '../../src/events/validate.js';

const standard = { version: 1, vendor: 'test', validate: () => ({ value: 1 }) };

describe('what is a Standard Schema', () => {
  test('an object of a library, a function that carries it, an instance of a class', () => {
    class Schema {
      readonly '~standard' = standard;
    }
    const callable = Object.assign(() => {}, { '~standard': standard });
    for (const schema of [z.string(), callable, new Schema(), unvalidated()])
      expect(isStandardSchema(schema)).toBe(true);
  });

  test.each([
    null,
    undefined,
    'text',
    1,
    {},
    () => {},
    { '~standard': null },
    { '~standard': {} },
    { '~standard': { validate: 1 } },
  ])('not %o', (value) => {
    expect(isStandardSchema(value)).toBe(false);
  });
});

describe('unvalidated', () => {
  test.each([null, undefined, 7, 'text', { any: ['thing'] }])('%o passes as the same value', async (data) => {
    expect(await validate(unvalidated(), data)).toBe(data);
  });
});

describe('validate', () => {
  test('without a schema the data passes as it is', async () => {
    const data = { a: 1 };
    expect(await validate(undefined, data)).toBe(data);
  });

  test("a schema's own value is what counts, `undefined` too", async () => {
    expect(
      await validate(
        z.string().transform((text) => text.length),
        'four',
      ),
    ).toBe(4);
    expect(
      await validate(
        z.unknown().transform(() => undefined),
        1,
      ),
    ).toBeUndefined();
  });

  test('an empty list of issues is a refusal: the specification knows success by its absence', async () => {
    const schema = { '~standard': { version: 1 as const, vendor: 'test', validate: () => ({ issues: [] }) } };
    await expect(async () => validate(schema, {})).rejects.toMatchObject({ code: 'schema_mismatch' });
  });

  test('paths are those of the payload, not of what the schema returned', async () => {
    const schema = z.object({ a: z.object({ b: z.array(z.number()) }) });
    await expect(async () => validate(schema, { a: { b: [1, 'x'] } })).rejects.toMatchObject({
      code: 'schema_mismatch',
      message: 'the payload does not fit its schema at `data.a.b.1`',
    });
  });
});
