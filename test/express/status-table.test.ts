import { connect } from 'node:net';
import { memoryReplayStore, type Receiver, type ReceiverOptions } from '@countersign/core';
import { webhookGuard, webhookHandler } from '@countersign/express';
import { alteredRequest, recordingReplayStore, type SignedRequest } from '@countersign/testing';
import type express from 'express';
import type { Express } from 'express';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Bench, type BenchOptions, bench, eventually, versions } from './bench.js';

type Application = () => unknown;

/** The same route in both modes: an application that runs, and an answer of 200. */
const modes: Readonly<Record<'handler' | 'guard', (application: Application) => BenchOptions['mount']>> = {
  handler: (application) => (app, receiver) =>
    app.all('/webhooks', webhookHandler(receiver.on('*', application))),
  guard: (application) => (app, receiver) =>
    app.all('/webhooks', webhookGuard(receiver), (_request, response, next) => {
      Promise.resolve()
        .then(application)
        .then(() => response.json({ received: true, status: 'processed' }), next);
    }),
};

const refused = (error: string): string => JSON.stringify({ received: false, error });
const taken = (status: string): string => JSON.stringify({ received: true, status });

interface Row {
  readonly outcome: string;
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string | RegExp>>;
  readonly receiver?: Partial<ReceiverOptions<Record<string, unknown>>>;
  /** What is sent, where it is not simply a genuine delivery. */
  readonly request?: (genuine: SignedRequest, bench: Bench) => SignedRequest | Promise<SignedRequest>;
  /** What stands before the route. */
  readonly before?: (app: Express, create: typeof express) => unknown;
}

const altered = (changes: Parameters<typeof alteredRequest>[1]) => (genuine: SignedRequest) =>
  alteredRequest(genuine, changes);

const withBody =
  (body: Uint8Array | string) =>
  (_genuine: SignedRequest, { signed }: Bench) =>
    signed({ body });

const retryAfter = { 'retry-after': /^[1-9]\d*$/ };

const table: readonly Row[] = [
  {
    outcome: 'ignored',
    status: 200,
    body: taken('ignored'),
    receiver: { events: { 'other.event': z.object({}) } },
  },
  {
    outcome: 'missing_header',
    status: 400,
    body: refused('bad request'),
    request: altered({ headers: { 'webhook-id': undefined } }),
  },
  {
    outcome: 'malformed_header',
    status: 400,
    body: refused('bad request'),
    request: altered({ headers: { 'webhook-timestamp': 'soon' } }),
  },
  {
    outcome: 'invalid_utf8',
    status: 400,
    body: refused('bad request'),
    request: withBody(new Uint8Array([0x22, 0xff, 0x22])),
  },
  { outcome: 'invalid_json', status: 400, body: refused('bad request'), request: withBody('{') },
  { outcome: 'malformed_envelope', status: 400, body: refused('bad request'), request: withBody('{}') },
  {
    outcome: 'signature_mismatch',
    status: 401,
    body: refused('unauthorized'),
    request: altered({ body: '{}' }),
  },
  {
    outcome: 'timestamp_too_old',
    status: 401,
    body: refused('unauthorized'),
    receiver: { now: () => Date.parse('2027-01-01') },
  },
  {
    outcome: 'timestamp_too_new',
    status: 401,
    body: refused('unauthorized'),
    receiver: { now: () => Date.parse('2025-01-01') },
  },
  { outcome: 'no_key', status: 401, body: refused('unauthorized'), receiver: { secrets: () => undefined } },
  {
    outcome: 'method_not_allowed',
    status: 405,
    body: refused('method not allowed'),
    headers: { allow: 'POST' },
    request: altered({ method: 'PUT' }),
  },
  {
    outcome: 'body_too_large',
    status: 413,
    body: refused('content too large'),
    receiver: { maxBodyBytes: 10 },
  },
  {
    outcome: 'unsupported_content_encoding',
    status: 415,
    body: refused('unsupported content encoding'),
    request: altered({ headers: { 'content-encoding': 'gzip' } }),
  },
  {
    outcome: 'schema_mismatch',
    status: 422,
    body: refused('unprocessable content'),
    receiver: { events: { 'test.event': z.object({ amount: z.number() }) } },
  },
  {
    outcome: 'body_already_parsed',
    status: 500,
    body: refused('internal error'),
    before: (app, create) => app.use(create.json()),
  },
  {
    outcome: 'secrets_unavailable',
    status: 503,
    body: refused('unavailable'),
    headers: retryAfter,
    receiver: { secrets: () => Promise.reject(new Error('vault down')) },
  },
  {
    outcome: 'replay_store_unavailable',
    status: 503,
    body: refused('unavailable'),
    headers: retryAfter,
    receiver: { replay: { ...memoryReplayStore(), claim: () => Promise.reject(new Error('store down')) } },
  },
  {
    outcome: 'replay_store_full',
    status: 503,
    body: refused('unavailable'),
    headers: retryAfter,
    receiver: { replay: fullStore() },
  },
];

function fullStore() {
  const store = memoryReplayStore({ maxKeys: 1 });
  void store.claim({ key: 'taken', token: 'a' }, { leaseMs: 1e9, signal: new AbortController().signal });
  return store;
}

