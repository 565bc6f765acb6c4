import { createManagementApi } from '@countersign/api';
import { createSender } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import { Hono } from 'hono';
import { expect, onTestFinished, test } from 'vitest';
import { originOf } from '../adapters/listen.js';
import { listening } from './serve.js';

const authorization = 'Bearer any';
const url = 'https://example.com/webhooks';

function apiOf(basePath?: string, onError: (error: unknown) => void = () => {}) {
  const sender = createSender({ store: memoryStore(), onEvent: () => {} });
  return createManagementApi(sender, {
    authenticate: ({ headers }) =>
      headers.has('authorization') ? { tenant: '*', scopes: ['endpoints:write', 'endpoints:read'] } : null,
    basePath,
    onError,
  });
}

/** Creates an endpoint at `/api/webhooks` and follows its location. */
async function createdAt(origin: string): Promise<unknown> {
  const place = `${origin}/api/webhooks`;
  const created = await fetch(place, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ url }),
  });
  const location = new URL(created.headers.get('location') ?? '', place);
  const read = await fetch(location, { headers: { authorization } });
  return { created: created.status, read: read.status, json: await read.json() };
}

const mounted = { created: 201, read: 200, json: { data: { url } } };

test('on Hono it is mounted under a prefix, which is taken away', async () => {
  const app = new Hono();
  app.get('/', ({ text }) => text('home'));
  app.mount('/api', apiOf().fetch);
  const origin = await listening(app.fetch);
  expect(await createdAt(origin)).toMatchObject(mounted);
  expect(await (await fetch(`${origin}/`)).text()).toBe('home');
  expect((await fetch(`${origin}/api/webhooks`)).status).toBe(401);
});

test('where no mount takes a prefix away, basePath says what it is', async () => {
  const origin = await listening(apiOf('/api').fetch);
  expect(await createdAt(origin)).toMatchObject(mounted);
  expect((await fetch(`${origin}/api/health`)).status).toBe(200);
  expect((await fetch(`${origin}/webhooks`, { headers: { authorization } })).status).toBe(404);
});

test('on Express it is mounted through a request listener', async () => {
  const app = express().use('/api', getRequestListener(apiOf().fetch));
  const server = app.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  expect(await createdAt(originOf(server))).toMatchObject(mounted);
});

test.each([
  ['/api', '/webhooks', '`/api`'],
  ['/api', '/v2/webhooks', '`/api`'],
  ['/api', '/apiary/webhooks', '`/api`'],
  ['', '/api/webhooks', 'not set'],
  ['/api', '/api/v1/openapi.json', '`/api`'],
])(
  'with basePath %j a request to %s is told to onError once: it is mounted elsewhere',
  async (basePath, path, is) => {
    const errors: unknown[] = [];
    const { fetch: handle } = apiOf(basePath, (error) => errors.push(error));
    const statusOf = async (headers: Record<string, string>): Promise<number> =>
      (await handle(new Request(`http://localhost${path}?limit=1`, { headers }))).status;
    expect([await statusOf({}), errors]).toEqual([401, []]);
    expect([await statusOf({ authorization }), await statusOf({ authorization })]).toEqual([404, 404]);
    expect(errors).toMatchObject([
      {
        code: 'invalid_option',
        message: `a request arrived at \`${path}\`, and \`basePath\` is ${is}: it must be what stands before \`/webhooks\` in the paths that arrive, and nothing where the mount takes that away`,
      },
    ]);
  },
);

test.each([
  ['', ['/nothing', '/', '//webhooks', '/webhooks/wh_1/health', '/webhooks/', '/events/a/b']],
  ['/api', ['/api', '/api/', '/api/nothing', '/api/webhooks/wh_1/events']],
])('with basePath %j what is below it and is not there is nobody’s fault', async (basePath, paths) => {
  const errors: unknown[] = [];
  const { fetch: handle } = apiOf(basePath, (error) => errors.push(error));
  for (const path of paths) {
    const { status } = await handle(new Request(`http://localhost${path}`, { headers: { authorization } }));
    expect([path, status, errors]).toEqual([path, 404, []]);
  }
});

test('fetch is bound, and never rejects', async () => {
  const { fetch: handle } = apiOf();
  expect((await handle(new Request('http://localhost/webhooks'))).status).toBe(401);
  const read = new Request('http://localhost/webhooks', {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: '{}',
  });
  await read.text();
  expect((await handle(read)).status).toBe(500);
});

test('a connection is used again after a refusal that did not read the body', async () => {
  const origin = await listening(apiOf().fetch);
  const body = JSON.stringify({ url, description: 'x'.repeat(500_000) });
  for (let count = 0; count < 5; count += 1) {
    const { status } = await fetch(`${origin}/webhooks`, { method: 'POST', body });
    expect(status).toBe(401);
  }
});
