import { inspect } from 'node:util';
import { type StandardSchema, unvalidated, type WebhookEvent } from '@countersign/core';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { deferred, delivery, stage, textOf } from './harness.js';

const events = {
  'with.zod': z.object({ at: z.coerce.date(), extra: z.string().default('none') }),
  'with.valibot': v.object({ n: v.pipe(v.string(), v.transform(Number)) }),
  'with.arktype': type({ name: 'string > 0' }),
  'without.validation': unvalidated<{ free: boolean }>(),
};

/** One delivery of `data`; what reached the handler, the answer, and what was reported. */
async function deliver(schemas: Partial<Record<string, StandardSchema>>, name: string, data: unknown) {
  const { clock, receiver, outcomes } = stage<Record<string, unknown>>({
    events: Object.fromEntries(
      Object.entries(schemas).flatMap(([key, schema]) => (schema ? [[key, schema]] : [])),
    ),
  });
  const seen: WebhookEvent[] = [];
  receiver.on('*', (event) => seen.push(event));
  const answer = await receiver.handle(await delivery(clock, { type: name, data }));
  return { seen, answer, outcomes };
}

describe('zod, valibot and arktype in one object', () => {
  test('each gives its handler what its schema returned', async () => {
    const { clock, receiver } = stage({ events });
    const seen: unknown[] = [];
    receiver
      .on('with.zod', (event) => seen.push([event.data.at.getTime(), event.data.extra]))
      .on('with.valibot', (event) => seen.push(event.data.n + 1))
      .on('with.arktype', (event) => seen.push(event.data.name.toUpperCase()))
      .on('without.validation', (event) => seen.push(event.data));
    const sent = [
      ['with.zod', { at: '2026-01-02T00:00:00Z', unknown: 1 }],
      ['with.valibot', { n: '41' }],
      ['with.arktype', { name: 'ann' }],
      ['without.validation', { anything: 'at all' }],
    ] as const;
    for (const [name, data] of sent) {
      expect(
        (await receiver.handle(await delivery(clock, { id: name.replace('.', '_'), type: name, data })))
          .status,
      ).toBe(200);
    }
    expect(seen).toEqual([[Date.parse('2026-01-02'), 'none'], 42, 'ANN', { anything: 'at all' }]);
  });

  test.each([
    ['with.zod', { at: 'not a date' }, '`data.at`'],
    ['with.valibot', { n: 41 }, '`data.n`'],
    ['with.arktype', { name: '' }, '`data.name`'],
    ['with.arktype', 'text', '`data`'],
  ])('%s refuses %j with 422, and names %s', async (name, data, path) => {
    const { seen, answer, outcomes } = await deliver(events, name, data);
    expect(answer.status).toBe(422);
    expect(seen).toEqual([]);
    expect(outcomes).toMatchObject([
      { code: 'schema_mismatch', error: { message: expect.stringContaining(path) } },
    ]);
  });
});

test('the whole body is handed on as it was, beside the transformed data', async () => {
  const { seen } = await deliver(events, 'with.valibot', { n: '41' });
  expect(seen).toMatchObject([{ data: { n: 41 }, body: { type: 'with.valibot', data: { n: '41' } } }]);
});

test('an asynchronous schema is awaited, with the claim held', async () => {
  const gate = deferred();
  const schema = z.object({ n: z.number() }).refine(async () => {
    await gate.promise;
    return true;
  });
  const { clock, receiver, codes } = stage({ events: { 'job.done': schema } });
  receiver.on('job.done', () => {});
  const answer = receiver.handle(await delivery(clock));
  await clock.advance(0);
  expect((await receiver.handle(await delivery(clock))).status).toBe(503);
  gate.resolve();
  expect((await answer).status).toBe(200);
  expect(codes()).toEqual(['in_progress', 'processed']);
});

test.each<[string, StandardSchema]>([
  [
    'throws',
    schemaOf(() => {
      throw new Error('text of a schema');
    }),
  ],
  ['rejects', schemaOf(() => Promise.reject(new Error('text of a schema')))],
  ['rejects with no Error', schemaOf(() => Promise.reject('text of a schema'))],
])('a schema that %s is a fault of ours: 500, the claim given back', async (_name, schema) => {
  const { clock, receiver, codes } = stage({ events: { 'job.done': schema } });
  receiver.on('job.done', () => {});
  for (const _copy of [1, 2]) {
    const answer = await receiver.handle(await delivery(clock));
    expect(answer.status).toBe(500);
    expect(textOf(answer)).not.toContain('text of a schema');
  }
  expect(codes()).toEqual(['internal_error', 'internal_error']);
});

function schemaOf(validate: StandardSchema['~standard']['validate']): StandardSchema {
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

describe('what a mismatch says', () => {
  test("paths, never values or the library's messages", async () => {
    const schema = z.object({
      card: z.string().regex(/^\d+$/),
      list: z.array(z.object({ cvc: z.number() })),
    });
    const data = { card: 'value-4242-secret', list: [{ cvc: 1 }, { cvc: 'value-123-secret' }] };
    const { answer, outcomes } = await deliver({ 'job.done': schema }, 'job.done', data);
    expect(textOf(answer)).toBe('{"received":false,"error":"unprocessable content"}');
    expect(outcomes).toMatchObject([
      { error: { message: 'the payload does not fit its schema at `data.card`, `data.list.1.cvc`' } },
    ]);
    expect(inspect(outcomes, { depth: null, showHidden: true })).not.toMatch(/value-|Invalid/);
  });

  test('at most a few of them', async () => {
    const shape = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`member${n}`, z.string()]));
    const { outcomes } = await deliver({ 'job.done': z.object(shape) }, 'job.done', {});
    expect(inspect(outcomes).match(/data\.member\d+/g)?.length).toBeLessThanOrEqual(10);
  });

  test('names that the payload made up are shortened, and cannot forge a line of the log', async () => {
    const data = { ['x'.repeat(100_000)]: 'text', 'a\nforged line\u001b[2J': 'text' };
    const { outcomes } = await deliver({ 'job.done': z.record(z.string(), z.number()) }, 'job.done', data);
    const [outcome] = outcomes;
    const message = outcome?.kind === 'refused' ? outcome.error.message : '';
    expect(message).toContain('`data.');
    expect(message.length).toBeLessThan(2_000);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the point.
    expect(message).not.toMatch(/[\u0000-\u001f\u007f]/);
  });

  test('issues without a path, and paths of objects and symbols, are named as far as they go', async () => {
    const paths = [undefined, [], [{ key: 'a' }, 0], [Symbol('s'), 'b']];
    const schema = schemaOf(() => ({ issues: paths.map((path) => ({ message: 'no', path })) }));
    const { answer, outcomes } = await deliver({ 'job.done': schema }, 'job.done', {});
    expect(answer.status).toBe(422);
    expect(outcomes).toMatchObject([
      { error: { message: expect.stringContaining('`data`, `data`, `data.a.0`') } },
    ]);
  });
});

test('duplicate members of the JSON: what the schema saw is what the handler gets', async () => {
  const { clock, receiver } = stage({
    events: { 'job.done': z.object({ n: z.number() }), other: z.object({}) },
  });
  const seen: unknown[] = [];
  receiver.on('*', (event) => seen.push([event.type, event.data]));
  const body = '{"type":"other","type":"job.done","data":{"n":"x"},"data":{"n":7,"n":8}}';
  expect((await receiver.handle(await delivery(clock, { body }))).status).toBe(200);
  expect(seen).toEqual([['job.done', { n: 8 }]]);
});