describe.each(versions)('%s', (_version, create) => {
  describe.each(Object.entries(modes))('%s', (mode, mounted) => {
    const run = async (application: Application, options: Partial<BenchOptions> = {}) =>
      bench({ create, mount: mounted(application), ...options });

    test('processed and duplicate are 200', async () => {
      const { deliver, signed, outcomes } = await run(() => {});
      const request = await signed();
      expect(await deliver(request)).toMatchObject({ status: 200, body: taken('processed') });
      expect(await deliver(request)).toMatchObject({ status: 200, body: taken('duplicate') });
      expect(outcomes.map(({ code }) => code)).toEqual(['processed', 'duplicate']);
    });

    test.each(table)(
      '$outcome is $status',
      async ({ outcome, status, body, headers = {}, receiver, request, before }) => {
        let runs = 0;
        const mount = (app: Express, built: Receiver): unknown => {
          before?.(app, create);
          return mounted(() => {
            runs += 1;
          })(app, built);
        };
        const served = await run(() => {}, { mount, ...(receiver !== undefined && { receiver }) });
        const genuine = await served.signed();
        const answer = await served.deliver((await request?.(genuine, served)) ?? genuine);
        expect(answer).toMatchObject({ status, body });
        expect(answer.headers.get('content-type')).toBe('application/json');
        for (const [name, value] of Object.entries(headers)) expect(answer.headers.get(name)).toMatch(value);
        await served.clock.advance(0);
        expect(served.outcomes.map(({ code }) => code)).toEqual([outcome]);
        expect(runs).toBe(0);
      },
    );

    test('in_progress is 503, with the time to come back', async () => {
      let finish = (): void => {};
      const held = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const { deliver, signed, outcomes, store } = await run(() => held);
      const request = await signed();
      const first = deliver(request);
      await eventually(() => expect(store.calls).toMatchObject([{ answer: 'claimed' }]));
      const second = await deliver(request);
      expect(second).toMatchObject({ status: 503, body: refused('unavailable') });
      expect(second.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
      finish();
      expect((await first).status).toBe(200);
      expect(outcomes.map(({ code }) => code)).toEqual(['in_progress', 'processed']);
    });

    test('handler_failed is 500, and the delivery is given back', async () => {
      const { deliver, signed, settled, outcomes } = await run(() => {
        throw new Error('the application failed');
      });
      const answer = await deliver(await signed());
      expect(answer.status).toBe(500);
      if (mode === 'handler') expect(answer.body).toBe(refused('internal error'));
      expect(settled()).toEqual(['claim: claimed', 'release']);
      expect(outcomes).toMatchObject([{ code: 'handler_failed', status: 500 }]);
    });

    test('an application that does not end in `handlerTimeoutMs` is answered 503, or has its claim lapse behind a guard', async () => {
      const { deliver, signed, outcomes, clock, store } = await run(() => new Promise(() => {}));
      const request = await signed();
      const answer = deliver(request).catch(() => undefined);
      await eventually(() => expect(store.calls).toMatchObject([{ answer: 'claimed' }]));
      await eventually(() => expect(clock.pending).toBe(2));
      await clock.advance(25_000);
      if (mode === 'handler') {
        expect(await answer).toMatchObject({ status: 503, body: refused('unavailable') });
        expect(outcomes).toMatchObject([{ code: 'handler_timeout' }]);
      } else {
        expect(outcomes).toMatchObject([{ kind: 'notice', code: 'answer_overdue' }]);
      }
    });

    test('body_timeout is 408, and the connection ends', async () => {
      const { origin, signed, outcomes, clock } = await run(() => {}, { receiver: { bodyTimeoutMs: 5_000 } });
      const { headers } = await signed();
      const socket = connect(Number(new URL(origin).port), '127.0.0.1');
      const lines = Object.entries({ host: 'localhost', ...headers, 'content-length': '1000' });
      socket.write(
        `POST /webhooks HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n{`,
      );
      const received = socket.toArray();
      await eventually(() => expect(clock.pending).toBe(1));
      await clock.advance(5_000);
      const text = Buffer.concat(await received).toString();
      expect(text).toMatch(/^HTTP\/1\.1 408 /);
      expect(text.endsWith(refused('request timeout'))).toBe(true);
      expect(outcomes.map(({ code }) => code)).toEqual(['body_timeout']);
    });

    test('an aborted body is told as `body_aborted`, and nobody is answered', async () => {
      const { origin, signed, outcomes, clock, store } = await run(() => {});
      const { headers } = await signed();
      const socket = connect(Number(new URL(origin).port), '127.0.0.1');
      const lines = Object.entries({ host: 'localhost', ...headers, 'content-length': '1000' });
      socket.write(
        `POST /webhooks HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n{`,
      );
      await eventually(() => expect(clock.pending).toBe(1));
      socket.resetAndDestroy();
      await eventually(() => expect(outcomes.map(({ code }) => code)).toEqual(['body_aborted']));
      expect(store.calls).toEqual([]);
    });

    test('a commit that fails is still 200: what is done is done', async () => {
      const store = (now: () => number) =>
        recordingReplayStore({ ...memoryReplayStore({ now }), commit: () => false });
      const { deliver, signed, outcomes } = await run(() => {}, { store });
      expect((await deliver(await signed())).status).toBe(200);
      expect(outcomes).toMatchObject([{ code: 'commit_failed' }]);
    });
  });
});
