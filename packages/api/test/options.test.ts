import { ConfigurationError } from '@countersign/core';
import { createSender } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { expect, test } from 'vitest';
import { createManagementApi } from '../src/index.js';

const sender = createSender({ store: memoryStore(), onEvent: () => {} });
const authenticate = (): null => null;

test.each([
  [[sender], '`options` must be an object with `authenticate`, got undefined'],
  [[sender, {}], '`authenticate` must be a function such as `apiKeys([…])`, got undefined'],
  [
    [sender, { authenticate: true }],
    '`authenticate` must be a function such as `apiKeys([…])`, got true (boolean)',
  ],
  [[undefined, { authenticate }], '`sender` must be a sender made by `createSender`, got undefined'],
  [[{}, { authenticate }], '`sender` must be a sender made by `createSender`, got Object'],
  [
    [sender, { authenticate, base: '/api' }],
    '`base` is no option here: they are authenticate, basePath, maxBodyBytes, bodyTimeoutMs, onError, now',
  ],
  [
    [sender, { authenticate, constructor: 1 }],
    '`constructor` is no option here: they are authenticate, basePath, maxBodyBytes, bodyTimeoutMs, onError, now',
  ],
  [
    [sender, { authenticate, basePath: 'api' }],
    '`basePath` must be a path such as `/api`, without a `/` at its end, got string',
  ],
  [
    [sender, { authenticate, basePath: '/api/' }],
    '`basePath` must be a path such as `/api`, without a `/` at its end, got string',
  ],
  [
    [sender, { authenticate, basePath: '/:id' }],
    '`basePath` must be a path such as `/api`, without a `/` at its end, got string',
  ],
  [
    [sender, { authenticate, maxBodyBytes: '1mb' }],
    '`maxBodyBytes` must be a whole number from 1 to 2147483647, got string',
  ],
  [
    [sender, { authenticate, bodyTimeoutMs: 0 }],
    '`bodyTimeoutMs` must be a whole number from 1 to 2147483647, got 0 (number)',
  ],
  [
    [sender, { authenticate, bodyTimeoutMs: Number.POSITIVE_INFINITY }],
    '`bodyTimeoutMs` must be a whole number from 1 to 2147483647, got Infinity (number)',
  ],
  [[sender, { authenticate, onError: 'log' }], '`onError` must be a function, got string'],
  [[sender, { authenticate, now: 5 }], '`now` must be a function, got 5 (number)'],
])('an API that cannot be is refused where it is made: %#', (args, message) => {
  expect(() => Reflect.apply(createManagementApi, undefined, args)).toThrow(
    new ConfigurationError('invalid_option', message),
  );
});

test('options that are left open are none, whatever their names are', () => {
  const options = { authenticate, basePath: undefined, ...{ base: undefined } };
  expect(createManagementApi(sender, options)).toHaveProperty('fetch');
});

test('the path before `/webhooks` may have several parts', async () => {
  const { fetch } = createManagementApi(sender, { authenticate, basePath: '/internal/api.v1' });
  expect((await fetch(new Request('http://localhost/internal/api.v1/health'))).status).toBe(200);
});
