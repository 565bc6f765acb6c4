import { type Inbox, memoryReplayStore, type StoredDelivery } from '@countersign/core';
import { github } from '@countersign/core/providers/github';
import { fakeClock } from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  deferred,
  delivery,
  type InboxStageOptions,
  never,
  scriptedStore,
  stage,
  textOf,
} from '../receiver/harness.js';
import { memoryInbox } from './memory-inbox.js';

/** A receiver with an inbox, and what was put there. */
function inboxStage(script: Partial<Inbox> = {}, options: InboxStageOptions<Record<string, unknown>> = {}) {
  const clock = fakeClock();
  const inner = memoryInbox(clock.now);
  const puts: StoredDelivery[] = [];
  const inbox: Inbox = {
    ...inner,
    ...script,
    put(stored, how) {
      puts.push(stored);
      return (script.put ?? inner.put)(stored, how);
    },
  };
  const replay = scriptedStore(clock);
  const set = stage({ replay, ...options, ack: 'before', inbox }, clock);
  const runs: string[] = [];
  set.receiver.on('job.*', (event) => runs.push(event.id));
  return { ...set, inbox, inner, puts, runs, replay };
}

describe('a delivery is acknowledged once it is stored', () => {
  test('202, and its handler has not run', async () => {
    const { receiver, clock, puts, runs, outcomes } = inboxStage();
    const answer = await receiver.handle(await delivery(clock));
    expect(answer.status).toBe(202);
    expect(textOf(answer)).toBe('{"received":true,"status":"acknowledged"}');
    expect(runs).toEqual([]);
    expect(puts).toHaveLength(1);
    expect(outcomes).toMatchObject([
      {
        kind: 'accepted',
        code: 'acknowledged',
        status: 202,
        eventId: 'msg_1',
        timings: { inboxMs: expect.any(Number) },
      },
    ]);
  });

  test('no answer before `put` resolves', async () => {
    const stored = deferred<'stored'>();
    const { receiver, clock, replay } = inboxStage({ put: () => stored.promise });
    let isAnswered = false;
    const answer = receiver.handle(await delivery(clock)).finally(() => {
      isAnswered = true;
    });
    await clock.advance(1900);
    expect({ isAnswered, calls: replay.names() }).toEqual({ isAnswered: false, calls: ['claim'] });
    stored.resolve('stored');
    expect((await answer).status).toBe(202);
    expect(replay.names()).toEqual(['claim', 'commit']);
  });

  test('with everything that its handler will need', async () => {
    const { receiver, clock, puts } = inboxStage();
    const request = await delivery(clock);
    await receiver.handle(request);
    expect(puts).toEqual([
      {
        key: expect.stringMatching(/^[0-9a-f]{64}$/),
        receiver: 'standardWebhooks',
        tenant: undefined,
        keyId: 'k0',
        deliveryId: 'msg_1',
        eventId: 'msg_1',
        type: 'job.done',
        timestampMs: clock.now(),
        headers: expect.any(String),
        body: request.body,
      },
    ]);
  });

  test('without what authenticates: signatures, authorization, cookies', async () => {
    const { receiver, clock, puts } = inboxStage();
    const headers = { Authorization: 'Bearer s3cret', COOKIE: 'sid=s3cret', 'x-kept': 'yes' };
    await receiver.handle(await delivery(clock, { headers }));
    const [stored] = puts;
    expect(JSON.parse(stored?.headers ?? '')).toEqual({ 'x-kept': 'yes', 'webhook-id': 'msg_1' });
  });

  test("with the headers that the provider's envelope reads", async () => {
    const { receiver, clock, puts } = inboxStage({}, { provider: github });
    receiver.on('push', () => {});
    const headers = { 'x-github-event': 'push' };
    const request = await delivery(clock, { provider: github, headers });
    expect((await receiver.handle(request)).status).toBe(202);
    expect(puts[0]?.headers).toContain('"x-github-event":"push"');
    expect(puts[0]?.headers).not.toContain('sha256=');
  });
});

