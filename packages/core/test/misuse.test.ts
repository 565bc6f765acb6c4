import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  ConfigurationError,
  createReceiver,
  createVerifier,
  hmacScheme,
  jsonEnvelope,
  keyRing,
  memoryReplayStore,
  type OutcomeHook,
  sign,
} from '../src/index.js';
import { aiPlatform } from '../src/providers/ai-platform.js';
import { RequestReader } from '../src/request/header-reader.js';

const secret = 'whsec_Y291bnRlcnNpZ24tdGVzdC1zZWNyZXQtMzItYnl0ZXM=';
const request = { method: 'POST', url: '/', headers: {}, body: new Uint8Array() };

/** What plain JavaScript can pass, whatever the types say. */
const untyped = (json: string) => JSON.parse(json);

describe('a mistake is refused where it is made', () => {
  const scheme = { name: 'a', signature: { header: 'x-a', encoding: 'hex' } } as const;
  const window = { notBefore: new Date(2), notAfter: new Date(1) };
  test.each<[string, () => unknown]>([
    [
      'a scheme that leaves the body unsigned',
      () => hmacScheme({ ...scheme, content: '{timestamp}', timestamp: { header: 'x-t' } }),
    ],
    [
      'a header that no wire has',
      () => hmacScheme({ ...scheme, content: '{body}', signature: { header: 'x y', encoding: 'hex' } }),
    ],
    ['a window that ends before it begins', () => keyRing({ id: 'a', secret, ...window })],
    [
      'a memory shorter than the tolerance',
      () =>
        createReceiver({
          provider: aiPlatform,
          secrets: secret,
          replay: memoryReplayStore(),
          replayTtlSeconds: 60,
        }),
    ],
    [
      'an event without members',
      () =>
        jsonEnvelope({ fields: { type: { body: 'event' } } }).encode(
          { id: 'e', type: 't', timestamp: new Date(), data: 1 },
          { endpointId: 'e', deliveryId: 'd', attempt: 1, test: false },
        ),
    ],
    ['headers that are none', () => new RequestReader(untyped('{"method":"POST","url":"/","headers":null}'))],
  ])('%s', (_name, construct) => {
    expect(construct).toThrow(ConfigurationError);
  });

  test('an unsigned body can be asked for by name', () => {
    const options = {
      name: 'a',
      content: '{timestamp}',
      timestamp: { header: 'x-t' },
      unsignedBody: true,
    } as const;
    const { authenticates } = hmacScheme({ ...options, signature: { header: 'x-a', encoding: 'hex' } });
    expect(authenticates.body).toBe('none');
  });

  test('`sign` without options', async () => {
    await expect(Reflect.apply(sign, undefined, [{ body: '{}' }])).rejects.toThrow(ConfigurationError);
  });
});

test('a header whose value is null is missing', () => {
  const reader = new RequestReader(untyped('{"method":"POST","url":"/","headers":{"x-a":null,"X-B":null}}'));
  expect([reader.optionalHeader('x-a'), reader.optionalHeader('x-b')]).toEqual([undefined, undefined]);
});

test('a tenant without secrets is an unknown tenant', async () => {
  const codes: string[] = [];
  const secrets = () => untyped('{"tenant":"a"}');
  const receiver = createReceiver({ secrets, onOutcome: ({ code }) => codes.push(code) }).onUnhandled(
    () => {},
  );
  const signed = await sign({ id: 'm1', body: '{"type":"a"}' }, { secret });
  expect((await receiver.handle({ ...request, ...signed })).status).toBe(401);
  expect(codes).toEqual(['no_key']);
});

test('digits that a resolver returns are not printed', async () => {
  const outcomes: unknown[] = [];
  const receiver = createReceiver({
    secrets: () => untyped('1234567890123456'),
    onOutcome: (outcome) => outcomes.push(outcome),
  }).onUnhandled(() => {});
  const signed = await sign({ id: 'm1', body: '{"type":"a"}' }, { secret });
  expect((await receiver.handle({ ...request, ...signed })).status).toBe(503);
  expect(inspect(outcomes, { depth: 9 })).not.toContain('1234567890123456');
});

test('`util.inspect` of a delivery shows its id, and not its body', async () => {
  const { headers, body } = await sign({ id: 'msg_7', body: '{"type":"secret.text"}' }, { secret });
  const shown = inspect(await createVerifier({ secrets: secret }).verify({ headers, body }));
  expect(shown).toContain('msg_7');
  expect(shown).not.toMatch(/body|115, 101, 99/);
});

test('a public URL never takes its host from the request', () => {
  const scheme = hmacScheme({
    name: 'a',
    content: '{url}{body}',
    signature: { header: 'x-a', encoding: 'hex' },
    publicUrl: (path) => new URL(path, 'https://me.example').href,
  });
  for (const url of ['//evil.example/x', '/\\evil.example/x', 'http://evil.example//evil.example/x']) {
    const [signedUrl] = scheme.content({ url, body: new Uint8Array() });
    expect(signedUrl).toMatch(/^https:\/\/me\.example\/evil\.example\/x$/);
  }
});

test('an `onOutcome` that throws is heard once, and changes nothing', async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error): void => void warnings.push(warning);
  process.on('warning', listen);
  const hook: OutcomeHook = () => {
    throw new Error('the log is full');
  };
  const receiver = createReceiver({ secrets: secret, onOutcome: hook }).onUnhandled(() => {});
  for (let n = 0; n < 3; n += 1) expect((await receiver.handle(request)).status).toBe(400);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', listen);
  expect(warnings).toMatchObject([{ name: 'CountersignWarning', code: 'outcome_hook_failed' }]);
});
