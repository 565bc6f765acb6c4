import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify, type Verdict } from '../../../packages/sender/src/attempt/classify.js';
import { retryAfterMs } from '../../../packages/sender/src/attempt/retry-after.js';
import type { Exchange } from '../../../packages/sender/src/ports/transport.js';

const DAY_MS = 24 * 3_600_000;
const policies = fc.constantFrom('retry', 'fail');
const statuses = fc.oneof(fc.integer({ min: 100, max: 999 }), fc.constantFrom(408, 409, 410, 425, 429, 503));
const nows = fc.integer({ min: 0, max: Date.UTC(2100, 0) });

const seconds = fc.integer({ min: 0, max: 9_999_999_999 }).map(String);
const dates = fc
  .date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('2105-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toUTCString());
const headerTexts = fc.oneof(
  seconds,
  dates,
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom('1', '-', '.', 'e', ' ', ',', ':', 'Thu', 'Jan', 'GMT', '2026', '10:30:00', '15'),
      {
        maxLength: 12,
      },
    )
    .map((pieces) => pieces.join('')),
);
const headers = fc.option(headerTexts, { nil: undefined });

const answer = (status: number, retryAfter: string | undefined): Exchange => ({
  kind: 'response',
  status,
  headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  body: new Uint8Array(),
  truncated: false,
});

/** The table of the outcomes, as a list of conditions. */
function expectedKind(status: number, clientErrors: 'retry' | 'fail'): Verdict['kind'] {
  const isSuccess = 200 <= status && status <= 299;
  const isClientError = 400 <= status && status <= 499;
  if (isSuccess) return 'delivered';
  if (status === 410) return 'gone';
  const isPassing = status === 408 || status === 409 || status === 425 || status === 429;
  return isClientError && !isPassing && clientErrors === 'fail' ? 'fail' : 'retry';
}

describe('an answer', () => {
  it('means what the table says, whatever its headers', () => {
    fc.assert(
      fc.property(statuses, headers, policies, nows, (status, retryAfter, clientErrors, nowMs) => {
        const { kind } = classify(answer(status, retryAfter), clientErrors, nowMs);
        expect(kind).toBe(expectedKind(status, clientErrors));
      }),
      { numRuns: 1000 },
    );
  });

  it('asks for no time before now, and for none after a day', () => {
    fc.assert(
      fc.property(statuses, headers, policies, nows, (status, retryAfter, clientErrors, nowMs) => {
        const verdict = classify(answer(status, retryAfter), clientErrors, nowMs);
        if (verdict.kind !== 'retry' || verdict.afterMs === undefined) return;
        expect(verdict.afterMs).toBeGreaterThanOrEqual(0);
        expect(verdict.afterMs).toBeLessThanOrEqual(DAY_MS);
        expect(verdict.busy).toBe(status === 429 || status === 503);
      }),
      { numRuns: 1000 },
    );
  });

  it('speaks for its endpoint only if it asks for a time', () => {
    fc.assert(
      fc.property(statuses, policies, nows, (status, clientErrors, nowMs) => {
        const verdict = classify(answer(status, undefined), clientErrors, nowMs);
        expect(verdict).not.toHaveProperty('busy', true);
      }),
    );
  });
});

describe('Retry-After', () => {
  it('in seconds is that many', () => {
    fc.assert(
      fc.property(seconds, nows, (text, nowMs) => {
        expect(retryAfterMs(text, nowMs)).toBe(Number(text) * 1000);
      }),
    );
  });

  it('as a date is the time until then', () => {
    fc.assert(
      fc.property(dates, nows, (text, nowMs) => {
        expect(retryAfterMs(text, nowMs)).toBe(Math.max(0, Date.parse(text) - nowMs));
      }),
    );
  });

  it('in each form of a date is the same time', () => {
    const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
    // Years of two digits mean those around now.
    const near = fc.date({
      min: new Date('2000-01-01T00:00:00Z'),
      max: new Date('2049-12-31T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(near, (date) => {
        const imf = date.toUTCString();
        const [, day = '', month = '', year = '', time = ''] = imf.split(' ');
        const rfc850 = `${days[date.getUTCDay()]}, ${day}-${month}-${year.slice(2)} ${time} GMT`;
        const asctime = `${imf.slice(0, 3)} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`;
        const expected = retryAfterMs(imf, 0);
        expect(expected).toBe(Date.parse(imf));
        expect([retryAfterMs(rfc850, 0), retryAfterMs(asctime, 0)]).toEqual([expected, expected]);
      }),
    );
  });

  it('is a whole time or nothing, whatever is sent', () => {
    fc.assert(
      fc.property(headerTexts, nows, (text, nowMs) => {
        const afterMs = retryAfterMs(text, nowMs);
        expect(afterMs === undefined || (Number.isInteger(afterMs) && afterMs >= 0)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
