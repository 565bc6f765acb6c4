import { describe, expect, it, onTestFinished } from 'vitest';
import { boundedExchange } from '../../../packages/sender/src/attempt/bounded-exchange.js';
import { attemptErrors } from '../../../packages/sender/src/errors/sender-notices.js';
import type { Exchange, ExchangeRequest, Transport } from '../../../packages/sender/src/ports/transport.js';
import { testClock } from './clocks.js';

const GRACE_MS = 1000;
const answer: Exchange = {
  kind: 'response',
  status: 200,
  headers: {},
  body: new Uint8Array([1]),
  truncated: false,
};
const noExchange = {
  kind: 'failure',
  reason: 'protocol',
  message: 'the transport resolved with what is no exchange',
};
const threw = { kind: 'failure', reason: 'protocol', message: 'the transport threw' };
const late = { kind: 'failure', reason: 'protocol', message: 'the transport did not end with its signal' };

/** A transport as somebody writes one in JavaScript. */
function transportOf(exchange: (request: ExchangeRequest) => unknown): Transport {
  const transport: Transport = { exchange: async () => answer, close: async () => {} };
  Reflect.set(transport, 'exchange', exchange);
  return transport;
}

/** One exchange that is under way. */
function begun(exchange: (request: ExchangeRequest) => unknown) {
  const { fake, clock } = testClock();
  const abort = new AbortController();
  const request: ExchangeRequest = {
    url: new URL('https://example.com'),
    headers: {},
    body: new Uint8Array(),
    maxResponseBytes: 1,
    signal: abort.signal,
    allowsAddress: () => true,
  };
  const result = boundedExchange(transportOf(exchange), request, clock);
  let settled: Exchange | undefined;
  void result.then((one) => {
    settled = one;
  });
  return { fake, abort, request, result, settled: () => settled };
}

/** Rejections that nobody handles, from now to the end of the test. */
function unhandled(): readonly unknown[] {
  const reasons: unknown[] = [];
  const onRejection = (reason: unknown): void => void reasons.push(reason);
  process.on('unhandledRejection', onRejection);
  onTestFinished(() => void process.off('unhandledRejection', onRejection));
  return reasons;
}

it('has an end also where the signal had aborted before it began', async () => {
  const { fake, clock } = testClock();
  const result = boundedExchange(
    transportOf(() => new Promise(() => {})),
    { ...begun(async () => answer).request, signal: AbortSignal.abort() },
    clock,
  );
  await fake.advance(GRACE_MS);
  expect(await result).toEqual(late);
});

describe('a transport that keeps to its contract', () => {
  it('is given the request as it is', async () => {
    const seen: ExchangeRequest[] = [];
    const { request, result } = begun(async (given) => {
      seen.push(given);
      return answer;
    });
    await result;
    expect(seen).toEqual([request]);
    expect(seen[0]).toBe(request);
  });

  it.each([100, 200, 410, 599, 999])('has its answer passed on: status %i', async (status) => {
    const given = { ...answer, status };
    expect(await begun(async () => given).result).toBe(given);
  });

  it.each(Object.keys(attemptErrors))('has its failure passed on: %s', async (reason) => {
    const given = { kind: 'failure', reason, message: 'why' };
    expect(await begun(async () => given).result).toEqual(given);
  });

  it('leaves no timer and no listener behind', async () => {
    const { fake, abort, result } = begun(async () => answer);
    await result;
    abort.abort();
    expect(fake.pending).toBe(0);
  });
});

describe('a transport that throws', () => {
  const thrown: readonly (readonly [string, (request: ExchangeRequest) => unknown])[] = [
    ['a rejection', () => Promise.reject(new Error('broken'))],
    ['a rejection with nothing', () => Promise.reject(undefined)],
    [
      'at once',
      () => {
        throw new Error('broken');
      },
    ],
    [
      'as what it resolved with is looked at',
      async () => ({
        get kind() {
          throw new Error('broken');
        },
      }),
    ],
    ['as its message is', async () => ({ ...threw, message: Object.create(null) })],
  ];
  it.each(thrown)('%s: is a failure that does not tell what it threw', async (_, exchange) => {
    expect(await begun(exchange).result).toEqual(threw);
  });
});

