import { expect, test } from 'vitest';
import { operationOf } from './documented.js';
import type { CallerName } from './keys.js';
import { type Served, served } from './serve.js';

const SCOPES = ['events:write', 'endpoints:read', 'endpoints:write', 'metrics:read'];
const KEY_OF_SCOPE = new Map<string, CallerName>([
  ['events:write', 'acme-events-write'],
  ['endpoints:read', 'acme-endpoints-read'],
  ['endpoints:write', 'acme-endpoints-write'],
  ['metrics:read', 'operator-metrics-read'],
]);

/** Every route of the document, with ids in its path. */
function routesOf({ document }: Served): readonly (readonly [method: string, path: string])[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method): [string, string] => [
      method.toUpperCase(),
      path.replace('{id}', 'wh_1').replace('{deliveryId}', 'dlv_1'),
    ]),
  );
}

test('every route but /health answers 401 to whoever is not known, and says how to be known', async () => {
  const api = await served();
  const routes = routesOf(api);
  expect(routes).toHaveLength(20);
  for (const [method, path] of routes) {
    const answer = await api.call(method, path, { as: null });
    const expected = path === '/health' ? 200 : 401;
    expect([method, path, answer.status]).toEqual([method, path, expected]);
    if (expected === 401) expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  }
});

test('a key that nobody has, another scheme and a malformed header are answered as none at all', async () => {
  const { call } = await served();
  const none = await call('GET', '/webhooks', { as: null });
  for (const authorization of [
    'Bearer nobody',
    'Bearer ',
    'Bearer',
    'Basic dGVzdC1rZXktb2YtYWNtZTo=',
    'Bearer test-key-of-acme extra',
    'test-key-of-acme',
    'Bearer test-key-of-acm',
    'Bearer test-key-of-acme2',
  ]) {
    const answer = await call('GET', '/webhooks', { as: null, headers: { authorization } });
    expect([answer.status, answer.text]).toEqual([401, none.text]);
  }
  const known = await call('GET', '/webhooks', {
    as: null,
    headers: { authorization: 'bearer  test-key-of-acme' },
  });
  expect(known.status).toBe(200);
});

test('strangers cannot tell a path that is there from one that is not, nor a method', async () => {
  const { call } = await served();
  const known = await call('GET', '/webhooks', { as: null });
  for (const [method, path] of [
    ['GET', '/nothing'],
    ['GET', '/webhooks/'],
    ['DELETE', '/webhooks'],
    ['OPTIONS', '/webhooks'],
    ['GET', '/openapi.json'],
    ['POST', '/health'],
    ['POST', '/webhooks'],
  ] as const) {
    const answer = await call(method, path, { as: null });
    expect([method, path, answer.status, answer.text]).toEqual([method, path, 401, known.text]);
  }
});

test('every route needs the scope that its document names, and no other one opens it', async () => {
  const api = await served();
  for (const [method, path] of routesOf(api)) {
    const [needed] = operationOf(api.document, method, path)?.security[0]?.['bearer'] ?? [];
    if (needed === undefined) continue;
    for (const scope of SCOPES) {
      const { status, json, headers } = await api.call(method, path, { as: KEY_OF_SCOPE.get(scope) ?? null });
      const got = { method, path, scope, status };
      if (scope === needed) {
        expect(got).not.toEqual({ ...got, status: 403 });
        continue;
      }
      expect(got).toEqual({ ...got, status: 403 });
      expect(json).toMatchObject({ code: 'missing_scope', detail: `this needs the scope \`${needed}\`` });
      expect(headers.get('www-authenticate')).toBe(`Bearer error="insufficient_scope", scope="${needed}"`);
    }
  }
});

test('/openapi.json is for whoever is known, and /metrics for operators alone', async () => {
  const { call } = await served();
  expect((await call('GET', '/openapi.json', { as: 'acme-events-write' })).status).toBe(200);
  expect((await call('GET', '/metrics', { as: 'operator' })).status).toBe(200);
  expect(await call('GET', '/metrics', { as: 'acme' })).toMatchObject({
    status: 403,
    json: { code: 'operators_only' },
  });
  expect((await call('GET', '/metrics', { as: 'untenanted' })).status).toBe(403);
});

