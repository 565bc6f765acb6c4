import { ConfigurationError, createReceiver, type SecretsOption } from '@countersign/core';
import { stripe } from '@countersign/core/providers/stripe';
import { fakeClock } from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import { type DeliverySpec, delivery, never, secret, stage, textOf, textSecret } from './harness.js';

async function codeOf(
  spec: DeliverySpec,
  options: Parameters<typeof stage>[0] = {},
): Promise<string | undefined> {
  const { clock, receiver, codes } = stage(options);
  receiver.onUnhandled(() => {});
  await receiver.handle(await delivery(clock, spec));
  await clock.advance(0);
  return codes().at(-1);
}

/** The signature of the delivery among others that do not hold. */
async function padded(before: number, options: { readonly version?: string } = {}): Promise<DeliverySpec> {
  const { headers } = await delivery(fakeClock());
  const own = String(Object.entries(headers).find(([name]) => name === 'webhook-signature')?.[1]);
  const others = Array.from(
    { length: before },
    (_, n) => `${options.version ?? 'v1'},${btoa(`wrong ${n}`.padEnd(32))}`,
  );
  return { headers: { 'webhook-signature': [...others, own].join(' ') } };
}

describe('16 signature entries', () => {
  test('the sixteenth is looked at, the seventeenth is refused before the body is read', async () => {
    expect(await codeOf(await padded(15))).toBe('processed');
    expect(await codeOf(await padded(16))).toBe('malformed_header');
  });

  test('entries of unknown versions count', async () => {
    expect(await codeOf(await padded(15, { version: 'v7' }))).toBe('processed');
    expect(await codeOf(await padded(16, { version: 'v7' }))).toBe('malformed_header');
  });

  test('the same for the lists of Stripe', async () => {
    const spec = { provider: stripe, body: '{"id":"e","type":"a","created":1767225600,"data":{}}' };
    const { headers } = await delivery(fakeClock(), spec);
    const own = String(Object.entries(headers).find(([name]) => name === 'stripe-signature')?.[1]);
    const list = (count: number): DeliverySpec => ({
      ...spec,
      headers: { 'stripe-signature': `${own}${',v0=00'.repeat(count)}` },
    });
    expect(await codeOf(list(14), { provider: stripe })).toBe('processed');
    expect(await codeOf(list(15), { provider: stripe })).toBe('malformed_header');
  });
});

describe('16 keys', () => {
  const keys = (count: number) =>
    Array.from({ length: count }, (_, n) =>
      n === count - 1 ? secret : `whsec_${btoa(`key number ${n}`.padEnd(32))}`,
    );

  test('the sixteenth verifies, seventeen are refused at construction', async () => {
    expect(await codeOf({}, { secrets: keys(16) })).toBe('processed');
    expect(() => createReceiver({ secrets: keys(17) })).toThrow(ConfigurationError);
  });

  test("seventeen from a function are our fault, not the sender's", async () => {
    expect(await codeOf({}, { secrets: () => keys(17) })).toBe('secrets_unavailable');
  });
});

describe('header values of 4 KiB', () => {
  test.each([
    [4_096, 'signature_mismatch'],
    [4_097, 'malformed_header'],
    [1_000_000, 'malformed_header'],
  ])('%i characters: %s', async (length, code) => {
    expect(await codeOf({ headers: { 'webhook-signature': 'v1,'.padEnd(length, 'A') } })).toBe(code);
  });
});

describe('ids of visible ASCII up to 256 bytes', () => {
  test.each(['x', '!', '~', 'a:b/c=d', 'x'.repeat(256)])('%o passes', async (id) => {
    expect(await codeOf({ id })).toBe('processed');
  });

  test.each([
    '',
    ' ',
    'a b',
    'a.b',
    'a\u0000',
    'a\n',
    'a\u007f',
    'é',
    '€',
    'x'.repeat(257),
    'x'.repeat(10_000),
  ])('%o is malformed', async (id) => {
    expect(await codeOf({ headers: { 'webhook-id': id } })).toBe('malformed_header');
  });
});

describe('timestamps of at most 13 canonical digits', () => {
  const now = String(fakeClock().now() / 1000);
  test.each([
    '',
    '+1',
    `+${now}`,
    `-${now}`,
    ` ${now}`,
    `${now} `,
    `0${now}`,
    `${now}.0`,
    '1e9',
    '0x69',
    `${now}abc`,
    '١٧٦٧٢٢٥٦٠٠',
    '9'.repeat(14),
    '9'.repeat(400),
    'NaN',
    'Infinity',
    '1_000',
  ])('%o is malformed', async (timestamp) => {
    expect(await codeOf({ headers: { 'webhook-timestamp': timestamp } })).toBe('malformed_header');
  });

  test.each(['0', '1', `${now}000`, '9'.repeat(13)])(
    '%o is a time, and another than the signed one',
    async (timestamp) => {
      expect(await codeOf({ headers: { 'webhook-timestamp': timestamp } })).toBe('signature_mismatch');
    },
  );

  test('a time of 13 digits is far ahead, not an error', async () => {
    const { clock, receiver, codes } = stage({});
    receiver.onUnhandled(() => {});
    const signedAt = new Date(8.64e15);
    expect((await receiver.handle(await delivery(clock, { signedAt, body: '{"type":"a"}' }))).status).toBe(
      401,
    );
    expect(codes()).toEqual(['timestamp_too_new']);
  });
});

