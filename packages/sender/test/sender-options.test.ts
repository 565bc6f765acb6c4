import { inspect } from 'node:util';
import { standardWebhooks } from '@countersign/core';
import { aiPlatform } from '@countersign/core/providers/ai-platform';
import { github } from '@countersign/core/providers/github';
import { describe, expect, it, test } from 'vitest';
import { memoryStore } from '../src/memory/memory-store.js';
import { type SenderOptions, type SenderSettings, senderSettings } from '../src/sender-options.js';
import { misuse } from './refusal.js';

const store = memoryStore();
const exchange = () => Promise.reject(new Error('no exchange is made here'));
const transport = { exchange, close: async () => {} };
const DAY_MS = 24 * 3_600_000;

const settings = (options: Partial<SenderOptions<never, never>> = {}): SenderSettings =>
  senderSettings({ store, transport, ...options });
/** What plain JavaScript can pass, whatever the types say. */
const untyped = (options: object): unknown =>
  Reflect.apply(senderSettings, undefined, [{ store, transport, ...options }]);

test('the defaults', () => {
  const { wire, eventRules, targets, slots, endpointRules, ...rest } = settings();
  expect(rest).toMatchObject({
    firstDelayMs: 0,
    requestTimeoutMs: 30_000,
    transport,
    retentionMs: 30 * DAY_MS,
    storeResponseBody: 'failures',
    random: Math.random,
  });
  expect(wire).toMatchObject({ provider: standardWebhooks, alsoSign: [] });
  expect(eventRules).toMatchObject({ schemas: undefined, maxEventBytes: 262_144 });
  expect(targets).toMatchObject({ concurrency: 8, retry: standardWebhooks.retry });
  expect(targets.vault.encrypts).toBe(false);
  expect(slots).toEqual({ concurrency: 128, slowConcurrency: 1000 });
  expect(endpointRules).toMatchObject({ eventTypes: undefined, reservedHeaders: wire.headerNames });
  expect(targets.urlPolicy).toMatchObject({
    allowHttp: false,
    allowLocalNames: false,
    allowedPorts: [443, 80, { from: 1024, to: 65_535 }],
  });
  expect(targets.urlPolicy.allowsAddress('127.0.0.1')).toBe(false);
});

describe('options are taken', () => {
  it('the schedule: its own, else the provider’s, else that of Standard Webhooks', () => {
    const retry = { delaysMs: [750] };
    expect(settings({ retry, provider: aiPlatform }).targets.retry).toEqual(retry);
    expect(settings({ retry }).firstDelayMs).toBe(750);
    expect(settings({ provider: aiPlatform }).targets.retry).toEqual(aiPlatform.retry);
    expect(settings({ provider: github }).targets.retry).toEqual(standardWebhooks.retry);
  });

  it('numbers', () => {
    const { slots, requestTimeoutMs, eventRules, targets, retentionMs } = settings({
      concurrency: 1,
      slowConcurrency: 2,
      endpointConcurrency: 3,
      requestTimeoutMs: 4,
      maxEventBytes: 5,
      retentionDays: 1.5,
    });
    expect([slots, requestTimeoutMs, eventRules.maxEventBytes, targets.concurrency, retentionMs]).toEqual([
      { concurrency: 1, slowConcurrency: 2 },
      4,
      5,
      3,
      1.5 * DAY_MS,
    ]);
  });

  it('retention may be for ever', () => {
    expect(settings({ retentionDays: false }).retentionMs).toBeUndefined();
  });

  it('whose answers are kept', () => {
    for (const storeResponseBody of ['failures', 'always', 'never'] as const) {
      expect(settings({ storeResponseBody }).storeResponseBody).toBe(storeResponseBody);
    }
  });

  it('all ports', () => {
    const allowedPorts = [1, 65_535, { from: 1, to: 65_535 }];
    expect(settings({ allowedPorts }).targets.urlPolicy.allowedPorts).toEqual(allowedPorts);
  });

  it('networks', () => {
    const of = (options: Partial<SenderOptions<never, never>>) => settings(options).targets.urlPolicy;
    expect(of({ allowHttp: true, allowedPorts: [8443] })).toMatchObject({
      allowHttp: true,
      allowedPorts: [8443],
    });
    expect(of({ allowPrivateNetworks: true })).toMatchObject({ allowLocalNames: true });
    const listed = of({ allowPrivateNetworks: ['10.20.0.0/16'] });
    expect([listed.allowsAddress('10.20.0.1'), listed.allowsAddress('10.21.0.1')]).toEqual([true, false]);
    expect(listed.allowLocalNames).toBe(true);
  });

  it('the types of `events`, for intake and for patterns', () => {
    const schema = {
      '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
    } as const;
    const { eventRules, endpointRules } = senderSettings({
      store,
      transport,
      events: { 'job.done': schema },
    });
    expect(eventRules.schemas?.get('job.done')).toBe(schema);
    expect([...(endpointRules.eventTypes ?? [])]).toEqual(['job.done']);
  });

  it('clock and chance', () => {
    const now = () => 5;
    const schedule = () => () => {};
    const random = () => 0.25;
    const made = settings({ now, schedule, random });
    expect(made.clock).toEqual({ now, steadyNow: now, schedule });
    expect([made.random(), made.eventRules.now()]).toEqual([0.25, 5]);
  });

  it('the header names of all schemes are reserved', () => {
    expect(settings({ alsoSign: [github] }).endpointRules.reservedHeaders).toContain('x-hub-signature-256');
  });

  it('one vault seals for endpoints and opens for attempts', () => {
    const { endpointRules, targets } = settings({
      encryption: { keys: [{ id: 'a', key: new Uint8Array(32) }] },
    });
    expect(targets.vault.open(endpointRules.vault.seal('x', 'c'), 'c')).toBe('x');
    expect(targets.vault.encrypts).toBe(true);
  });
});

