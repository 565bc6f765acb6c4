import { createReceiver, generateSecret } from '@countersign/core';
import { describe, expect, test } from 'vitest';
import { pagesWebhookHandler, webhookGuard, webhookHandler } from '../src/index.js';

const receiver = () => createReceiver({ secrets: generateSecret() });
const route = (): Response => new Response();

describe.each([
  ['webhookHandler', webhookHandler],
  ['pagesWebhookHandler', pagesWebhookHandler],
] as const)('%s', (name, mount) => {
  test('a receiver without handlers throws where it is mounted, and says what is missing', () => {
    expect(() => mount(receiver())).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', message: expect.stringContaining('`.on`') }),
    );
  });

  test('handlers cannot be added once the receiver is mounted', () => {
    const mounted = receiver().on('a', () => {});
    mount(mounted);
    expect(() => mounted.on('b', () => {})).toThrow(expect.objectContaining({ name: 'ConfigurationError' }));
  });

  test('has a name, for stack traces', () => {
    const named = `countersign${name[0]?.toUpperCase()}${name.slice(1)}`;
    expect(mount(receiver().onUnhandled(() => {})).name).toBe(named);
  });
});

test('a guard with handlers throws where it is mounted: the handlers would never run', () => {
  const withHandlers = receiver().on('*', () => {});
  expect(() => webhookGuard(withHandlers, route)).toThrow(
    expect.objectContaining({ name: 'ConfigurationError', message: expect.stringContaining('guard') }),
  );
});

test('a guard has a name, for stack traces', () => {
  expect(webhookGuard(receiver(), route).name).toBe('countersignWebhookGuard');
});

test.each([undefined, null, { secrets: 'a' }])('%j is no receiver, and that is said at once', (given) => {
  for (const mount of [webhookHandler, pagesWebhookHandler, webhookGuard]) {
    const misuse = (): unknown => Reflect.apply(mount, undefined, [given, route]);
    expect(misuse).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', message: expect.stringContaining(mount.name) }),
    );
  }
});

test.each([undefined, null, {}])('%j is no Route Handler, and that is said at once', (given) => {
  const misuse = (): unknown => Reflect.apply(webhookGuard, undefined, [receiver(), given]);
  expect(misuse).toThrow(
    expect.objectContaining({
      name: 'ConfigurationError',
      message: expect.stringContaining('Route Handler'),
    }),
  );
});
