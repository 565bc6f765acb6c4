import { type Claim, memoryReplayStore, type StandardSchema } from '@countersign/core';
import { expect, test } from 'vitest';
import { delivery, secret, stage } from './harness.js';

/** A promise that is a function, as those of Workers' remote calls are. */
function callable<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return Object.assign(() => {}, {
    // biome-ignore lint/suspicious/noThenProperty: that is what makes it a promise.
    then: promise.then.bind(promise),
    catch: promise.catch.bind(promise),
    finally: promise.finally.bind(promise),
    [Symbol.toStringTag]: 'Callable',
  });
}

test('a handler that returns a callable promise fails when that rejects, and is run again', async () => {
  const { receiver, clock, codes } = stage();
  let runs = 0;
  receiver.on('*', () => {
    runs += 1;
    return callable(runs === 1 ? Promise.reject(new Error('the other side is down')) : Promise.resolve());
  });
  const request = await delivery(clock);
  expect((await receiver.handle(request)).status).toBe(500);
  expect((await receiver.handle(request)).status).toBe(200);
  expect([runs, codes()]).toEqual([2, ['handler_failed', 'processed']]);
});

test('a schema, a secrets function and a store may answer with one', async () => {
  const picky: StandardSchema<unknown, unknown> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: () => callable(Promise.resolve({ issues: [{ message: 'no', path: ['n'] }] })),
    },
  };
  const memory = memoryReplayStore();
  const replay = {
    ...memory,
    claim: (claim: Claim, options: Parameters<typeof memory.claim>[1]) =>
      callable(Promise.resolve(memory.claim(claim, options))),
  };
  const { receiver, clock, codes } = stage({
    events: { 'job.done': picky },
    secrets: () => callable(Promise.resolve(secret)),
    replay,
  });
  receiver.on('*', () => {});
  expect((await receiver.handle(await delivery(clock))).status).toBe(422);
  expect(codes()).toEqual(['schema_mismatch']);
});
