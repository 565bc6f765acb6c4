import { describe, expect, it, test } from 'vitest';
import { classify } from '../../src/attempt/classify.js';
import type { Exchange, FailureReason } from '../../src/ports/transport.js';

const NOW_MS = Date.parse('2026-01-15T10:30:00Z');
const DAY_MS = 24 * 3_600_000;

const answer = (status: number, headers: Readonly<Record<string, string>> = {}): Exchange => ({
  kind: 'response',
  status,
  headers,
  body: new Uint8Array(),
  truncated: false,
});

/** The table, row by row: the first that holds a status decides. */
const TABLE: readonly {
  readonly what: string;
  readonly holds: (status: number) => boolean;
  readonly verdict: Readonly<Record<'retry' | 'fail', string>>;
}[] = [
  {
    what: '1xx is retried: it is no answer',
    holds: (status) => status < 200,
    verdict: { retry: 'retry', fail: 'retry' },
  },
  {
    what: '2xx is delivered',
    holds: (status) => status < 300,
    verdict: { retry: 'delivered', fail: 'delivered' },
  },
  {
    what: '3xx is retried as a failure',
    holds: (status) => status < 400,
    verdict: { retry: 'retry', fail: 'retry' },
  },
  {
    what: '410 says that the endpoint is gone',
    holds: (status) => status === 410,
    verdict: { retry: 'gone', fail: 'gone' },
  },
  {
    what: '408, 409, 425 and 429 are retried, whatever the policy',
    holds: (status) => [408, 409, 425, 429].includes(status),
    verdict: { retry: 'retry', fail: 'retry' },
  },
  {
    what: 'other 4xx are as the policy says',
    holds: (status) => status < 500,
    verdict: { retry: 'retry', fail: 'fail' },
  },
  {
    what: '5xx is retried',
    holds: (status) => status < 600,
    verdict: { retry: 'retry', fail: 'retry' },
  },
];

const STATUSES = Array.from({ length: 500 }, (_, index) => 100 + index);
const rowOf = (status: number) => TABLE.find(({ holds }) => holds(status));

describe.each(['retry', 'fail'] as const)('with `clientErrors: %s`', (clientErrors) => {
  it.each(TABLE)('$what', (row) => {
    const statuses = STATUSES.filter((status) => rowOf(status) === row);
    const verdicts = statuses.map((status) => [status, classify(answer(status), clientErrors, NOW_MS).kind]);
    expect(verdicts).toEqual(statuses.map((status) => [status, row.verdict[clientErrors]]));
  });

  test.each<FailureReason>(['timeout', 'dns', 'connect', 'tls', 'reset', 'protocol', 'blocked_address'])(
    'no answer (%s) is retried',
    (reason) => {
      const exchange: Exchange = { kind: 'failure', reason, message: '' };
      expect(classify(exchange, clientErrors, NOW_MS)).toEqual({ kind: 'retry' });
    },
  );
});

const HONOURED = STATUSES.filter((status) => status >= 500 || [408, 409, 425, 429].includes(status));

describe('Retry-After', () => {
  it.each(['retry', 'fail'] as const)(
    'is honoured on all that is always retried, with `clientErrors: %s`',
    (clientErrors) => {
      const verdicts = HONOURED.map((status) =>
        classify(answer(status, { 'retry-after': '90' }), clientErrors, NOW_MS),
      );
      const postponed = expect.objectContaining({ kind: 'retry', afterMs: 90_000 });
      expect(verdicts).toEqual(HONOURED.map(() => postponed));
    },
  );

  it.each([100, 301, 302, 307, 400, 401, 403, 404, 418, 422, 428])('of %i is not', (status) => {
    expect(classify(answer(status, { 'retry-after': '90' }), 'retry', NOW_MS)).toEqual({ kind: 'retry' });
  });

  it.each([200, 202, 410])('of %i changes nothing', (status) => {
    const headers = { 'retry-after': '90' };
    expect(classify(answer(status, headers), 'retry', NOW_MS)).toEqual(
      classify(answer(status), 'retry', NOW_MS),
    );
  });

  it('of 429 and 503 alone speaks for the endpoint', () => {
    const busy = HONOURED.filter((status) => {
      const verdict = classify(answer(status, { 'retry-after': '90' }), 'retry', NOW_MS);
      return verdict.kind === 'retry' && verdict.busy === true;
    });
    expect(busy).toEqual([429, 503]);
  });

  it('can be a date, from now', () => {
    const headers = { 'retry-after': 'Thu, 15 Jan 2026 10:31:30 GMT' };
    expect(classify(answer(503, headers), 'retry', NOW_MS)).toMatchObject({ afterMs: 90_000 });
  });

  it.each([
    ['86399', DAY_MS - 1000],
    ['86400', DAY_MS],
    ['86401', DAY_MS],
    ['9999999999', DAY_MS],
    ['Fri, 15 Jan 2027 10:30:00 GMT', DAY_MS],
  ])('%s is capped at 24 h', (header, afterMs) => {
    expect(classify(answer(503, { 'retry-after': header }), 'retry', NOW_MS)).toMatchObject({ afterMs });
  });

  it('of 0 is a wish too', () => {
    expect(classify(answer(429, { 'retry-after': '0' }), 'retry', NOW_MS)).toEqual({
      kind: 'retry',
      afterMs: 0,
      busy: true,
    });
  });

  it('that cannot be read is none', () => {
    expect(classify(answer(429, { 'retry-after': 'later' }), 'retry', NOW_MS)).toEqual({ kind: 'retry' });
  });
});
