import { ConfigurationError, createReceiver, memoryReplayStore, type WebhookEvent } from '@countersign/core';
import { describe, expect, test } from 'vitest';
import { delivery, secret, stage, textOf } from './harness.js';

/** Which of the handlers of these patterns runs for a type. */
async function routeOf(patterns: readonly string[], type: string, unhandled = true): Promise<string[]> {
  const { clock, receiver } = stage({});
  const ran: string[] = [];
  for (const pattern of patterns) receiver.on(pattern, () => ran.push(pattern));
  if (unhandled) receiver.onUnhandled(() => ran.push('unhandled'));
  await receiver.handle(await delivery(clock, { type }));
  return ran;
}

describe('exactly one handler runs', () => {
  const patterns = ['*', 'job.*', 'job.step.*', 'job.step.done', 'job.step'];
  test.each([
    ['job.step.done', 'job.step.done'],
    ['job.step.failed', 'job.step.*'],
    ['job.step.done.twice', 'job.step.*'],
    ['job.step', 'job.step'],
    ['job.done', 'job.*'],
    ['job.', '*'],
    ['job', '*'],
    ['jobs.done', '*'],
    ['machine.up', '*'],
    ['*', '*'],
  ])('%s runs %s', async (type, handler) => {
    expect(await routeOf(patterns, type)).toEqual([handler]);
    expect(await routeOf(patterns.toReversed(), type)).toEqual([handler]);
  });

  test('what no pattern matches goes to onUnhandled, else it is ignored', async () => {
    expect(await routeOf(['job.*', 'a'], 'b')).toEqual(['unhandled']);
    expect(await routeOf(['job.*', 'a'], 'b', false)).toEqual([]);
  });

  test('with `events`, a type that is not among them goes to onUnhandled, though a pattern would match', async () => {
    const events = { 'job.done': { '~standard': anything() } };
    const { clock, receiver } = stage({ events });
    const ran: string[] = [];
    receiver
      .on('job.*', () => ran.push('job.*'))
      .on('*', () => ran.push('*'))
      .onUnhandled((event) => ran.push(`unhandled ${event.type}`));
    await receiver.handle(await delivery(clock, { id: '1', type: 'job.done' }));
    await receiver.handle(await delivery(clock, { id: '2', type: 'job.new' }));
    expect(ran).toEqual(['job.*', 'unhandled job.new']);
  });
});

function anything() {
  return { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }) };
}

describe('types that are members of every object', () => {
  const types = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];

  test.each(types)('%s is unknown where it is not registered', async (type) => {
    expect(await routeOf(['job.done'], type)).toEqual(['unhandled']);
    const { clock, receiver, codes } = stage({ events: { 'job.done': { '~standard': anything() } } });
    receiver.on('job.done', () => {});
    expect(textOf(await receiver.handle(await delivery(clock, { type })))).toContain('ignored');
    expect(codes()).toEqual(['ignored']);
  });

  test.each(types)('%s is a type like any other where it is registered', async (type) => {
    expect(await routeOf([type, '*'], type)).toEqual([type]);
    const events = Object.fromEntries([[type, { '~standard': anything() }]]);
    const { clock, receiver } = stage({ events });
    const seen: string[] = [];
    receiver.on(type, (event) => seen.push(event.type));
    await receiver.handle(await delivery(clock, { type }));
    expect(seen).toEqual([type]);
  });

  test('members of that name in data and body change no prototype', async () => {
    const { clock, receiver } = stage({});
    const events: WebhookEvent[] = [];
    receiver.onUnhandled((event) => events.push(event));
    const body =
      '{"type":"a","__proto__":{"polluted":1},"data":{"__proto__":{"polluted":1},"constructor":{"prototype":{}}}}';
    await receiver.handle(await delivery(clock, { body }));
    expect(events).toHaveLength(1);
    for (const object of [{}, events[0]?.data, events[0]?.body]) {
      expect(Reflect.get(Object(object), 'polluted')).toBeUndefined();
      expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    }
  });
});

