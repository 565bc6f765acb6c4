import { inspect } from 'node:util';
import { type EventHandler, type ReceiverOptions, WebhookError, type WebhookEvent } from '@countersign/core';
import { fakeClock } from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { deferred, delivery, scriptedStore, stage, textOf } from './harness.js';

/** One delivery to one handler, with the store's calls. */
async function deliverTo(
  handler: EventHandler<WebhookEvent>,
  options: Partial<ReceiverOptions<unknown>> = {},
) {
  const clock = fakeClock();
  const store = scriptedStore(clock);
  const { replay = store } = options;
  const set = stage({ ...options, replay }, clock);
  set.receiver.onUnhandled(handler);
  const answer = await set.receiver.handle(await delivery(clock));
  return { ...set, store, answer };
}

describe('a handler that succeeds', () => {
  test.each<[string, EventHandler<WebhookEvent>]>([
    ['returns', () => 'anything'],
    ['resolves', async () => 'anything'],
    ['returns undefined', () => undefined],
  ])('%s: 200, committed', async (_name, handler) => {
    const { answer, store, codes } = await deliverTo(handler);
    expect(answer.status).toBe(200);
    expect(JSON.parse(textOf(answer))).toEqual({ received: true, status: 'processed' });
    expect(store.names()).toEqual(['claim', 'commit']);
    expect(codes()).toEqual(['processed']);
  });
});

describe('a handler that fails', () => {
  test.each<[string, EventHandler<WebhookEvent>, unknown]>([
    [
      'throws',
      () => {
        throw new TypeError('db-password-in-text');
      },
      expect.any(TypeError),
    ],
    ['rejects', () => Promise.reject(new RangeError('db-password-in-text')), expect.any(RangeError)],
    ['throws a text', () => Promise.reject('db-password-in-text'), 'db-password-in-text'],
    ['throws undefined', () => Promise.reject(undefined), undefined],
    ['throws null', () => Promise.reject(null), null],
    ['throws an object without prototype', () => Promise.reject(Object.create(null)), expect.anything()],
    ['throws a symbol', () => Promise.reject(Symbol.for('no')), Symbol.for('no')],
  ])('%s: 500, given back, and its text stays here', async (_name, handler, cause) => {
    const { answer, store, outcomes } = await deliverTo(handler);
    expect(answer.status).toBe(500);
    expect(inspect([textOf(answer), answer.headers])).not.toContain('db-password');
    expect(store.names()).toEqual(['claim', 'release']);
    expect(outcomes).toMatchObject([
      { kind: 'refused', code: 'handler_failed', eventType: 'job.done', keyId: 'k0' },
    ]);
    expect(outcomes).toEqual([expect.objectContaining({ error: expect.objectContaining({ cause }) })]);
  });

  test('a handler that throws a WebhookError has failed: it does not choose the status', async () => {
    const { answer, codes } = await deliverTo(() => {
      throw new WebhookError('signature_mismatch', 'of another receiver');
    });
    expect(answer.status).toBe(500);
    expect(codes()).toEqual(['handler_failed']);
  });

  test('the retry is processed, not answered `duplicate`', async () => {
    const { clock, receiver, codes } = stage({});
    const ends = [() => Promise.reject(new Error('first')), () => 'second'];
    receiver.onUnhandled(() => ends.shift()?.());
    expect((await receiver.handle(await delivery(clock))).status).toBe(500);
    expect((await receiver.handle(await delivery(clock))).status).toBe(200);
    expect(codes()).toEqual(['handler_failed', 'processed']);
  });
});

