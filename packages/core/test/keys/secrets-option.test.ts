import { describe, expect, it } from 'vitest';
import { WebhookError } from '../../src/errors/webhook-error.js';
import { keyRing, type Secrets } from '../../src/keys/key-ring.js';
import { keysResolver, type RequestKeys, type SecretsOption } from '../../src/keys/secrets-option.js';
import { standardWebhooks } from '../../src/provider/standard-webhooks.js';
import { github } from '../../src/providers/github.js';
import type { WebhookRequest } from '../../src/request/webhook-request.js';
import { refusal } from '../verify/refusal.js';

const SECRET = 'a secret that is long enough';
const request: WebhookRequest = { method: 'POST', url: '/hooks/acme', headers: {}, body: new Uint8Array() };

/** Timers that run when they are told to. */
class Timers {
  readonly waiting = new Map<() => void, number>();
  readonly schedule = (callback: () => void, delayMs: number): (() => void) => {
    this.waiting.set(callback, delayMs);
    return () => void this.waiting.delete(callback);
  };

  fire(): void {
    for (const callback of this.waiting.keys()) callback();
  }
}

async function resolve(secrets: SecretsOption, timers = new Timers()): Promise<RequestKeys> {
  return keysResolver(secrets, github.scheme, { timeoutMs: 5000, schedule: timers.schedule })(request);
}
const idsOf = async (secrets: SecretsOption): Promise<readonly string[]> =>
  (await resolve(secrets)).keys.map((key) => key.id);

// What a program without types, or a configuration file, hands over.
const untyped = (json: string): Secrets => JSON.parse(json);

describe('secrets may be', () => {
  it.each<
    readonly [name: string, secrets: SecretsOption, ids: readonly string[], tenant: string | undefined]
  >([
    ['a text', SECRET, ['k0'], undefined],
    ['bytes', Buffer.from(SECRET), ['k0'], undefined],
    ['a named secret', { id: 'a', secret: SECRET }, ['a'], undefined],
    ['an array', [SECRET, { id: 'b', secret: SECRET }], ['k0', 'b'], undefined],
    ['a key ring', keyRing([SECRET, Buffer.from(SECRET)]), ['k0', 'k1'], undefined],
    ['a late function', () => SECRET, ['k0'], undefined],
    ['a late promise', async () => [SECRET], ['k0'], undefined],
    ['a late key ring', () => keyRing({ id: 'late', secret: SECRET }), ['late'], undefined],
    [
      'a tenant function',
      ({ url }: WebhookRequest) => ({ tenant: url, secrets: SECRET }),
      ['k0'],
      '/hooks/acme',
    ],
    [
      'a promise of a tenant',
      async (_: WebhookRequest) => ({ tenant: 'acme', secrets: keyRing(SECRET) }),
      ['k0'],
      'acme',
    ],
  ])('%s', async (_name, secrets, ids, tenant) => {
    expect(await idsOf(secrets)).toEqual(ids);
    expect((await resolve(secrets)).tenant).toBe(tenant);
  });
});

describe('secrets that are given as they are', () => {
  it('must not be undefined: a variable that may be missing is read late', () => {
    const configuration: { readonly secret: SecretsOption } = JSON.parse('{}');
    expect(() => keysResolver(configuration.secret, github.scheme, limits())).toThrow(
      '`secrets` must be given; read a variable that may be missing late: `() => process.env.NAME`, got undefined',
    );
  });

  it('are prepared and their mistakes told at construction', () => {
    expect(() => keysResolver('short', github.scheme, limits())).toThrow(
      'the secret must have at least 16 bytes, got 5',
    );
    expect(() => keysResolver('', standardWebhooks.scheme, limits())).toThrow('the secret must not be empty');
  });
});

const limits = () => ({ timeoutMs: 5000, schedule: new Timers().schedule });

