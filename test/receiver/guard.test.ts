import { fakeClock } from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { delivery, never, scriptedStore, secret, stage, textOf } from './harness.js';

const events = { 'job.done': z.object({ n: z.number() }) };

/** A guard on a recording store, and one accepted delivery. */
async function accepted() {
  const clock = fakeClock();
  const store = scriptedStore(clock);
  const set = stage({ events, replay: store }, clock);
  const accept = async () => set.receiver.accept(await delivery(clock));
  const acceptance = await accept();
  if (!acceptance.accepted) throw new Error('the delivery was not accepted');
  return { ...set, store, accept, acceptance };
}

test('an accepted delivery hands over event and delivery, claimed', async () => {
  const { acceptance, store, codes, clock } = await accepted();
  expect(acceptance.event).toMatchObject({
    id: 'msg_1',
    type: 'job.done',
    data: { n: 1 },
    unauthenticated: [],
  });
  expect(acceptance.delivery).toMatchObject({ id: 'msg_1', keyId: 'k0', timestamp: new Date(clock.now()) });
  expect(new TextDecoder().decode(acceptance.delivery.body)).toContain('"job.done"');
  expect(store.names()).toEqual(['claim']);
  expect(codes()).toEqual([]);
});

describe('settle', () => {
  test.each([200, 201, 202, 204, 299])('%i commits', async (status) => {
    const { acceptance, store, outcomes, accept } = await accepted();
    await acceptance.settle(status);
    expect(store.names()).toEqual(['claim', 'commit']);
    expect(outcomes).toMatchObject([{ kind: 'accepted', code: 'processed', eventType: 'job.done' }]);
    const copy = await accept();
    expect(copy).toMatchObject({ accepted: false, response: { status: 200 } });
    expect(copy.accepted || textOf(copy.response)).toContain('duplicate');
  });

  test.each([100, 199, 300, 304, 400, 404, 422, 500, 503, 0, -1, Number.NaN])(
    '%d gives the claim back',
    async (status) => {
      const { acceptance, store, outcomes, accept } = await accepted();
      await acceptance.settle(status);
      expect(store.names()).toEqual(['claim', 'release']);
      expect(outcomes).toMatchObject([{ kind: 'refused', code: 'handler_failed', status }]);
      expect(await accept()).toMatchObject({ accepted: true });
    },
  );

  test('only the first status counts', async () => {
    const { acceptance, store, codes } = await accepted();
    await Promise.all([acceptance.settle(500), acceptance.settle(200)]);
    await acceptance.settle(200);
    expect(store.names()).toEqual(['claim', 'release']);
    expect(codes()).toEqual(['handler_failed']);
  });

  test('the outcome says the status that the application answered', async () => {
    const { acceptance, outcomes } = await accepted();
    await acceptance.settle(202);
    expect(outcomes).toMatchObject([{ code: 'processed', status: 202 }]);
  });

  test.each(['commit', 'release'] as const)('does not reject where the store fails its %s', async (call) => {
    const { acceptance, store, clock, codes } = await accepted();
    const broken = (): never => {
      throw new Error('down');
    };
    store.script[call] = broken;
    const settled = acceptance.settle(call === 'commit' ? 200 : 500);
    await clock.advance(2_200);
    await expect(settled).resolves.toBeUndefined();
    expect(codes()).toEqual([call === 'commit' ? 'commit_failed' : 'handler_failed']);
  });

  test('resolves when the claim is settled, not before', async () => {
    const { acceptance, store, clock } = await accepted();
    store.script.commit = never;
    let isSettled = false;
    void acceptance.settle(200).then(() => {
      isSettled = true;
    });
    await clock.advance(1_000);
    expect(isSettled).toBe(false);
    await clock.advance(10_000);
    expect(isSettled).toBe(true);
  });

  test('leaves no timer behind', async () => {
    const { acceptance, clock } = await accepted();
    await acceptance.settle(200);
    expect(clock.pending).toBe(0);
  });
});