describe('what is no exchange', () => {
  const { body: _body, ...withoutBody } = answer;
  const { headers: _headers, ...withoutHeaders } = answer;
  const { status: _status, ...withoutStatus } = answer;
  const given: readonly (readonly [string, unknown])[] = [
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['a text', 'response'],
    ['a status alone', 200],
    ['another kind', { ...answer, kind: 'answer' }],
    ['an answer without a body', withoutBody],
    ['an answer with a text as its body', { ...answer, body: 'ok' }],
    ['an answer with an ArrayBuffer as its body', { ...answer, body: new ArrayBuffer(1) }],
    ['an answer without headers', withoutHeaders],
    ['an answer with null as its headers', { ...answer, headers: null }],
    ['an answer with a number as a header', { ...answer, status: 503, headers: { 'retry-after': 5 } }],
    ['an answer without a status', withoutStatus],
    ['an answer whose status is NaN', { ...answer, status: Number.NaN }],
    ['an answer whose status is a text', { ...answer, status: '200' }],
    ['an answer whose status is a fraction', { ...answer, status: 200.5 }],
    ['an answer whose status is too small', { ...answer, status: 99 }],
    ['an answer whose status is too great', { ...answer, status: 1000 }],
    ['a failure without a reason', { kind: 'failure', message: 'why' }],
    ['a failure of an unknown reason', { kind: 'failure', reason: 'mood', message: 'why' }],
    ['a failure whose reason every object has', { kind: 'failure', reason: 'toString', message: 'why' }],
  ];
  it.each(given)('is a failure: %s', async (_, value) => {
    expect(await begun(async () => value).result).toEqual(noExchange);
    expect(await begun(() => value).result).toEqual(noExchange);
  });
});

describe('the message of a failure', () => {
  it.each([
    [undefined, 'undefined'],
    [404, '404'],
    [new Error('why'), 'Error: why'],
  ])('is a text: %s', async (message, text) => {
    const { result } = begun(async () => ({ kind: 'failure', reason: 'reset', message }));
    expect(await result).toEqual({ kind: 'failure', reason: 'reset', message: text });
  });
});

describe('a transport that is told to end', () => {
  it('is waited for without limit before that', async () => {
    const { fake, settled } = begun(() => new Promise(() => {}));
    await fake.advance(3_600_000);
    expect([settled(), fake.pending]).toEqual([undefined, 0]);
  });

  it('and does not is given up after a second', async () => {
    const { fake, abort, settled } = begun(() => new Promise(() => {}));
    await fake.advance(5000);
    abort.abort();
    await fake.advance(GRACE_MS - 1);
    expect(settled()).toBeUndefined();
    await fake.advance(1);
    expect(settled()).toEqual(late);
    expect(fake.pending).toBe(0);
  });

  it('may do so within a second: what it says counts', async () => {
    const { fake, abort, settled } = begun(
      ({ signal }) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => void fake.schedule(() => resolve(answer), GRACE_MS - 1)),
        ),
    );
    abort.abort();
    await fake.advance(GRACE_MS - 2);
    expect(settled()).toBeUndefined();
    await fake.advance(1);
    expect(settled()).toBe(answer);
    expect(fake.pending).toBe(0);
  });

  it('and rejects once it was given up leaves no rejection that nobody handles', async () => {
    const reasons = unhandled();
    let fail = (): void => {};
    const { fake, abort, settled } = begun(
      () =>
        new Promise((_, reject) => {
          fail = () => reject(new Error('too late'));
        }),
    );
    abort.abort();
    await fake.advance(GRACE_MS);
    fail();
    await fake.advance(0);
    expect(settled()).toEqual(late);
    expect(reasons).toEqual([]);
  });
});

it('leaves no rejection that nobody handles, whatever a transport does', async () => {
  const reasons = unhandled();
  const exchanges: readonly (() => unknown)[] = [
    () => Promise.reject(new Error('broken')),
    () => Promise.resolve(null),
    () => {
      throw new Error('broken');
    },
  ];
  for (const exchange of exchanges) {
    const { fake, abort, result } = begun(exchange);
    abort.abort();
    await fake.advance(GRACE_MS);
    expect(await result).toMatchObject({ kind: 'failure', reason: 'protocol' });
  }
  expect(reasons).toEqual([]);
});
