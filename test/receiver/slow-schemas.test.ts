import { memoryReplayStore, type StandardSchema } from '@countersign/core';
import { fakeClock } from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import { delivery, stage } from './harness.js';

function schema(validate: () => Promise<{ readonly value: unknown }>): StandardSchema {
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

describe('a schema that takes its time', () => {
  test('keeps its claim: a copy is told to come back, and nothing runs twice', async () => {
    let finish = (_result: { readonly value: unknown }): void => {};
    const slow = schema(() => new Promise((resolve) => (finish = resolve)));
    const { receiver, clock, codes } = stage({ events: { 'job.done': slow } });
    let runs = 0;
    receiver.on('job.done', () => {
      runs += 1;
    });
    const answer = receiver.handle(await delivery(clock));
    await clock.advance(20_000);
    expect((await receiver.handle(await delivery(clock, { signedAt: new Date(clock.now()) }))).status).toBe(
      503,
    );
    finish({ value: {} });
    await clock.advance(0);
    expect((await answer).status).toBe(200);
    expect([runs, codes()]).toEqual([1, ['in_progress', 'processed']]);
  });

  test('ends at `handlerTimeoutMs`, and gives its claim back', async () => {
    const never = schema(() => new Promise(() => {}));
    const { receiver, clock, codes } = stage({ events: { 'job.done': never } });
    receiver.on('job.done', () => {});
    const request = await delivery(clock);
    const answer = receiver.handle(request);
    await clock.advance(25_000);
    expect((await answer).status).toBe(503);
    expect(codes()).toEqual(['handler_timeout']);
    const again = receiver.handle(request);
    await clock.advance(25_000);
    expect((await again).status).toBe(503);
    expect(codes()).toEqual(['handler_timeout', 'handler_timeout']);
  });
});

test('a commit inside the handler is no loss of the claim: the rest of the work runs', async () => {
  const clock = fakeClock();
  const replay = memoryReplayStore({ now: clock.now });
  const { receiver, codes } = stage({ replay }, clock);
  let isAborted: boolean | undefined;
  receiver.onUnhandled(async (_event, { claim, signal }) => {
    if (claim !== undefined) await replay.commit(claim, { ttlMs: 1_000_000, guardMs: 1_000, signal });
    await new Promise<void>((resolve) => clock.schedule(resolve, 20_000));
    isAborted = signal.aborted;
  });
  const answer = receiver.handle(await delivery(clock));
  await clock.advance(20_000);
  expect((await answer).status).toBe(200);
  expect([isAborted, codes()]).toEqual([false, ['processed']]);
});

test('a store that fails to commit is heard', async () => {
  const clock = fakeClock();
  const failure = new Error('disk full');
  const replay = { ...memoryReplayStore({ now: clock.now }), commit: () => Promise.reject(failure) };
  const { receiver, outcomes } = stage({ replay }, clock);
  receiver.onUnhandled(() => {});
  const answer = receiver.handle(await delivery(clock));
  await clock.advance(5_000);
  expect((await answer).status).toBe(200);
  expect(outcomes).toMatchObject([{ code: 'commit_failed', error: failure }]);
});

test('a claim that is lost while the schema runs does not run the handler', async () => {
  let finish = (_result: { readonly value: unknown }): void => {};
  const slow = schema(() => new Promise((resolve) => (finish = resolve)));
  const clock = fakeClock();
  const store = memoryReplayStore({ now: clock.now });
  let isTaken = false;
  const claim: typeof store.claim = (...args) => (isTaken ? 'in_progress' : store.claim(...args));
  const { receiver, codes } = stage({ events: { 'job.done': slow }, replay: { ...store, claim } }, clock);
  let runs = 0;
  receiver.on('job.done', () => {
    runs += 1;
  });
  const answer = receiver.handle(await delivery(clock));
  await clock.advance(0);
  isTaken = true;
  await clock.advance(6_000);
  finish({ value: {} });
  await clock.advance(0);
  expect((await answer).status).toBe(503);
  expect([runs, codes()]).toEqual([0, ['claim_lost']]);
});