describe('what is wrong is a ConfigurationError that names its field', () => {
  const key = Buffer.alloc(32).toString('base64');
  const counts = [
    'concurrency',
    'slowConcurrency',
    'endpointConcurrency',
    'requestTimeoutMs',
    'maxEventBytes',
  ];
  const functions = ['onEvent', 'now', 'schedule', 'random'];
  const cases: readonly (readonly [string, object])[] = [
    ['store', { store: undefined }],
    ['store', { store: null }],
    ['store', { store: 'webhooks.db' }],
    ['store', { store: {} }],
    ['provider', { provider: null }],
    ['provider', { provider: 'stripe' }],
    ['alsoSign', { alsoSign: github }],
    ['alsoSign[0]', { alsoSign: ['github'] }],
    ['alsoSign[1]', { alsoSign: [github, github] }],
    ['retry.delaysMs[1]', { retry: { delaysMs: [0, -5] } }],
    ['retry.maxAttempts', { retry: {} }],
    ['retry', { retry: 'never' }],
    ['allowHttp', { allowHttp: 'yes' }],
    ['allowHttp', { allowHttp: null }],
    ['allowPrivateNetworks', { allowPrivateNetworks: 'yes' }],
    ['allowPrivateNetworks', { allowPrivateNetworks: 0 }],
    ['allowPrivateNetworks[1]', { allowPrivateNetworks: ['10.0.0.0/8', '10.0.0.1'] }],
    ['allowedPorts', { allowedPorts: 443 }],
    ['allowedPorts[0]', { allowedPorts: ['443'] }],
    ['allowedPorts[0]', { allowedPorts: [0] }],
    ['allowedPorts[0]', { allowedPorts: [65_536] }],
    ['allowedPorts[1]', { allowedPorts: [443, 1.5] }],
    ['allowedPorts[0]', { allowedPorts: [null] }],
    ['allowedPorts[0]', { allowedPorts: [{ from: 1 }] }],
    ['allowedPorts[0]', { allowedPorts: [{ from: 1, to: 65_536 }] }],
    ['allowedPorts[0]', { allowedPorts: [[1, 2]] }],
    ['proxy', { proxy: 'http://proxy.example:3128' }],
    ['proxy', { transport: undefined, proxy: 'socks://u:password@proxy.example' }],
    ['proxy', { transport: undefined, proxy: 5 }],
    ['transport', { transport: null }],
    ['transport', { transport: {} }],
    ['transport', { transport: { exchange } }],
    ['queue', { queue: null }],
    ['queue', { queue: 'redis://queue.example' }],
    ['queue', { queue: {} }],
    ['queue', { queue: { consume: async () => {} } }],
    ['encryption.keys', { encryption: null }],
    ['encryption.keys', { encryption: { keys: key } }],
    ['encryption.keys[0].key', { encryption: { keys: [{ id: 'a', key: 'short' }] } }],
    ['retentionDays', { retentionDays: 0 }],
    ['retentionDays', { retentionDays: 0.5 }],
    ['retentionDays', { retentionDays: '30' }],
    ['retentionDays', { retentionDays: Number.POSITIVE_INFINITY }],
    ['retentionDays', { retentionDays: null }],
    ['retentionDays', { retentionDays: true }],
    ['storeResponseBody', { storeResponseBody: true }],
    ['storeResponseBody', { storeResponseBody: 'some' }],
    ['events', { events: null }],
    ['events', { events: 'job.done' }],
    ['events.job.done', { events: { 'job.done': {} } }],
    ['events.job.done', { events: { 'job.done': null } }],
    ...functions.flatMap((field) => [null, 5, {}].map((value) => [field, { [field]: value }] as const)),
    ...counts.flatMap((field) =>
      [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '8', true].map(
        (value) => [field, { [field]: value }] as const,
      ),
    ),
  ];
  it.each(cases)('%s: %o', (field, options) => {
    const { code, message } = misuse(() => untyped(options));
    expect(code).toBe(field === 'encryption.keys[0].key' ? 'invalid_secret' : 'invalid_option');
    expect(message).toMatch(/^`[^`]+` must be .+/);
    expect(message).toContain(`\`${field}\``);
    expect(message).not.toMatch(/password|redis:|short/);
  });

  it.each([[undefined], [null], [5], ['webhooks.db']])('%j are no options', (options) => {
    expect(misuse(() => Reflect.apply(senderSettings, undefined, [options])).message).toMatch(
      /^`options` must be/,
    );
  });
});

test('what throws when it is read throws what it throws', () => {
  const mine = new RangeError('mine');
  const retry = new Proxy(
    {},
    {
      get: () => {
        throw mine;
      },
    },
  );
  expect(() => untyped({ retry })).toThrow(mine);
});

test('keys and the passwords of proxies show nowhere in what is made of the options', () => {
  const key = Buffer.alloc(32, 0xab);
  const made = settings({
    transport: undefined,
    proxy: 'http://user:hunter22@proxy.example:3128',
    encryption: { keys: [{ id: 'a', key }] },
  });
  const shown = inspect(made, { depth: 20, showHidden: true, maxArrayLength: 100 });
  for (const secret of [key.toString('hex'), key.toString('base64'), 'ab ab ab', '171, 171', 'hunter22']) {
    expect(shown).not.toContain(secret);
  }
});

test('an option that is none is refused, with those there are', () => {
  expect(misuse(() => untyped({ retries: 3 }))).toMatchObject({
    code: 'invalid_option',
    message: expect.stringMatching(
      /^`retries` is no option here: they are store, provider, alsoSign, .*, random$/,
    ),
  });
  expect(untyped({ retries: undefined })).toBeDefined();
});