describe('tolerance, both ways', () => {
  test.each([
    [-300, 'processed'],
    [300, 'processed'],
    [-301, 'timestamp_too_old'],
    [301, 'timestamp_too_new'],
    [365 * 86_400, 'timestamp_too_new'],
  ])('%i s: %s', async (seconds, code) => {
    const signedAt = new Date(fakeClock().now() + seconds * 1000);
    expect(await codeOf({ signedAt })).toBe(code);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, -1, '5m', {}])(
    '`toleranceSeconds: %o` is refused',
    (value) => {
      const options: unknown = { secrets: secret, toleranceSeconds: value };
      expect(() => Reflect.apply(createReceiver, undefined, [options])).toThrow(
        /`toleranceSeconds` must be a finite number >= 0/,
      );
    },
  );
});

describe('the deadline of the secrets', () => {
  const later =
    (value: string | undefined): SecretsOption =>
    async () =>
      value;
  test.each<[string, SecretsOption, string, number]>([
    ['gives none', () => undefined, 'no_key', 401],
    ['gives none later', later(undefined), 'no_key', 401],
    [
      'throws',
      () => {
        throw new Error('vault');
      },
      'secrets_unavailable',
      503,
    ],
    ['rejects', () => Promise.reject(new Error('vault')), 'secrets_unavailable', 503],
    ['rejects with no Error', () => Promise.reject('vault'), 'secrets_unavailable', 503],
    ['gives a malformed secret', () => 'short', 'secrets_unavailable', 503],
    ['gives an empty one', () => '', 'secrets_unavailable', 503],
    ['gives a private key', later(`whsk_${btoa('x'.repeat(64))}`), 'secrets_unavailable', 503],
  ])('a resolver that %s: %3$s, %4$i', async (_name, secrets, code, status) => {
    const { clock, receiver, outcomes } = stage({ secrets });
    receiver.onUnhandled(() => {});
    const answer = await receiver.handle(await delivery(clock));
    expect(answer.status).toBe(status);
    expect(outcomes).toMatchObject([{ code }]);
    expect(answer.headers['retry-after'] !== undefined).toBe(status === 503);
    expect(textOf(answer)).not.toMatch(/vault|short|secret/);
  });

  test('one that hangs: 503 after 5 s, or `secretsTimeoutMs`', async () => {
    for (const [options, ms] of [
      [{}, 5_000],
      [{ secretsTimeoutMs: 70 }, 70],
    ] as const) {
      const { clock, receiver, codes } = stage({ secrets: never, ...options });
      receiver.onUnhandled(() => {});
      const answer = receiver.handle(await delivery(clock));
      await clock.advance(ms - 1);
      expect(codes()).toEqual([]);
      await clock.advance(1);
      expect((await answer).status).toBe(503);
      expect(codes()).toEqual(['secrets_unavailable']);
    }
  });

  test("it sees the request, with the framework's own", async () => {
    const seen: unknown[] = [];
    const { clock, receiver } = stage({
      secrets: (request) => {
        seen.push([request.method, request.url, request.native]);
        return { tenant: 'acme', secrets: secret };
      },
    });
    receiver.onUnhandled(() => {});
    await receiver.handle({ ...(await delivery(clock)), native: "the framework's" });
    expect(seen).toEqual([['POST', '/hooks', "the framework's"]]);
  });

  test.each(['', undefined, 7, '\ud800'])('a tenant that is %o is our fault', async (tenant) => {
    const secrets: unknown = (_request: unknown) => ({ tenant, secrets: secret });
    const options: unknown = { secrets, now: fakeClock().now, onOutcome: () => {} };
    const receiver = Reflect.apply(createReceiver, undefined, [options]);
    receiver.onUnhandled(() => {});
    expect((await receiver.handle(await delivery(fakeClock()))).status).toBe(503);
  });

  test("the time of the body does not count as the secrets'", async () => {
    const { clock, receiver } = stage({ secrets: async () => secret, bodyTimeoutMs: 60_000 });
    receiver.onUnhandled(() => {});
    const { body, ...request } = await delivery(clock);
    const slow = () => new Promise<Uint8Array>((resolve) => void clock.schedule(() => resolve(body), 20_000));
    const answer = receiver.handle({ ...request, body: slow });
    await clock.advance(20_000);
    expect((await answer).status).toBe(200);
  });
});

test('secrets that cannot be used are refused at construction', () => {
  const refused = [
    '',
    ' ',
    'whsec_',
    'whsec_short',
    `"${secret}"`,
    `${secret}\n`,
    `v1,${secret}`,
    'not base64 at all!!',
  ];
  for (const text of refused) expect(() => createReceiver({ secrets: text })).toThrow(ConfigurationError);
  for (const text of ['', '   ', 'fifteen-bytes-x', `${textSecret}\n`]) {
    expect(() => createReceiver({ provider: stripe, secrets: text })).toThrow(ConfigurationError);
  }
});
