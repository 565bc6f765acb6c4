import { createReceiver, generateSecret } from '@countersign/core';
import { expect, test } from 'vitest';
import { webhookGuard, webhookHandler } from '../src/index.js';

const receiver = () => createReceiver({ secrets: generateSecret() });

test('a receiver without handlers throws where it is mounted, and says what is missing', () => {
  expect(() => webhookHandler(receiver())).toThrow(
    expect.objectContaining({ name: 'ConfigurationError', message: expect.stringContaining('`.on`') }),
  );
});

test('a guard with handlers throws where it is mounted: the handlers would never run', () => {
  const withHandlers = receiver().on('*', () => {});
  expect(() => webhookGuard(withHandlers)).toThrow(
    expect.objectContaining({ name: 'ConfigurationError', message: expect.stringContaining('guard') }),
  );
});

test('handlers cannot be added once the receiver is mounted', () => {
  const mounted = receiver().on('a', () => {});
  webhookHandler(mounted);
  expect(() => mounted.on('b', () => {})).toThrow(expect.objectContaining({ name: 'ConfigurationError' }));
});

test('handler and middleware have names, for stack traces and `showRoutes`', () => {
  expect(webhookHandler(receiver().onUnhandled(() => {})).name).toBe('countersignWebhookHandler');
  expect(webhookGuard(receiver()).name).toBe('countersignWebhookGuard');
});

test.each([undefined, null, { secrets: 'a' }])('%j is no receiver, and that is said at once', (given) => {
  for (const mount of [webhookHandler, webhookGuard]) {
    const misuse = (): unknown => Reflect.apply(mount, undefined, [given]);
    expect(misuse).toThrow(expect.objectContaining({ name: 'ConfigurationError' }));
  }
});