describe('registration', () => {
  const receiver = () => createReceiver({ secrets: secret });

  test.each(['job.done', 'job.*', '*'])('a second handler of %s is refused', (pattern) => {
    expect(() =>
      receiver()
        .on(pattern, () => {})
        .on(pattern, () => {}),
    ).toThrow(ConfigurationError);
    expect(() =>
      receiver()
        .on(pattern, () => {})
        .on(pattern, () => {}),
    ).toThrow(pattern);
  });

  test('a second onUnhandled is refused', () => {
    expect(() =>
      receiver()
        .onUnhandled(() => {})
        .onUnhandled(() => {}),
    ).toThrow(ConfigurationError);
  });

  test.each(['job.d*', 'job*', '*.done', 'job.*.done', '**', '', '.*.*'])('%o is no pattern', (pattern) => {
    expect(() => receiver().on(pattern, () => {})).toThrow(
      expect.objectContaining({ code: 'invalid_handler' }),
    );
  });

  test('a pattern that matches no type in `events` is refused by name', () => {
    const untyped: Record<string, { '~standard': ReturnType<typeof anything> }> = {
      'job.done': { '~standard': anything() },
    };
    for (const pattern of ['job.dnoe', 'jobs.*', 'job.done.*', 'constructor']) {
      const typed = createReceiver({ secrets: secret, events: untyped });
      expect(() => typed.on(pattern, () => {})).toThrow(`\`${pattern}\` matches no type`);
    }
  });

  test.each([undefined, null, 'handler', {}])('%o is no handler', (handler) => {
    const on: (pattern: string, handler: never) => unknown = (pattern, value) =>
      receiver().on(pattern, value);
    expect(() => Reflect.apply(on, undefined, ['a', handler])).toThrow(ConfigurationError);
  });

  test('`on` changes the receiver and returns it', () => {
    const one = receiver();
    expect(one.on('a', () => {})).toBe(one);
    expect(one.onUnhandled(() => {})).toBe(one);
  });

  test.each(['mount', 'first request'])('after the %s a late `on` is refused', async (use) => {
    const { clock, receiver } = stage({});
    receiver.on('a', () => {});
    if (use === 'mount') receiver.mount('handler');
    else await receiver.handle(await delivery(clock));
    expect(() => receiver.on('b', () => {})).toThrow(/before the receiver is mounted or used/);
    expect(() => receiver.onUnhandled(() => {})).toThrow(/before the receiver is mounted or used/);
  });

  test('a handler mount without handlers, and a guard mount with handlers, are refused', () => {
    expect(() => receiver().mount('handler')).toThrow(/no handlers/);
    expect(() =>
      receiver()
        .onUnhandled(() => {})
        .mount('guard'),
    ).toThrow(/must have none/);
    expect(() =>
      receiver()
        .on('a', () => {})
        .mount('guard'),
    ).toThrow(ConfigurationError);
  });

  test('a mount that was refused does not seal: the handlers can still be added', () => {
    const one = receiver();
    expect(() => one.mount('handler')).toThrow();
    one.on('a', () => {});
    expect(() => one.mount('handler')).not.toThrow();
  });

  test('`handle` without handlers and `accept` with them do not reject: 500, and the log says why', async () => {
    const without = stage({});
    expect((await without.receiver.handle(await delivery(without.clock))).status).toBe(500);
    expect(without.outcomes).toMatchObject([
      { code: 'internal_error', error: { cause: expect.any(ConfigurationError) } },
    ]);
    const guarded = stage({});
    guarded.receiver.onUnhandled(() => {});
    const acceptance = await guarded.receiver.accept(await delivery(guarded.clock));
    expect(acceptance).toMatchObject({ accepted: false, response: { status: 500 } });
  });

  test('an event that is no Standard Schema is refused by name', () => {
    for (const schema of [undefined, null, {}, 'z.object', { '~standard': {} }, () => true]) {
      const options: unknown = { secrets: secret, events: { 'job.done': schema } };
      expect(() => Reflect.apply(createReceiver, undefined, [options])).toThrow(/events\['job.done'\]/);
    }
  });
});

test('a handler may be added while `events` are typed, for each name and pattern, without order', async () => {
  const events = { 'a.b': { '~standard': anything() }, 'a.c': { '~standard': anything() } };
  const { clock, receiver } = stage({ events, replay: memoryReplayStore() });
  const ran: string[] = [];
  receiver.on('a.*', () => ran.push('pattern')).on('a.c', () => ran.push('exact'));
  await receiver.handle(await delivery(clock, { id: '1', type: 'a.b' }));
  await receiver.handle(await delivery(clock, { id: '2', type: 'a.c' }));
  expect(ran).toEqual(['pattern', 'exact']);
});
