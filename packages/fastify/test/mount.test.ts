import { createReceiver, generateSecret } from '@countersign/core';
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import { expect, test } from 'vitest';
import countersignByDefault, { countersign, webhookGuard } from '../src/index.js';

const receiver = () => createReceiver({ secrets: generateSecret() });
const path = '/webhooks';
const handler = () => 'done';

/** What `app.ready()` rejects with. */
async function failure(register: (app: FastifyInstance) => unknown): Promise<unknown> {
  const app = Fastify();
  register(app);
  try {
    await app.ready();
    return 'nothing';
  } catch (error) {
    return error;
  }
}

test('the plugin is the default export too', () => {
  expect(countersignByDefault).toBe(countersign);
});

test('a receiver without handlers fails the start, and says what is missing', async () => {
  expect(await failure((app) => app.register(countersign, { receiver: receiver(), path }))).toMatchObject({
    name: 'ConfigurationError',
    code: 'invalid_handler',
    message: expect.stringContaining('`.on`'),
  });
});

test('a guard with handlers throws where it is made: the handlers would never run', () => {
  const withHandlers = receiver().on('*', () => {});
  expect(() => webhookGuard(withHandlers, { path, handler })).toThrow(
    expect.objectContaining({ name: 'ConfigurationError', message: expect.stringContaining('guard') }),
  );
});

test('handlers cannot be added once the receiver is mounted', async () => {
  const mounted = receiver().on('a', () => {});
  expect(await failure((app) => app.register(countersign, { receiver: mounted, path }))).toBe('nothing');
  expect(() => mounted.on('b', () => {})).toThrow(expect.objectContaining({ name: 'ConfigurationError' }));
});

test.each([undefined, null, { secrets: 'a' }])(
  '%j is no receiver, and that is said by name',
  async (given) => {
    const misuse = { name: 'ConfigurationError', code: 'invalid_option' };
    const register = (app: FastifyInstance): unknown =>
      Reflect.apply(app.register, app, [countersign, { receiver: given, path }]);
    expect(await failure(register)).toMatchObject({
      ...misuse,
      message: expect.stringContaining('`receiver`'),
    });
    expect(() => Reflect.apply(webhookGuard, undefined, [given, { path, handler }])).toThrow(
      expect.objectContaining(misuse),
    );
  },
);

test('what is missing is said by name', async () => {
  const missing = (name: string) =>
    expect.objectContaining({
      name: 'ConfigurationError',
      message: expect.stringMatching(`^\`${name}\` must be .*, got undefined$`),
    });
  const mounted = receiver().on('*', () => {});
  const withoutPath: FastifyPluginAsync = Reflect.apply(webhookGuard, undefined, [receiver(), { handler }]);
  for (const args of [
    [countersign, { receiver: mounted }],
    [withoutPath, { prefix: '/hooks' }],
  ]) {
    expect(await failure((app) => Reflect.apply(app.register, app, args))).toEqual(missing('path'));
  }
  expect(await failure((app) => Reflect.apply(app.register, app, [countersign]))).toMatchObject({
    message: expect.stringContaining('`receiver`'),
  });
  for (const args of [[receiver()], [receiver(), { path }]]) {
    expect(() => Reflect.apply(webhookGuard, undefined, args)).toThrow(missing('handler'));
  }
});

test('a path that is taken is an error of Fastify', async () => {
  expect(
    await failure((app) => {
      app.get(path, handler);
      app.register(webhookGuard(receiver(), { path, handler }));
    }),
  ).toMatchObject({ code: 'FST_ERR_DUPLICATED_ROUTE' });
});

test('plugins have names, for the tree that Fastify prints', async () => {
  const app = Fastify();
  app.register(countersign, { receiver: receiver().on('*', () => {}), path });
  app.register(webhookGuard(receiver(), { path: '/guarded', handler }));
  await app.ready();
  expect(app.printPlugins()).toMatch(/@countersign\/fastify [\s\S]*@countersign\/fastify\/guard /);
});

test('one guard can be registered below several prefixes', async () => {
  const guard = webhookGuard(receiver(), { path, handler });
  const app = Fastify();
  app.register(guard, { prefix: '/a' });
  app.register(guard, { prefix: '/b' });
  await app.ready();
  expect([
    app.hasRoute({ method: 'POST', url: '/a/webhooks' }),
    app.hasRoute({ method: 'GET', url: '/b/webhooks' }),
  ]).toEqual([true, true]);
});

test('a Fastify of another major version is refused', async () => {
  const app = Fastify();
  Object.defineProperty(app, 'version', { value: '4.29.0' });
  app.register(countersign, { receiver: receiver().on('*', () => {}), path });
  await expect(app.ready()).rejects.toMatchObject({ code: 'FST_ERR_PLUGIN_VERSION_MISMATCH' });
});