test('`authenticate` that throws, or gives no caller, is 503 without a word of it, and onError is told', async () => {
  const down = new Error('the directory at ldap://10.0.0.1 is down');
  const answers: unknown[] = [true, {}, { tenant: '', scopes: [] }, { tenant: 'a b', scopes: [] }];
  for (const authenticate of [
    () => {
      throw down;
    },
    () => Promise.reject(down),
    // What a program without types may do.
    ...answers.map((answer) => () => Promise.resolve(answer)),
  ]) {
    const { call, errors } = await served({ api: { authenticate: Object(authenticate) } });
    const answer = await call('GET', '/webhooks');
    expect(answer).toMatchObject({ status: 503, json: { code: 'authentication_unavailable' } });
    expect(answer.text).not.toMatch(/ldap|10\.0|tenant|scopes/);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(errors).toHaveLength(1);
  }
});

test('onError is told of each broken answer of `authenticate`, also of several in a row', async () => {
  const answers: unknown[] = [true, {}, { tenant: 'acme', scopes: ['admin'] }];
  const { call, errors } = await served({ api: { authenticate: Object(() => answers[errors.length]) } });
  for (const _ of answers) expect((await call('GET', '/webhooks')).status).toBe(503);
  expect(errors).toMatchObject([
    { message: '`authenticate()` must be `{ tenant, scopes }` or null, got true (boolean)' },
    { message: expect.stringMatching(/^`authenticate\(\)\.scopes` must be a list of /) },
    { message: expect.stringMatching(/^`authenticate\(\)\.scopes\[0\]` must be one of /) },
  ]);
});

test('`authenticate` may answer later, and sees the request', async () => {
  const { call } = await served({
    api: {
      authenticate: async ({ headers, method }) =>
        headers.get('x-user') === 'ann' && method === 'GET'
          ? { tenant: 'acme', scopes: ['endpoints:read'] }
          : null,
    },
  });
  expect((await call('GET', '/webhooks', { as: null, headers: { 'x-user': 'ann' } })).status).toBe(200);
  expect((await call('GET', '/webhooks', { as: null, headers: { 'x-user': 'bob' } })).status).toBe(401);
});

test('no answer has a CORS header, and none is stored or sniffed', async () => {
  const { call } = await served();
  const origin = { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' };
  for (const [method, path, as] of [
    ['OPTIONS', '/webhooks', null],
    ['OPTIONS', '/webhooks', 'acme'],
    ['GET', '/webhooks', 'acme'],
    ['GET', '/health', null],
    ['GET', '/nothing', 'acme'],
  ] as const) {
    const { headers } = await call(method, path, { as, headers: origin });
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
});

test('those who are known learn that there is nothing, or which methods there are', async () => {
  const { call } = await served();
  expect(await call('GET', '/nothing')).toMatchObject({ status: 404, json: { code: 'unknown_route' } });
  expect(await call('GET', '/webhooks/')).toMatchObject({ status: 404, json: { code: 'unknown_route' } });
  for (const [path, allow] of [
    ['/webhooks', 'POST, GET, HEAD'],
    ['/webhooks/wh_1', 'GET, HEAD, PUT, PATCH, DELETE'],
    ['/webhooks/wh_1/test', 'POST'],
    ['/health', 'GET, HEAD'],
  ] as const) {
    const answer = await call('OPTIONS', path);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    expect(answer.json).toMatchObject({ code: 'method_not_allowed' });
  }
});

test('HEAD is answered as GET is, without its content', async () => {
  const { call } = await served();
  for (const path of ['/webhooks', '/health', '/openapi.json', '/webhooks/wh_1']) {
    const [head, get] = [await call('HEAD', path), await call('GET', path)];
    expect([path, head.status, head.text]).toEqual([path, get.status, '']);
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
  }
});