describe('an answer that does not come', () => {
  test('the claim is extended meanwhile', async () => {
    const { store, clock, accept } = await accepted();
    await clock.advance(16_000);
    expect(store.names().filter((name) => name === 'claim')).toHaveLength(4);
    expect(await accept()).toMatchObject({ accepted: false, response: { status: 503 } });
  });

  test('at `handlerTimeoutMs` the extension ends, the outcome is told, and the lease lapses', async () => {
    const { store, clock, outcomes, accept } = await accepted();
    await clock.advance(25_000);
    expect(outcomes).toMatchObject([
      { kind: 'notice', code: 'answer_overdue', receiver: 'standardWebhooks' },
    ]);
    const claims = store.calls.length;
    await clock.advance(15_000);
    expect(store.calls).toHaveLength(claims);
    expect(clock.pending).toBe(0);
    expect(await accept()).toMatchObject({ accepted: true });
  });

  test('an answer after that still commits, if nobody took the claim', async () => {
    const { acceptance, clock, codes, accept } = await accepted();
    await clock.advance(26_000);
    await acceptance.settle(200);
    expect(codes()).toEqual(['answer_overdue', 'processed']);
    expect(await accept()).toMatchObject({ accepted: false, response: { status: 200 } });
  });

  test('an answer after another process took the claim commits nothing', async () => {
    const { acceptance, clock, codes, accept } = await accepted();
    await clock.advance(45_000);
    const second = await accept();
    await acceptance.settle(200);
    expect(codes()).toEqual(['answer_overdue', 'commit_failed']);
    expect(second).toMatchObject({ accepted: true });
    if (second.accepted) await second.settle(200);
    expect(codes().at(-1)).toBe('processed');
  });
});

describe('what never reaches the application', () => {
  test('an unknown type is answered `ignored`, and committed', async () => {
    const clock = fakeClock();
    const store = scriptedStore(clock);
    const { receiver, codes } = stage({ events, replay: store }, clock);
    const acceptance = await receiver.accept(await delivery(clock, { type: 'job.new' }));
    expect(acceptance.accepted || textOf(acceptance.response)).toBe('{"received":true,"status":"ignored"}');
    expect(store.names()).toEqual(['claim', 'commit']);
    expect(codes()).toEqual(['ignored']);
  });

  test('without `events` every type is known', async () => {
    const { receiver, clock } = stage({});
    expect(await receiver.accept(await delivery(clock, { type: 'anything' }))).toMatchObject({
      accepted: true,
    });
  });

  test.each([
    [
      'a wrong signature',
      { secrets: secret },
      { secret: 'whsec_d3JvbmctY291bnRlcnNpZ24tc2VjcmV0LTMyLWJ5dGU=' },
      401,
    ],
    ['a payload that fails its schema', { events }, { data: { n: 'x' } }, 422],
    ['no key', { secrets: () => undefined }, {}, 401],
    ['a missing header', {}, { headers: { 'webhook-id': undefined } }, 400],
  ])('%s is answered as a handler receiver answers it', async (_name, options, spec, status) => {
    const guard = stage(options);
    const refused = await guard.receiver.accept(await delivery(guard.clock, spec));
    const handler = stage(options);
    handler.receiver.onUnhandled(() => {});
    if (Object.hasOwn(options, 'events')) handler.receiver.on('job.done', () => {});
    const answer = await handler.receiver.handle(await delivery(handler.clock, spec));
    expect(answer.status).toBe(status);
    expect(refused).toEqual({ accepted: false, response: answer });
    expect(guard.codes()).toEqual(handler.codes());
  });

  test('with `replay: false` there is nothing to settle, and the outcome is told all the same', async () => {
    const { receiver, clock, codes } = stage({ replay: false });
    for (const status of [200, 500]) {
      const acceptance = await receiver.accept(await delivery(clock));
      if (acceptance.accepted) await acceptance.settle(status);
    }
    expect(codes()).toEqual(['processed', 'handler_failed']);
  });
});
