import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { jsonEnvelope } from '../../src/envelope/json-envelope.js';
import type { Provider } from '../../src/provider/provider.js';
import { aiPlatform } from '../../src/providers/ai-platform.js';
import { empJobQueue } from '../../src/providers/emp-job-queue.js';
import { github } from '../../src/providers/github.js';
import { hmacScheme } from '../../src/scheme/hmac-scheme.js';
import { createVerifier, type VerifierOptions } from '../../src/verify/create-verifier.js';
import { delivery, NOW, SECONDS, SECRET, secondsAgo, verifierAtNow } from './deliveries.js';
import { misuse, refusal, thrownBy } from './refusal.js';

const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'accepted',
    async () => (await refusal(promise)).code,
  );

describe('tolerance holds both ways', () => {
  it.each([
    [301, 'timestamp_too_old'],
    [300, 'accepted'],
    [0, 'accepted'],
    [-300, 'accepted'],
    [-301, 'timestamp_too_new'],
    [31_536_000, 'timestamp_too_old'],
    [-31_536_000, 'timestamp_too_new'],
  ])('a delivery of %i s ago is %s', async (seconds, expected) => {
    expect(await codeOf(verifierAtNow().verify(delivery({ timestamp: secondsAgo(seconds) })))).toBe(expected);
  });

  it.each([
    [10, 11, 'timestamp_too_old'],
    [10, 10, 'accepted'],
    [0, 0, 'accepted'],
    [0, 1, 'timestamp_too_old'],
    [0, -1, 'timestamp_too_new'],
    [86_400, 86_400, 'accepted'],
  ])(
    'with `toleranceSeconds` %i a delivery of %i s ago is %s',
    async (toleranceSeconds, seconds, expected) => {
      const verifier = verifierAtNow({ toleranceSeconds });
      expect(await codeOf(verifier.verify(delivery({ timestamp: secondsAgo(seconds) })))).toBe(expected);
    },
  );

  it('says by how much, and quotes nothing else', async () => {
    const error = await refusal(verifierAtNow().verify(delivery({ timestamp: secondsAgo(301) })));
    expect(error.message).toBe('the signed time is 301 s old, 300 s are allowed');
    expect(error.status).toBe(401);
  });

  it('the largest time that syntax allows is only too new', async () => {
    expect(await codeOf(verifierAtNow().verify(delivery({ timestamp: '9999999999999' })))).toBe(
      'timestamp_too_new',
    );
  });

  it('a provider may demand another tolerance, which the option overrides', async () => {
    const { standardWebhooks } = await import('../../src/provider/standard-webhooks.js');
    const provider: Provider = { ...standardWebhooks, toleranceSeconds: 60 };
    const late = delivery({ timestamp: secondsAgo(61) });
    expect(await codeOf(verifierAtNow({ provider }).verify(late))).toBe('timestamp_too_old');
    expect(await codeOf(verifierAtNow({ provider, toleranceSeconds: 61 }).verify(late))).toBe('accepted');
  });
});

describe('`receivedAt`', () => {
  it('judges a queued delivery by the time at which it was received', async () => {
    const verifier = createVerifier({ secrets: SECRET, now: () => NOW.getTime() + 86_400_000 });
    expect(await codeOf(verifier.verify(delivery()))).toBe('timestamp_too_old');
    expect(await codeOf(verifier.verify(delivery(), { receivedAt: NOW }))).toBe('accepted');
    expect(await codeOf(verifier.verify(delivery(), { receivedAt: undefined }))).toBe('timestamp_too_old');
  });

  it('is the signed time that the delivery carries, not the time of receipt', async () => {
    const { timestamp } = await verifierAtNow().verify(delivery({ timestamp: secondsAgo(120) }));
    expect(timestamp).toEqual(new Date(NOW.getTime() - 120_000));
  });

  it('must be a valid date', async () => {
    const error = await misuse(verifierAtNow().verify(delivery(), { receivedAt: new Date('soon') }));
    expect(error).toMatchObject({
      code: 'invalid_input',
      message: '`receivedAt` must be a valid Date, got Date',
    });
  });

  it('is now by default', async () => {
    const timestamp = String(Math.floor(Date.now() / 1000));
    expect(await codeOf(createVerifier({ secrets: SECRET }).verify(delivery({ timestamp })))).toBe(
      'accepted',
    );
    expect(
      await codeOf(createVerifier({ secrets: SECRET }).verify(delivery({ timestamp: '1000000000' }))),
    ).toBe('timestamp_too_old');
  });
});

const TEXT_SECRET = 'a secret that is used as it stands';
const hex = (body: string) => createHmac('sha256', TEXT_SECRET).update(body).digest('hex');
const aiBody = (at: Date, more: object = {}) =>
  JSON.stringify({
    event_id: 'evt_1',
    event_type: 'model.updated',
    timestamp: at.toISOString(),
    data: {},
    ...more,
  });
const empBody = (at: Date) =>
  JSON.stringify({ event_id: 'evt_1', event_type: 'job.failed', timestamp: at.getTime(), data: {} });

function verifyAt(
  provider: Provider,
  headers: Record<string, string>,
  body: string,
  options: Partial<VerifierOptions> = {},
) {
  const verifier = verifierAtNow({ provider, secrets: TEXT_SECRET, ...options });
  return verifier.verify({ headers, body: Buffer.from(body) });
}
const verifyAi = (body: string, options?: Partial<VerifierOptions>, more: Record<string, string> = {}) =>
  verifyAt(aiPlatform, { 'x-webhook-signature': hex(body), ...more }, body, options);