describe('what is not stored is not acknowledged', () => {
  test.each<[string, Inbox['put'], number]>([
    ['throws', () => Promise.reject(new Error('ECONNREFUSED')), 0],
    [
      'throws at once',
      () => {
        throw new Error('ECONNREFUSED');
      },
      0,
    ],
    ['is late', never, 2000],
    ['answers nonsense', async () => JSON.parse('"yes"'), 0],
  ])('a put that %s: 503, and the claim is free again', async (_name, put, waitMs) => {
    const { receiver, clock, outcomes, replay, inbox, inner } = inboxStage({ put });
    const answer = receiver.handle(await delivery(clock));
    await clock.advance(waitMs);
    const { status, headers } = await answer;
    expect({ status, retryAfter: headers['retry-after'] }).toEqual({ status: 503, retryAfter: '5' });
    expect(outcomes).toMatchObject([{ kind: 'refused', code: 'inbox_unavailable', status: 503 }]);
    expect(replay.names()).toEqual(['claim', 'release']);
    Object.assign(inbox, { put: inner.put });
    expect((await receiver.handle(await delivery(clock))).status).toBe(202);
  });

  test('a put that arrives after it was given up: the repeat is a duplicate, stored once', async () => {
    const { receiver, clock, inner, inbox } = inboxStage({
      async put(stored, how) {
        await inner.put(stored, how);
        return never();
      },
    });
    const answer = receiver.handle(await delivery(clock));
    await clock.advance(2000);
    expect((await answer).status).toBe(503);
    Object.assign(inbox, { put: inner.put });
    const again = await receiver.handle(await delivery(clock));
    expect({ status: again.status, body: textOf(again) }).toEqual({
      status: 200,
      body: '{"received":true,"status":"duplicate"}',
    });
    expect(await inner.take({ receiver: 'standardWebhooks', limit: 9, leaseMs: 1 })).toHaveLength(1);
  });

  test('a schema that does not fit: 422, and nothing is stored', async () => {
    const events = { 'job.done': z.object({ n: z.string() }) };
    const { receiver, clock, puts, replay } = inboxStage({}, { events });
    expect((await receiver.handle(await delivery(clock))).status).toBe(422);
    expect({ puts, calls: replay.names() }).toEqual({ puts: [], calls: ['claim', 'release'] });
  });

  test('a forged delivery: 401, and nothing is stored', async () => {
    const { receiver, clock, puts } = inboxStage();
    const request = await delivery(clock);
    const forged = { ...request, body: new TextEncoder().encode('{"type":"job.done"}') };
    expect((await receiver.handle(forged)).status).toBe(401);
    expect(puts).toEqual([]);
  });
});

describe('what needs no inbox is answered as without one', () => {
  test('types that nothing handles are ignored', async () => {
    const { receiver, clock, puts } = inboxStage();
    const answer = await receiver.handle(await delivery(clock, { type: 'other' }));
    expect(textOf(answer)).toBe('{"received":true,"status":"ignored"}');
    expect({ status: answer.status, puts }).toEqual({ status: 200, puts: [] });
  });

  test('a copy of what was acknowledged is a duplicate', async () => {
    const { receiver, clock, puts } = inboxStage();
    await receiver.handle(await delivery(clock));
    const copy = await receiver.handle(await delivery(clock));
    expect(textOf(copy)).toBe('{"received":true,"status":"duplicate"}');
    expect({ status: copy.status, puts: puts.length }).toEqual({ status: 200, puts: 1 });
  });

  test('with `replay: false` the inbox alone knows copies', async () => {
    const { receiver, clock, codes, inner } = inboxStage({}, { replay: false });
    await receiver.handle(await delivery(clock));
    await receiver.handle(await delivery(clock));
    expect(codes()).toEqual(['acknowledged', 'duplicate']);
    expect(await inner.take({ receiver: 'standardWebhooks', limit: 9, leaseMs: 1 })).toHaveLength(1);
  });
});

test('a replay store that fails after the put changes no acknowledgement', async () => {
  const { receiver, clock, outcomes, replay } = inboxStage();
  replay.script.commit = () => Promise.reject(new Error('gone'));
  const answer = receiver.handle(await delivery(clock));
  await clock.advance(3000);
  expect((await answer).status).toBe(202);
  expect(outcomes).toMatchObject([{ kind: 'accepted', code: 'commit_failed', status: 202 }]);
  await clock.advance(15_000);
  replay.script = {};
  expect((await receiver.handle(await delivery(clock))).status).toBe(200);
});

describe('a guard cannot acknowledge before', () => {
  const gate = () =>
    stage({ ack: 'before', inbox: memoryInbox(fakeClock().now), replay: memoryReplayStore() });

  test('to mount one throws', () => {
    expect(() => gate().receiver.mount('guard')).toThrow(/^a guard .*ack: 'before'/);
  });

  test('a request that reaches one all the same is not accepted', async () => {
    const { receiver, clock } = gate();
    const acceptance = await receiver.accept(await delivery(clock));
    expect(acceptance).toMatchObject({ accepted: false, response: { status: 500 } });
  });
});
