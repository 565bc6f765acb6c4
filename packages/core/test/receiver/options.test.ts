import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../src/errors/webhook-error.js';
import { createReceiver, type ReceiverOptions } from '../../src/index.js';
import { memoryReplayStore } from '../../src/replay/memory-replay-store.js';

const secrets = 'whsec_Y291bnRlcnNpZ24tdGVzdC1zZWNyZXQtMzItYnl0ZXM=';
const create = (options: unknown): unknown => Reflect.apply(createReceiver, undefined, [options]);

describe('misuse fails at construction, in one sentence that names the field', () => {
  const numbers = [
    'toleranceSeconds',
    'maxEventAgeSeconds',
    'replayTtlSeconds',
    'maxBodyBytes',
    'bodyTimeoutMs',
    'handlerTimeoutMs',
    'leaseMs',
    'storeTimeoutMs',
    'secretsTimeoutMs',
  ];
  test.each(numbers)('%s', (field) => {
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY, '5m', true, {}, 5n]) {
      const attempt = (): unknown => create({ secrets, [field]: value });
      expect(attempt).toThrow(ConfigurationError);
      expect(attempt).toThrow(new RegExp(`^\`${field}\` must be a finite number >= \\d+, got `));
    }
  });

  test.each<[string, unknown, RegExp]>([
    ['no options', undefined, /^`options` must be/],
    ['null', null, /^`options` must be/],
    ['no secrets', {}, /^`secrets` must be given/],
    ['undefined secrets', { secrets: undefined }, /late/],
    ['null secrets', { secrets: null }, /^`secrets` must be/],
    ['a number for a secret', { secrets: 7 }, /^`secrets` must be/],
    ['no secret in a list', { secrets: [] }, /1 to 16/],
    ['an empty name', { secrets, name: '' }, /^`name` must be/],
    ['a name that is no text', { secrets, name: 7 }, /^`name` must be/],
    ['a name with half a character', { secrets, name: '\ud800' }, /^`name` must be/],
    ['a store without claim', { secrets, replay: {} }, /^`replay` must be/],
    ['`replay: true`', { secrets, replay: true }, /^`replay` must be/],
    ['`replay: null`', { secrets, replay: null }, /^`replay` must be/],
    ['a hook that is no function', { secrets, onOutcome: {} }, /^`onOutcome` must be/],
  ])('%s', (_name, options, message) => {
    expect(() => create(options)).toThrow(message);
    expect(() => create(options)).toThrow(ConfigurationError);
  });
});

describe('nothing is coerced', () => {
  test('0 is a number, not the default', async () => {
    const receiver = createReceiver({ secrets, maxBodyBytes: 0 }).onUnhandled(() => {});
    expect(
      (
        await receiver.handle({
          method: 'POST',
          url: '/',
          headers: { 'content-length': '1' },
          body: new Uint8Array(1),
        })
      ).status,
    ).toBe(413);
  });

  test('undefined is the default, for every option', () => {
    const all: ReceiverOptions<unknown> = {
      secrets,
      provider: undefined,
      events: undefined,
      replay: undefined,
      name: undefined,
      toleranceSeconds: undefined,
      maxEventAgeSeconds: undefined,
      replayTtlSeconds: undefined,
      replayIdentity: undefined,
      maxBodyBytes: undefined,
      bodyTimeoutMs: undefined,
      handlerTimeoutMs: undefined,
      leaseMs: undefined,
      storeTimeoutMs: undefined,
      secretsTimeoutMs: undefined,
      onOutcome: undefined,
      now: undefined,
      schedule: undefined,
    };
    expect(() => createReceiver(all)).not.toThrow();
  });
});

test('`fetch` is bound: it can be handed on by itself', async () => {
  const { fetch } = createReceiver({ secrets, replay: memoryReplayStore() }).onUnhandled(() => {});
  expect((await fetch(new Request('http://hooks.test/', { method: 'POST' }))).status).toBe(400);
});

test("`fetch` hands the platform's waitUntil on, bound to its context", async () => {
  const kept: Promise<unknown>[] = [];
  const context = {
    kept,
    waitUntil(work: Promise<unknown>) {
      this.kept.push(work);
    },
  };
  const { fetch } = createReceiver({ secrets, handlerTimeoutMs: 1, onOutcome: () => {} }).onUnhandled(
    () => {},
  );
  const headers = {
    'webhook-id': 'm',
    'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
    'webhook-signature': 'v1,AAAA',
  };
  const answer = await fetch(
    new Request('http://hooks.test/', { method: 'POST', headers, body: '{}' }),
    {},
    context,
  );
  expect(answer.status).toBe(401);
  expect(kept).toHaveLength(1);
  await Promise.all(kept);
});