const verifyEmp = (body: string, options?: Partial<VerifierOptions>) =>
  verifyAt(empJobQueue, { 'x-webhook-signature': `sha256=${hex(body)}` }, body, options);

describe('where the signed body carries a time but no attempt time is signed', () => {
  const DAY = 86_400;
  const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);

  it.each([
    [
      'aiPlatform',
      (seconds: number, options?: Partial<VerifierOptions>) => verifyAi(aiBody(ago(seconds)), options),
    ],
    [
      'empJobQueue',
      (seconds: number, options?: Partial<VerifierOptions>) => verifyEmp(empBody(ago(seconds)), options),
    ],
  ])(
    '%s: events older than `maxEventAgeSeconds` (TTL - tolerance) are timestamp_too_old',
    async (_name, verify) => {
      expect(await codeOf(verify(7 * DAY - 300))).toBe('accepted');
      expect(await codeOf(verify(7 * DAY - 299))).toBe('timestamp_too_old');
      expect(await codeOf(verify(-300))).toBe('accepted');
      expect(await codeOf(verify(-301))).toBe('timestamp_too_new');
      expect(await codeOf(verify(3601, { maxEventAgeSeconds: 3600 }))).toBe('timestamp_too_old');
      expect(await codeOf(verify(3301, { replayTtlSeconds: 3600 }))).toBe('timestamp_too_old');
      expect(await codeOf(verify(3300, { replayTtlSeconds: 3600 }))).toBe('accepted');
      expect(await codeOf(verify(3541, { replayTtlSeconds: 3600, toleranceSeconds: 60 }))).toBe(
        'timestamp_too_old',
      );
    },
  );

  it('an unsigned header never makes an old event new', async () => {
    const headers = {
      'x-timestamp': NOW.toISOString(),
      'webhook-timestamp': SECONDS,
      date: NOW.toUTCString(),
    };
    expect(await codeOf(verifyAi(aiBody(ago(8 * DAY)), {}, headers))).toBe('timestamp_too_old');
    const stale = { 'x-timestamp': '1970-01-01T00:00:00Z' };
    expect((await verifyAi(aiBody(ago(10)), {}, stale)).timestamp).toEqual(ago(10));
  });

  it.each([{ timestamp: undefined }, { timestamp: null }])(
    'a body without a time (%j) is refused',
    async (change) => {
      const error = await refusal(verifyAi(aiBody(NOW, change)));
      expect(error).toMatchObject({ code: 'malformed_envelope', message: '`timestamp` must hold the time' });
    },
  );
});

describe('where the signed body carries the time of the attempt', () => {
  const linear: Provider = {
    name: 'linear',
    scheme: hmacScheme({
      name: 'linear',
      content: '{body}',
      signature: { header: 'linear-signature', encoding: 'hex' },
    }),
    envelope: jsonEnvelope({
      fields: { type: { body: 'type' }, sentAt: { body: 'webhookTimestamp', time: 'milliseconds' } },
    }),
    toleranceSeconds: 60,
  };
  const verify = (json: object) => {
    const body = JSON.stringify(json);
    return verifyAt(
      linear,
      { 'linear-signature': hex(body), 'linear-timestamp': String(NOW.getTime()) },
      body,
    );
  };

  it('that time decides, within the tolerance both ways', async () => {
    const at = (seconds: number) =>
      codeOf(verify({ type: 'Issue', webhookTimestamp: NOW.getTime() - seconds * 1000 }));
    expect(await at(60)).toBe('accepted');
    expect(await at(61)).toBe('timestamp_too_old');
    expect(await at(-61)).toBe('timestamp_too_new');
    expect(await codeOf(verify({ type: 'Issue' }))).toBe('malformed_envelope');
  });
});

describe('where no time is signed', () => {
  it('the delivery has none, whatever the headers and the body say', async () => {
    const body = '{"timestamp":"1970-01-01T00:00:00Z"}';
    const headers = {
      'x-hub-signature-256': `sha256=${hex(body)}`,
      'x-github-event': 'push',
      date: NOW.toUTCString(),
    };
    expect((await verifyAt(github, headers, body)).timestamp).toBeUndefined();
  });
});

describe('the options', () => {
  it.each<readonly [Partial<VerifierOptions>, string]>([
    [{ toleranceSeconds: -1 }, '`toleranceSeconds` must be a finite number >= 0, got -1 (number)'],
    [{ toleranceSeconds: Number.NaN }, '`toleranceSeconds` must be a finite number >= 0, got NaN (number)'],
    [
      { toleranceSeconds: Infinity },
      '`toleranceSeconds` must be a finite number >= 0, got Infinity (number)',
    ],
    [JSON.parse('{"toleranceSeconds":"5m"}'), '`toleranceSeconds` must be a finite number >= 0, got string'],
    [{ maxEventAgeSeconds: -1 }, '`maxEventAgeSeconds` must be a finite number >= 0, got -1 (number)'],
    [{ replayTtlSeconds: 0 }, '`replayTtlSeconds` must be a finite number >= 1, got 0 (number)'],
    [{ name: '' }, '`name` must be a text that is not empty, got string'],
    [{ name: '\ud800' }, '`name` must be a text that is not empty, got string'],
    [JSON.parse('{"name":7}'), '`name` must be a text that is not empty, got 7 (number)'],
  ])('%j is refused at construction', (options, message) => {
    expect(thrownBy(() => verifierAtNow(options))).toMatchObject({
      name: 'ConfigurationError',
      code: 'invalid_option',
      message,
    });
  });
});
