import { createServer } from 'node:net';
import { httpTransport, type Transport } from '@countersign/sender';
import { describe, expect, test } from 'vitest';
import { type Stage, type StageOptions, stage } from './harness.js';
import type { Answer } from './sink.js';

const retry = { delaysMs: [0, 60_000] };

/** One event for as many endpoints as there are statuses; what their first attempts came to. */
async function outcomesOf(
  statuses: readonly number[],
  clientErrors: 'retry' | 'fail',
): Promise<Readonly<Record<string, string>>> {
  const on = await stage({ retry: { ...retry, clientErrors } });
  const statusOf = new Map<string, number>();
  for (const status of statuses) {
    on.sink.answer(`/${status}`, status);
    statusOf.set((await on.endpoint(`/${status}`)).id, status);
  }
  await on.send();
  await on.until(() => on.attempts().length === statuses.length);
  for (const attempt of on.attempts()) expect(attempt.status).toBe(statusOf.get(attempt.endpointId));
  return Object.fromEntries(on.attempts().map(({ status, outcome }) => [String(status), outcome]));
}

const all = (statuses: readonly number[], outcome: string): Record<string, string> =>
  Object.fromEntries(statuses.map((status) => [String(status), outcome]));

describe('an answer decides what becomes of a delivery', () => {
  const successes = [200, 201, 202, 204, 226, 299];
  const redirects = [300, 301, 302, 303, 304, 307, 308, 399];
  const clientErrors = [400, 401, 403, 404, 405, 413, 415, 418, 422, 451, 499];
  const passing = [408, 409, 425, 429, 500, 501, 502, 503, 504, 599];

  test('2xx is delivered; 410 is the end; redirects, 408, 409, 425, 429, 5xx and, by default, other 4xx are retried', async () => {
    const statuses = [...successes, ...redirects, ...clientErrors, ...passing, 410];
    expect(await outcomesOf(statuses, 'retry')).toEqual({
      ...all(successes, 'delivered'),
      ...all([...redirects, ...clientErrors, ...passing], 'retry'),
      410: 'failed',
    });
  });

  test("with `clientErrors: 'fail'` other 4xx fail at once, and 408, 409, 425, 429 and 5xx are retried all the same", async () => {
    expect(await outcomesOf([...redirects, ...clientErrors, ...passing], 'fail')).toEqual({
      ...all([...redirects, ...passing], 'retry'),
      ...all(clientErrors, 'failed'),
    });
  });
});

test('a redirect is never followed: what it leads to sees nothing', async () => {
  const on = await stage({ retry });
  for (const status of [301, 302, 303, 307, 308]) {
    on.sink.answer(`/${status}`, { status, headers: { location: on.sink.url('/target') } });
    await on.endpoint(`/${status}`);
  }
  await on.send();
  await on.until(() => on.attempts().length === 5);
  await on.quiet();
  await on.clock.advance(60_000);
  await on.until(() => on.attempts().length === 10);
  expect(on.sink.at('/target')).toEqual([]);
  expect(new Set(on.attempts().map(({ error }) => error))).toEqual(new Set(['redirects are not followed']));
});

/** What is told of an attempt that got no answer, and that it is made again. */
async function failureOf(on: Stage, url: string): Promise<string | undefined> {
  const { id } = await on.endpoint('/unused', { url });
  await on.send();
  await on.until(() => on.attempts().length === 1);
  const [attempt] = on.attempts();
  expect(attempt).toMatchObject({ outcome: 'retry', status: undefined, nextInMs: 60_000 });
  await on.untilAttempts(id, 1);
  return attempt?.error;
}

describe('whatever brings no answer is retried, and the record says what it was', () => {
  const late: readonly (readonly [string, Answer])[] = [
    ['headers that never come', 'hang'],
    ['a 200 whose body never ends', 'half'],
  ];
  for (const [name, answer] of late) {
    test(`a timeout: ${name}`, async () => {
      const on = await stage({ retry, requestTimeoutMs: 5000 });
      on.sink.answer('/a', answer);
      const failure = failureOf(on, on.sink.url('/a'));
      await on.until(() => on.sink.open('/a') === 1);
      await on.clock.advance(4999);
      expect(on.attempts()).toEqual([]);
      await on.clock.advance(1);
      expect(await failure).toMatch(/^timeout: /);
      expect(on.attempts()[0]?.durationMs).toBe(5000);
    });
  }

  test('a connection that is reset', async () => {
    const on = await stage({ retry });
    on.sink.answer('/a', 'reset');
    expect(await failureOf(on, on.sink.url('/a'))).toMatch(/^reset: .*ECONNRESET/);
  });

  test('a connection that is refused', async () => {
    const on = await stage({ retry });
    expect(await failureOf(on, `http://127.0.0.1:${await closedPort()}/`)).toMatch(
      /^connect: .*ECONNREFUSED/,
    );
  });

  test('a TLS handshake with what speaks none', async () => {
    const on = await stage({ retry });
    expect(await failureOf(on, on.sink.url('/a').replace('http:', 'https:'))).toMatch(/^tls: /);
  });

  const resolvers: readonly (readonly [string, () => Promise<readonly string[]>])[] = [
    ['a name server that fails', () => Promise.reject(new Error('SERVFAIL for secret.internal'))],
    ['a name without addresses', async () => []],
  ];
  for (const [name, resolve] of resolvers) {
    test(name, async () => {
      const on = await stage({ retry, transport: httpTransport({ resolve }) });
      const error = await failureOf(on, 'http://receiver.example/');
      expect(error).toBe('dns: `receiver.example` could not be resolved');
    });
  }

  const broken: readonly (readonly [string, StageOptions['transport']])[] = [
    ['throws', { exchange: thrower, close: async () => {} }],
    ['rejects', { exchange: () => Promise.reject(new Error('broken')), close: async () => {} }],
  ];
  for (const [name, transport] of broken) {
    test(`a transport that ${name}`, async () => {
      const on = await stage({ retry, transport });
      expect(await failureOf(on, on.sink.url('/a'))).toBe('protocol: the transport threw');
    });
  }
});

test('an answer that came in the very moment in which the time was up counts', async () => {
  const transport: Transport = {
    exchange: ({ signal }) =>
      new Promise((resolve) => {
        const answer = {
          kind: 'response',
          status: 200,
          headers: {},
          body: new Uint8Array(),
          truncated: false,
        } as const;
        signal.addEventListener('abort', () => resolve(answer));
      }),
    close: async () => {},
  };
  const on = await stage({ requestTimeoutMs: 1000, transport });
  const { id } = await on.endpoint('/a');
  await on.send();
  await on.until(() => on.traffic.inFlight === 1);
  await on.clock.advance(1000);
  await on.untilStatuses(id, 'delivered');
});

test('what a provider cannot write fails at once, and nothing is sent', async () => {
  const on = await stage({ retry });
  const { id } = await on.endpoint('/a');
  const bad = await on.store.records.endpoint('', id);
  if (bad === undefined) throw new Error('no endpoint');
  await on.store.records.replaceEndpoint(bad.revision, {
    ...bad,
    secrets: [{ id: 's1', value: 'clear:too-short' }],
  });
  await on.send();
  const [delivery] = await on.untilStatuses(id, 'failed');
  expect(delivery?.lastError).toMatch(/^cannot be written: /);
  expect(delivery?.lastError).not.toContain('too-short');
  expect(on.started).toEqual([]);
});

function thrower(): never {
  throw new Error('broken');
}

function closedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address !== 'object' || address === null) return reject(new Error('no port'));
      server.close(() => resolve(address.port));
    });
  });
}