describe('a secrets function', () => {
  it.each<readonly [name: string, secrets: SecretsOption]>([
    ['gives undefined', () => undefined],
    ['promises undefined', async () => undefined],
    ['gives null', () => untyped('null')],
    ['knows no tenant for the request', (_: WebhookRequest) => undefined],
    ['promises none', async (_: WebhookRequest) => undefined],
  ])('that %s: no_key, 401', async (_name, secrets) => {
    const error = await refusal(resolve(secrets));
    expect(error).toMatchObject({
      code: 'no_key',
      status: 401,
      message: '`secrets` gave no secret for this request',
    });
  });

  const boom = new Error('vault is sealed');
  it.each<readonly [name: string, secrets: SecretsOption, message: string]>([
    ['throws', () => fail(boom), '`secrets` threw'],
    ['rejects', async () => fail(boom), '`secrets` rejected'],
    ['throws for a request', (_: WebhookRequest) => fail(boom), '`secrets` threw'],
  ])('that %s: secrets_unavailable, 503', async (_name, secrets, message) => {
    const error = await refusal(resolve(secrets));
    expect(error).toMatchObject({
      code: 'secrets_unavailable',
      status: 503,
      retryable: true,
      message,
      cause: boom,
    });
  });

  it.each<readonly [name: string, secrets: SecretsOption, detail: string]>([
    ['an empty text', () => '', 'the secret must not be empty'],
    ['a short secret', () => 'short', 'the secret must have at least 16 bytes, got 5'],
    ['an empty list', () => [], '`secrets` must hold 1 to 16 secrets, got 0'],
    [
      'an object of another shape',
      () => untyped('{"key":"x"}'),
      '`secrets` must be a string, bytes, or `{ id, secret }`, got Object',
    ],
    [
      'true',
      () => untyped('true'),
      '`secrets` must be a string, bytes, or `{ id, secret }`, got true (boolean)',
    ],
    [
      'an empty tenant',
      (_: WebhookRequest) => ({ tenant: '', secrets: SECRET }),
      '`tenant` must be a text that is not empty, got string',
    ],
    [
      'a tenant that is no text',
      (_: WebhookRequest) => ({ ...JSON.parse('{"tenant":7}'), secrets: SECRET }),
      '`tenant` must be a text that is not empty, got number',
    ],
    [
      'a tenant with an unpaired surrogate',
      (_: WebhookRequest) => ({ tenant: '\ud800', secrets: SECRET }),
      '`tenant` must be a text that is not empty, got string',
    ],
  ])('that gives %s: secrets_unavailable', async (_name, secrets, detail) => {
    const error = await refusal(resolve(secrets));
    expect(error).toMatchObject({
      code: 'secrets_unavailable',
      message: `\`secrets\` gave secrets that cannot be used: ${detail}`,
    });
  });

  it.each([
    ['a secret', (_request: WebhookRequest) => SECRET],
    ['a promise of one', async (_request: WebhookRequest) => SECRET],
    ['a key ring', (_request: WebhookRequest) => keyRing(SECRET)],
  ])('that reads the request and gives %s without a tenant is refused', async (_name, resolver) => {
    // The types forbid it. Without them one tenant's ids would swallow another's.
    const withoutTypes: SecretsOption = Object(resolver);
    const error = await refusal(resolve(withoutTypes));
    expect(error.code).toBe('secrets_unavailable');
    expect(error.message).toContain('`secrets(request)` must be `{ tenant, secrets }`');
    expect(error.message).not.toContain(SECRET);
  });

  it('is asked again for each request, and prepares the same text once', async () => {
    const answers = [SECRET, SECRET, `another ${SECRET}`];
    const resolver = keysResolver(() => answers.shift(), github.scheme, limits());
    const [first, second, third] = [
      await resolver(request),
      await resolver(request),
      await resolver(request),
    ];
    expect(second.keys).toBe(first.keys);
    expect(third.keys).not.toBe(first.keys);
    expect((await refusal(Promise.resolve().then(() => resolver(request)))).code).toBe('no_key');
  });
});

describe('the deadline of a secrets function', () => {
  it('answers secrets_unavailable when it passes', async () => {
    const timers = new Timers();
    const pending = refusal(resolve(() => new Promise<never>(() => {}), timers));
    await Promise.resolve();
    expect([...timers.waiting.values()]).toEqual([5000]);
    timers.fire();
    expect(await pending).toMatchObject({
      code: 'secrets_unavailable',
      message: '`secrets` took longer than 5000 ms',
    });
  });

  it('leaves no timer behind and none for what is there at once', async () => {
    const timers = new Timers();
    await resolve(() => SECRET, timers);
    await resolve(async () => SECRET, timers);
    await refusal(resolve(async () => fail(new Error('no')), timers));
    expect(timers.waiting.size).toBe(0);
  });

  it('swallows a rejection that comes too late', async () => {
    const timers = new Timers();
    let reject = (_error: Error): void => {};
    const late = new Promise<never>((_resolve, rejectIt) => {
      reject = rejectIt;
    });
    const pending = refusal(resolve(() => late, timers));
    await Promise.resolve();
    timers.fire();
    const error = await pending;
    reject(new Error('too late'));
    await new Promise((done) => setImmediate(done));
    expect(error).toBeInstanceOf(WebhookError);
  });
});

function fail(error: Error): never {
  throw error;
}
