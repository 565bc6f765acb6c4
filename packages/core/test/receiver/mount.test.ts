import { describe, expect, test } from 'vitest';
import { createReceiver, generateSecret, mountGuard, mountHandler } from '../../src/index.js';

const receiver = () => createReceiver({ secrets: generateSecret() });

describe.each([
  ['mountHandler', mountHandler],
  ['mountGuard', mountGuard],
])('%s', (_name, mount) => {
  test.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['whsec_secret', 'string'],
    [{ secrets: 'a' }, 'Object'],
  ])('%j is no receiver, and that is said with the name of the adapter', (given, kind) => {
    expect(() => Reflect.apply(mount, undefined, ['webhookThing', given])).toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        code: 'invalid_option',
        message: `\`webhookThing\` must be given a receiver (\`createReceiver({ … })\`), got ${kind}`,
      }),
    );
  });
});

test('a receiver is asked whether it has what the mode needs', () => {
  expect(() => mountHandler('webhookHandler', receiver())).toThrow(/no handlers/);
  expect(() =>
    mountGuard(
      'webhookGuard',
      receiver().onUnhandled(() => {}),
    ),
  ).toThrow(/must have none/);
  const mounted = receiver().on('a', () => {});
  mountHandler('webhookHandler', mounted);
  expect(() => mounted.on('b', () => {})).toThrow(/before the receiver is mounted/);
});

test('what implements only the port is fine', () => {
  const answer = { status: 200, headers: {}, body: new Uint8Array() };
  mountHandler('webhookHandler', { handle: async () => answer });
  mountGuard('webhookGuard', { accept: async () => ({ accepted: false, response: answer }) });
});