describe('claims around other ends', () => {
  const events = { 'job.done': z.object({ n: z.number() }), 'job.failed': z.object({}) };

  test('422 gives the claim back: the retry is validated again', async () => {
    const clock = fakeClock();
    const store = scriptedStore(clock);
    const { receiver, codes } = stage({ events, replay: store }, clock);
    receiver.on('job.done', () => {});
    expect((await receiver.handle(await delivery(clock, { data: { n: 'x' } }))).status).toBe(422);
    expect(store.names()).toEqual(['claim', 'release']);
    expect((await receiver.handle(await delivery(clock, { data: { n: 1 } }))).status).toBe(200);
    expect(codes()).toEqual(['schema_mismatch', 'processed']);
  });

  test.each([
    ['an event that no handler takes', 'job.failed'],
    ['an event of an unknown type', 'job.unheard-of'],
  ])('%s is committed and answered `ignored`', async (_name, type) => {
    const clock = fakeClock();
    const store = scriptedStore(clock);
    const { receiver, codes } = stage({ events, replay: store }, clock);
    receiver.on('job.done', () => {});
    const answer = await receiver.handle(await delivery(clock, { type, data: 'not validated' }));
    expect(JSON.parse(textOf(answer))).toEqual({ received: true, status: 'ignored' });
    expect(store.names()).toEqual(['claim', 'commit']);
    await receiver.handle(await delivery(clock, { type }));
    expect(codes()).toEqual(['ignored', 'duplicate']);
  });

  test('two copies at the same instant: one runs, the other gets 503 with Retry-After', async () => {
    const { clock, receiver, codes } = stage({});
    const work = deferred();
    let runs = 0;
    receiver.onUnhandled(() => {
      runs += 1;
      return work.promise;
    });
    const request = await delivery(clock);
    const [first, second] = [receiver.handle(request), receiver.handle(request)];
    expect(await second).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
    work.resolve();
    expect((await first).status).toBe(200);
    expect(runs).toBe(1);
    expect(codes()).toEqual(['in_progress', 'processed']);
  });

  test('two copies at the same instant on two processes that share a store: one runs', async () => {
    const clock = fakeClock();
    const replay = scriptedStore(clock);
    const runs: string[] = [];
    const processes = ['first', 'second'].map((name) => {
      const set = stage({ replay }, clock);
      set.receiver.onUnhandled(() => runs.push(name));
      return set.receiver;
    });
    const request = await delivery(clock);
    const answers = await Promise.all(processes.map((receiver) => receiver.handle(request)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 503]);
    expect(runs).toHaveLength(1);
  });

  test.each([
    [1_000, 1, 1],
    [1_500, 1, 1.5],
    [15_000, 1, 15],
    [600_000, 1, 600],
  ])('in progress with a lease of %i ms: Retry-After from %i to %i s', async (leaseMs, least, most) => {
    const clock = fakeClock();
    const { receiver } = stage(
      { leaseMs, replay: scriptedStore(clock, { claim: () => 'in_progress' }) },
      clock,
    );
    receiver.onUnhandled(() => {});
    const { headers } = await receiver.handle(await delivery(clock));
    expect(headers['retry-after']).toMatch(/^\d+$/);
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(least);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(most);
  });

  test('`replay: false` lets copies through, and there is no claim', async () => {
    const { clock, receiver, codes } = stage({ replay: false });
    const claims: unknown[] = [];
    receiver.onUnhandled((_event, { claim }) => claims.push(claim));
    const request = await delivery(clock);
    await receiver.handle(request);
    await receiver.handle(request);
    expect(claims).toEqual([undefined, undefined]);
    expect(codes()).toEqual(['processed', 'processed']);
  });

  test('the context holds delivery, claim, headers and signal', async () => {
    const clock = fakeClock();
    const store = scriptedStore(clock);
    const { receiver } = stage({ replay: store }, clock);
    const contexts: unknown[] = [];
    receiver.onUnhandled((_event, context) => contexts.push(context));
    const request = await delivery(clock, { headers: { 'x-trace': 'abc' } });
    await receiver.handle(request);
    expect(contexts).toMatchObject([
      {
        delivery: {
          id: 'msg_1',
          keyId: 'k0',
          tenant: undefined,
          body: request.body,
          timestamp: new Date(clock.now()),
        },
        claim: store.calls[0]?.claim,
        headers: { 'x-trace': 'abc' },
        signal: { aborted: false },
      },
    ]);
  });
});
