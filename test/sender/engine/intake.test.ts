import { JsonText } from '@countersign/core';
import { createSender } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defined, refusal, type Stage, stage, verified } from './harness.js';

const count = async (on: Stage): Promise<number> =>
  (await on.store.events.takeUnrouted({ limit: 500, leaseMs: 1 })).length;

/** A sender whose events can be counted: nothing routes them. */
const idle = (options: Parameters<typeof stage>[0] = {}): Promise<Stage> =>
  stage({ ...options, isStarted: false });

describe('an event with an id of its own', () => {
  test('is sent once, however often the same one comes', async () => {
    const on = await stage();
    const { id } = await on.endpoint('/a');
    const event = { id: 'e1', type: 'job.done', data: { a: 1 }, orderingKey: 'k', timestamp: new Date(5000) };
    expect(await on.sender.send(event)).toEqual({ id: 'e1', isNew: true });
    expect(await on.sender.send(event)).toEqual({ id: 'e1', isNew: false });
    await on.untilStatuses(id, 'delivered');
    expect(await on.sender.send(structuredClone(event))).toEqual({ id: 'e1', isNew: false });
    await on.quiet();
    expect(on.started).toHaveLength(1);
  });

  test('of two sent at the same time one is new', async () => {
    const on = await stage();
    const { id } = await on.endpoint('/a');
    const event = { id: 'e1', type: 'job.done', data: {} };
    const sent = await Promise.all(Array.from({ length: 5 }, () => on.sender.send(event)));
    expect(sent.filter(({ isNew }) => isNew)).toHaveLength(1);
    await on.untilStatuses(id, 'delivered');
    expect(on.started).toHaveLength(1);
  });

  test('is refused where its type, data, key or time is another, and nothing is stored', async () => {
    const on = await idle();
    const event = { id: 'e1', type: 'job.done', data: { a: 1 } };
    await on.sender.send(event);
    const others = [
      { ...event, type: 'job.lost' },
      { ...event, data: { a: 2 } },
      { ...event, data: { a: '1' } },
      { ...event, orderingKey: 'k' },
      { ...event, timestamp: new Date(5000) },
    ];
    for (const other of others) {
      expect(await refusal(() => on.sender.send(other))).toEqual({ code: 'event_conflict', field: 'id' });
    }
    expect(await count(on)).toBe(1);
  });

  test('without a time of its own is the same one later', async () => {
    const on = await idle();
    await on.sender.send({ id: 'e1', type: 'a', data: 1 });
    await on.clock.advance(60_000);
    expect(await on.sender.send({ id: 'e1', type: 'a', data: 1 })).toEqual({ id: 'e1', isNew: false });
  });
});

describe('several events together are stored all or none', () => {
  test('in their order, each once', async () => {
    const on = await stage();
    await on.endpoint('/a', { concurrency: 1 });
    const events = [1, 2, 3, 1].map((n) => ({ id: `e${n}`, type: 'a', data: n, orderingKey: 'k' }));
    expect(await on.sender.sendMany(events)).toEqual([
      { id: 'e1', isNew: true },
      { id: 'e2', isNew: true },
      { id: 'e3', isNew: true },
      { id: 'e1', isNew: false },
    ]);
    await on.until(() => on.attempts().length === 3);
    expect(on.sink.requests.map(({ id }) => id)).toEqual(['e1', 'e2', 'e3']);
  });

  test('none where one is bad, or in conflict; the refusal says which', async () => {
    const on = await idle();
    const good = { type: 'a', data: 1 };
    await on.sender.send({ id: 'taken', type: 'a', data: 'x' });
    const refused: readonly (readonly [readonly (typeof good)[], string, string])[] = [
      [[good, good, { type: 'no spaces', data: 1 }], 'invalid_input', 'events[2].type'],
      [[good, { ...good, data: Number.NaN }], 'invalid_input', 'events[1].data'],
      [[good, Object.assign({ id: 'taken' }, good)], 'event_conflict', 'id'],
      [[], 'invalid_input', 'events'],
      [Array.from({ length: 1001 }, () => good), 'invalid_input', 'events'],
    ];
    for (const [events, code, field] of refused) {
      expect(await refusal(() => on.sender.sendMany(events))).toEqual({ code, field });
    }
    expect(await count(on)).toBe(1);
  });

  test('1,000 of them', async () => {
    const on = await idle();
    const sent = await on.sender.sendMany(Array.from({ length: 1000 }, (_, n) => ({ type: 'a', data: n })));
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1000);
  });
});

