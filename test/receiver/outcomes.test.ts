import { inspect } from 'node:util';
import { isWebhookError, type ReceiverOutcome, type WebhookErrorCode } from '@countersign/core';
import { describe, expect, test } from 'vitest';
import { errorCodes } from '../../packages/core/src/errors/error-codes.js';
import { delivery, secret, stage, textOf, textSecret } from './harness.js';
import { bodyMarker, type Failure, provocations } from './provocations.js';

const table = Object.entries(provocations);
/** The codes that a delivery meets after its signature held, and with it everything that vouches for it. */
const afterVerification: readonly string[] = [
  'schema_mismatch',
  'handler_failed',
  'internal_error',
  'in_progress',
  'handler_timeout',
  'replay_store_unavailable',
  'replay_store_full',
  'inbox_unavailable',
  'claim_lost',
] satisfies WebhookErrorCode[];

test('every code can be met, and each is provoked here', () => {
  expect(table.map(([code]) => code).sort()).toEqual(Object.keys(errorCodes).sort());
});

const afterSignature = [
  'header_mismatch',
  'invalid_utf8',
  'invalid_json',
  'malformed_envelope',
  'malformed_identity',
  'timestamp_too_old',
  'timestamp_too_new',
];

describe.each(table)('%s', (code, provoke) => {
  test('is answered with its status, and reported once', async () => {
    const { answer, outcomes } = await provoke();
    const expected = Object.entries(errorCodes).find(([name]) => name === code)?.[1];
    expect(answer.status).toBe(expected?.status);
    expect(outcomes).toMatchObject([
      {
        kind: 'refused',
        code,
        status: answer.status,
        error: { code, ...expected },
        timings: { totalMs: expect.any(Number) },
      },
    ]);
    expect(outcomes.every((outcome) => outcome.kind === 'refused' && isWebhookError(outcome.error))).toBe(
      true,
    );
  });

  test('names the receiver; the key once a signature holds, the delivery once it is verified', async () => {
    const { outcomes } = await provoke();
    const facts = { keyId: 'k0', deliveryId: 'msg_1', eventId: 'msg_1', eventType: 'job.done' };
    for (const outcome of outcomes) {
      expect(outcome.receiver).toMatch(/^(standardWebhooks|aiPlatform|empJobQueue)$/);
      if (afterSignature.includes(code)) expect(outcome).toHaveProperty('keyId', 'k0');
      if (afterVerification.includes(code)) expect(outcome).toMatchObject(facts);
      else
        for (const fact of Object.keys(facts)) {
          if (fact === 'keyId' && afterSignature.includes(code)) continue;
          expect(outcome).not.toHaveProperty(fact);
        }
    }
  });

  test('tells no secret, no signature and no body', async () => {
    const failure = await provoke();
    const { answer, outcomes } = failure;
    const told = [
      JSON.stringify(outcomes, withErrors),
      inspect(outcomes, { depth: null, showHidden: true, getters: true }),
      JSON.stringify(answer.headers),
      textOf(answer),
    ].join('\n');
    for (const word of forbidden(failure)) expect(told).not.toContain(word);
  });
});

function forbidden({ request }: Failure): readonly string[] {
  const values = Object.entries(request.headers).flatMap(([name, value]) =>
    name.includes('signature') ? [value].flat() : [],
  );
  const signatures = values.map((value) => String(value).replace(/^(v1,|sha256=)/, ''));
  expect(signatures.length).toBeGreaterThan(0);
  return [
    secret.slice('whsec_'.length),
    atob(secret.slice('whsec_'.length)),
    textSecret,
    bodyMarker,
    ...signatures,
  ];
}

function withErrors(_key: string, value: unknown): unknown {
  return value instanceof Error
    ? { ...value, message: value.message, stack: value.stack, cause: value.cause }
    : value;
}

test('the body of an answer says no more than its status: it is the same for all codes of one', async () => {
  const bodies = new Map<number, Set<string>>();
  for (const [, provoke] of table) {
    const { answer } = await provoke();
    bodies.set(answer.status, (bodies.get(answer.status) ?? new Set()).add(textOf(answer)));
  }
  expect([...bodies.keys()].sort()).toEqual([400, 401, 405, 408, 413, 415, 422, 500, 503]);
  expect([...bodies.values()].map((texts) => texts.size)).toEqual(Array(bodies.size).fill(1));
  expect(JSON.stringify([...bodies.values()].map((texts) => [...texts]))).not.toMatch(
    /signature|secret|key|schema|time(?!out)/,
  );
});

test('headers: exact length, JSON, Retry-After with 503 alone, Allow with 405 alone, 408 ends the connection', async () => {
  for (const [, provoke] of table) {
    const { answer } = await provoke();
    expect(Object.keys(answer.headers).sort()).toEqual(
      ['content-length', 'content-type', ...extraHeaders(answer.status)].sort(),
    );
    expect(answer.headers['content-length']).toBe(String(answer.body.length));
    expect(answer.headers['content-type']).toBe('application/json');
  }
});

function extraHeaders(status: number): readonly string[] {
  if (status === 405) return ['allow'];
  if (status === 408) return ['connection'];
  return status === 503 ? ['retry-after'] : [];
}

describe('an acknowledged delivery', () => {
  test('is reported with who, what and how long', async () => {
    const secrets = () => ({ tenant: 'acme', secrets: [{ id: '2026', secret }] });
    const { clock, receiver, outcomes } = stage({ name: 'orders', secrets: (_request) => secrets() });
    receiver.onUnhandled(() => {});
    await receiver.handle(await delivery(clock, { id: 'm1' }));
    const ms = expect.any(Number);
    expect(outcomes).toEqual([
      {
        kind: 'accepted',
        code: 'processed',
        receiver: 'orders',
        status: 200,
        timings: { totalMs: ms, bodyMs: ms, verifyMs: ms, claimMs: ms, handlerMs: ms },
        keyId: '2026',
        tenant: 'acme',
        deliveryId: 'm1',
        eventId: 'm1',
        eventType: 'job.done',
      },
    ]);
  });

  test.each<[string, (outcome: ReceiverOutcome) => unknown]>([
    [
      'throws',
      () => {
        throw new Error('the log is full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the log is full'))],
    ['throws undefined', () => Promise.reject(undefined)],
    ['never settles', () => new Promise(() => {})],
  ])('an onOutcome that %s changes nothing', async (_name, onOutcome) => {
    const { clock, receiver } = stage({ onOutcome });
    let runs = 0;
    receiver.onUnhandled(() => {
      runs += 1;
    });
    const request = await delivery(clock);
    expect((await receiver.handle(request)).status).toBe(200);
    expect(textOf(await receiver.handle(request))).toContain('duplicate');
    expect((await receiver.handle({ ...request, body: new Uint8Array() })).status).toBe(401);
    await clock.advance(0);
    expect(runs).toBe(1);
  });
});
