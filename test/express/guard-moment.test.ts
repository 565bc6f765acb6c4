import { memoryReplayStore, type Receiver } from '@countersign/core';
import { webhookGuard } from '@countersign/express';
import { recordingReplayStore } from '@countersign/testing';
import type { ErrorRequestHandler, Express } from 'express';
import { describe, expect, test } from 'vitest';
import { bench, eventually, gate, versions } from './bench.js';

const fails = (): never => {
  throw new Error('the route failed');
};

// Express knows an error handler by its four parameters.
const recovers: ErrorRequestHandler = (_error, _request, response, _next) => void response.sendStatus(200);

const answersJson = (app: Express, receiver: Receiver): unknown =>
  app.post('/webhooks', webhookGuard(receiver), (_request, response) => void response.json({ a: 1 }));

/** A store whose commits wait. */
const holdingCommits = (until: Promise<void>) => (now: () => number) => {
  const store = memoryReplayStore({ now });
  return recordingReplayStore({
    ...store,
    async commit(claim, options) {
      await until;
      return store.commit(claim, options);
    },
  });
};

describe.each(versions)('%s: a guarded route', (_version, create) => {
  test('an error handler that answers 2xx decides: committed', async () => {
    const { deliver, signed, settled } = await bench({
      create,
      mount(app, receiver) {
        app.post('/webhooks', webhookGuard(receiver), fails);
        app.use(recovers);
      },
    });
    expect((await deliver(await signed())).status).toBe(200);
    expect(settled()).toEqual(['claim: claimed', 'commit: true']);
  });

  test('the commit starts with the headers: it does not wait for the end of a stream', async () => {
    const streamed = gate();
    const { origin, signed, settled } = await bench({
      create,
      mount: (app, receiver) =>
        app.post('/webhooks', webhookGuard(receiver), async (_request, response) => {
          response.write('first ');
          await streamed.passed;
          response.end('last');
        }),
    });
    const { method, headers, body } = await signed();
    const response = await fetch(`${origin}/webhooks`, { method, headers, body });
    await eventually(() => expect(settled()).toEqual(['claim: claimed', 'commit: true']));
    streamed.open();
    expect(await response.text()).toBe('first last');
  });

  test('the answer ends when the commit has: who reads it can rely on it', async () => {
    const committed = gate();
    const { deliver, signed, store } = await bench({
      create,
      mount: answersJson,
      store: holdingCommits(committed.passed),
    });
    let isAnswered = false;
    const answer = deliver(await signed()).finally(() => {
      isAnswered = true;
    });
    await eventually(() =>
      expect(store.calls).toMatchObject([{ answer: 'claimed' }, { method: 'commit', answer: undefined }]),
    );
    expect(isAnswered).toBe(false);
    committed.open();
    expect(await answer).toMatchObject({ status: 200, body: '{"a":1}' });
  });

  test('a commit that never ends holds the answer no longer than `storeTimeoutMs`', async () => {
    const { deliver, signed, store, clock, outcomes } = await bench({
      create,
      mount: answersJson,
      store: holdingCommits(new Promise(() => {})),
    });
    const answer = deliver(await signed());
    await eventually(() => expect(store.calls).toHaveLength(2));
    for (let passedMs = 0; passedMs <= 4_500; passedMs += 100) await clock.advance(100);
    expect(await answer).toMatchObject({ status: 200, body: '{"a":1}' });
    expect(outcomes).toMatchObject([{ code: 'commit_failed' }]);
  });

  test('a throw after the answer changes nothing: it is committed, and the retry is a duplicate', async () => {
    const { deliver, signed, settled } = await bench({
      create,
      mount: (app, receiver) =>
        app.post('/webhooks', webhookGuard(receiver), (_request, response) => {
          response.json({ a: 1 });
          fails();
        }),
    });
    const request = await signed();
    // Express ends the connection of a route that fails after its answer.
    await deliver(request).catch(() => undefined);
    await eventually(() => expect(settled()).toEqual(['claim: claimed', 'commit: true']));
    expect((await deliver(request)).body).toBe('{"received":true,"status":"duplicate"}');
  });

  test('a middleware before the guard that writes while it ends loses nothing', async () => {
    const { deliver, signed } = await bench({
      create,
      mount(app, receiver) {
        app.use((_request, response, next) => {
          response.end = new Proxy(response.end, {
            apply(end, self, [chunk]) {
              response.write(`<${chunk}>`);
              return Reflect.apply(end, self, []);
            },
          });
          next();
        });
        app.post('/webhooks', webhookGuard(receiver), (_request, response) => void response.end('text'));
      },
    });
    expect(await deliver(await signed())).toMatchObject({ status: 200, body: '<text>' });
  });

  test('the first status counts where a route answers twice', async () => {
    const { deliver, signed, settled } = await bench({
      create,
      mount: (app, receiver) =>
        app.post('/webhooks', webhookGuard(receiver), (_request, response) => {
          response.status(503).end('first');
          response.status(200).end();
        }),
    });
    expect(await deliver(await signed())).toMatchObject({ status: 503, body: 'first' });
    expect(settled()).toEqual(['claim: claimed', 'release']);
  });
});