describe('what is no event is refused with the field that is wrong, and nothing is stored', () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const holes: unknown[] = [];
  holes[1] = 1;
  const data: readonly (readonly [string, unknown, string])[] = [
    ['undefined', undefined, 'data'],
    ['a bigint', { n: 1n }, 'data.n'],
    ['NaN', { list: [0, Number.NaN] }, 'data.list[1]'],
    ['infinity', Number.POSITIVE_INFINITY, 'data'],
    ['a function', { f: () => {} }, 'data.f'],
    ['a symbol', [Symbol('s')], 'data[0]'],
    ['a hole', holes, 'data[0]'],
    ['undefined in a list', { a: [undefined] }, 'data.a[0]'],
    ['a map', { m: new Map() }, 'data.m'],
    ['bytes', new Uint8Array(2), 'data'],
    ['an invalid date', { at: new Date(Number.NaN) }, 'data.at'],
    ['a lone surrogate', { text: '\uD800' }, 'data.text'],
    ['a lone surrogate in a name', { a: { '\uDC00': 1 } }, 'data.a'],
    ['a cycle', cycle, 'data'],
    ['text that is not JSON', new JsonText('{"a":'), 'data'],
  ];
  for (const [name, value, field] of data) {
    test(`data: ${name}`, async () => {
      const on = await idle();
      expect(await refusal(() => on.sender.send({ type: 'a', data: value }))).toEqual({
        code: 'invalid_input',
        field,
      });
      expect(await count(on)).toBe(0);
    });
  }

  test('data that is too large, counted as JSON in UTF-8', async () => {
    const on = await idle({ maxEventBytes: 100 });
    const fits = 'ä'.repeat(49);
    await on.sender.send({ type: 'a', data: fits });
    expect(await refusal(() => on.sender.send({ type: 'a', data: `${fits}x` }))).toEqual({
      code: 'event_too_large',
      field: 'data',
    });
    expect(await count(on)).toBe(1);
  });

  test('type, id, tenant, key, time, and members that are none', async () => {
    const on = await idle();
    const refused: readonly (readonly [Record<string, unknown>, string])[] = [
      [{ type: '' }, 'type'],
      [{ type: 'a b' }, 'type'],
      [{ type: 'a'.repeat(129) }, 'type'],
      [{ type: 'ä' }, 'type'],
      [{ id: '' }, 'id'],
      [{ id: 'a.b' }, 'id'],
      [{ id: 'a'.repeat(129) }, 'id'],
      [{ tenant: '*' }, 'tenant'],
      [{ tenant: '' }, 'tenant'],
      [{ orderingKey: '' }, 'orderingKey'],
      [{ orderingKey: 'a\0' }, 'orderingKey'],
      [{ orderingKey: 'k'.repeat(257) }, 'orderingKey'],
      [{ timestamp: new Date(Number.NaN) }, 'timestamp'],
      [{ timestamp: new Date(-1) }, 'timestamp'],
      [{ ordering_key: 'k' }, 'ordering_key'],
      [{ endpointId: 'wh_1' }, 'endpointId'],
    ];
    for (const [fields, field] of refused) {
      const event = { type: 'a', data: 1, ...fields };
      expect(await refusal(() => on.sender.send(event)), JSON.stringify(fields)).toEqual({
        code: 'invalid_input',
        field,
      });
    }
    expect(await count(on)).toBe(0);
  });
});

describe('a sender with `events`', () => {
  const events = {
    'job.done': z.object({ id: z.string(), at: z.coerce.date() }),
    'job.lost': z.object({ why: z.string().min(3) }),
  };

  test('refuses types that are none of them, and data that does not fit, and stores nothing', async () => {
    const store = memoryStore();
    const sender = createSender({ store, events, onEvent: () => {} });
    const wrong: readonly (readonly [object, string, string])[] = [
      [{ type: 'job.other', data: {} }, 'invalid_input', 'type'],
      [{ type: 'job.done', data: { id: 1, at: '2026-01-01' } }, 'schema_mismatch', 'data'],
      [{ type: 'job.lost', data: { why: 'no' } }, 'schema_mismatch', 'data'],
      [{ type: 'toString', data: {} }, 'invalid_input', 'type'],
    ];
    for (const [event, code, field] of wrong) {
      expect(await refusal(() => Reflect.apply(sender.send, sender, [event]))).toEqual({ code, field });
    }
    expect(await store.events.takeUnrouted({ limit: 10, leaseMs: 1 })).toEqual([]);
  });

  test('sends what was given, not what a schema makes of it, and judges it as it stands on the wire', async () => {
    const on = await stage();
    const sender = createSender({ store: on.store, events, now: on.clock.now, schedule: on.clock.schedule });
    await on.endpoint('/a');
    await sender.send({ type: 'job.done', data: { id: 'j', at: new Date(0) } });
    await on.quiet();
    await on.clock.advance(5000);
    await on.until(() => on.sink.requests.length === 1);
    expect(JSON.parse(defined(on.sink.requests[0]).body).data).toEqual({
      id: 'j',
      at: '1970-01-01T00:00:00.000Z',
    });
    await sender.stop();
  });
});

test('the bytes of the data on the wire are the JSON that was given, whatever it is', async () => {
  const on = await stage();
  const { id, secret } = await on.endpoint('/a');
  const texts = [
    '{"b":1.0,"a":[1e3]}',
    '"\\u00e4 ä 😀 \\u2028"',
    '{"__proto__":{"x":1},"a":"$& $$"}',
    'null',
    '0',
    '[]',
  ];
  for (const text of texts) await on.send({ data: new JsonText(text), orderingKey: 'k' });
  await on.untilStatuses(id, ...texts.map(() => 'delivered' as const));
  for (const [index, request] of on.sink.at('/a').entries()) {
    expect(request.body).toContain(`"data":${texts[index]}`);
    await verified(request, secret);
  }
});
