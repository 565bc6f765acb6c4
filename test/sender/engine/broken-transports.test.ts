import type { Exchange, Transport } from '@countersign/sender';
import { describe, expect, test } from 'vitest';
import { type Stage, stage } from './harness.js';

const answer: Exchange = {
  kind: 'response',
  status: 200,
  headers: {},
  body: new Uint8Array(),
  truncated: false,
};

/** A transport as somebody writes one in JavaScript. */
function transportOf(exchange: (...given: Parameters<Transport['exchange']>) => Promise<unknown>): Transport {
  const transport: Transport = { exchange: async () => answer, close: async () => {} };
  Reflect.set(transport, 'exchange', exchange);
  return transport;
}

/** Moves the clock on in steps of a second until a promise has settled; what it took. */
async function secondsUntil(on: Stage, promise: Promise<unknown>): Promise<number> {
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  promise.then(settle, settle);
  await on.clock.advance(0);
  let seconds = 0;
  for (; !isSettled && seconds < 100; seconds += 1) await on.clock.advance(1000);
  return seconds;
}

describe('a transport that resolves with what is no exchange makes a failed attempt, which is made again', () => {
  const { body: _, ...withoutBody } = answer;
  const given: readonly (readonly [string, unknown])[] = [
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['an answer without a body', withoutBody],
    ['an answer with a text as its body', { ...answer, body: 'ok' }],
    ['an answer whose status is NaN', { ...answer, status: Number.NaN }],
    ['a failure of an unknown reason', { kind: 'failure', reason: 'mood', message: 'why' }],
  ];
  test.each(given)('%s', async (_name, value) => {
    let count = 0;
    const transport = transportOf(async () => {
      count += 1;
      return count === 1 ? value : answer;
    });
    const on = await stage({ transport, retry: { delaysMs: [0, 1000] } });
    const { id } = await on.endpoint('/a');
    await on.send();
    const { attempts } = await on.untilAttempts(id, 1);
    expect(attempts[0]?.error).toBe('protocol: the transport resolved with what is no exchange');
    await on.clock.advance(1000);
    await on.untilStatuses(id, 'delivered');
  });
});

test('a message of any length is cut to 1,000 characters in the record', async () => {
  const message = 'x'.repeat(100_000);
  const on = await stage({
    transport: transportOf(async () => ({ kind: 'failure', reason: 'reset', message })),
  });
  const { id } = await on.endpoint('/a');
  await on.send();
  const { attempts } = await on.untilAttempts(id, 1);
  expect(attempts[0]?.error).toBe(`reset: ${'x'.repeat(1000)}`);
});

describe('a transport that never settles', () => {
  const hanging = (): Transport => transportOf(() => new Promise(() => {}));

  test('is given up a second after the time is up: the attempt has failed, and others have its slot', async () => {
    const on = await stage({ concurrency: 1, transport: hanging(), requestTimeoutMs: 500 });
    const { id } = await on.endpoint('/a');
    await on.endpoint('/b', { tenant: 'b' });
    await on.send();
    await on.until(() => on.started.length === 1);
    await on.send({ tenant: 'b' });
    await on.clock.advance(1499);
    expect([on.attempts().length, on.started.length]).toEqual([0, 1]);
    await on.clock.advance(1);
    const { attempts } = await on.untilAttempts(id, 1);
    expect(attempts).toMatchObject([{ error: 'timeout: no complete answer in time', durationMs: 1500 }]);
    await on.until(() => on.started.length === 2);
    await secondsUntil(on, on.sender.stop({ timeoutMs: 0 }));
  });

  test('does not keep `stop` from resolving, a second after its `timeoutMs`; the delivery is still pending', async () => {
    const on = await stage({ transport: hanging() });
    const { id } = await on.endpoint('/a');
    await on.send();
    await on.until(() => on.started.length === 1);
    expect(await secondsUntil(on, on.sender.stop({ timeoutMs: 3000 }))).toBe(4);
    expect((await on.store.records.deliveries('*', { endpointId: id, limit: 10 })).data).toMatchObject([
      { status: 'pending' },
    ]);
    expect(on.clock.pending).toBe(0);
  });

  test('does not keep a test of an endpoint from ending', async () => {
    const on = await stage({ isStarted: false, transport: hanging(), requestTimeoutMs: 2000 });
    const { id } = await on.endpoint('/a');
    const testing = on.sender.endpoints.test(id);
    await on.until(() => on.started.length === 1);
    expect(await secondsUntil(on, testing)).toBe(3);
    expect(await testing).toMatchObject({ isDelivered: false, error: 'timeout: no complete answer in time' });
  });
});
