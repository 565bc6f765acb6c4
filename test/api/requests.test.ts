import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { ConfigurationError } from '@countersign/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyOf } from './keys.js';
import { served, textAt } from './serve.js';

const url = 'https://example.com/webhooks';
const authorization = `Bearer ${keyOf('acme')}`;

test("what another site's page makes a browser send is refused, whatever it says it is", async () => {
  const { call, document } = await served();
  for (const [template, operations] of Object.entries(document.paths)) {
    const path = template.replace('{id}', 'wh_1').replace('{deliveryId}', 'dlv_1');
    for (const method of Object.keys(operations)) {
      if (method === 'get') continue;
      for (const body of [undefined, '{}']) {
        const headers = { 'sec-fetch-site': 'cross-site' };
        const answer = await call(method.toUpperCase(), path, {
          headers,
          ...(body !== undefined && { body }),
        });
        expect([method, path, answer.status]).toEqual([method, path, 403]);
        expect(answer.json).toMatchObject({ code: 'cross_site_request' });
      }
    }
  }
  expect((await call('GET', '/webhooks', { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(200);
});

test('without a media type a request has no body, and comes from no page, or from one of the same origin', async () => {
  const { call } = await served();
  const path = `/webhooks/${textAt(await call('POST', '/webhooks', { body: { url } }), 'data', 'id')}/disable`;
  const statusWith = async (headers: Record<string, string>): Promise<number> =>
    (await call('POST', path, { headers })).status;
  expect(await statusWith({})).toBe(200);
  expect(await statusWith({ 'sec-fetch-site': 'same-origin', origin: 'https://app.example' })).toBe(200);
  expect(await statusWith({ 'sec-fetch-site': 'none' })).toBe(200);
  expect(await statusWith({ 'sec-fetch-site': 'same-site' })).toBe(415);
  expect(await statusWith({ origin: 'https://elsewhere.example' })).toBe(415);
  expect(await statusWith({ 'sec-fetch-site': 'same-site', 'content-type': 'application/json' })).toBe(200);
});

test('a body that is not declared as JSON is refused: forms, texts, and what is declared as nothing', async () => {
  const { call } = await served();
  const statusOf = async (contentType: string): Promise<number> =>
    (await call('POST', '/webhooks', { body: { url }, headers: { 'content-type': contentType } })).status;
  for (const good of [
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
  ])
    expect([good, await statusOf(good)]).toEqual([good, 201]);
  for (const bad of [
    'text/plain',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/merge-patch+json',
    'application/json; charset=latin1',
    'application/jsonp',
  ]) {
    expect([bad, await statusOf(bad)]).toEqual([bad, 415]);
  }
  const { origin } = await served();
  const undeclared = await raw(origin, 'POST /webhooks', ['content-length: 2'], '{}');
  expect(undeclared).toMatch(/^HTTP\/1\.1 415 /);
});

test('an encoded body is refused, not guessed at', async () => {
  const { call } = await served();
  const headers = { 'content-encoding': 'gzip' };
  expect((await call('POST', '/webhooks', { body: { url }, headers })).status).toBe(415);
});

test('a body that is no JSON, no UTF-8, or no object is refused, and nothing of it is repeated', async () => {
  const { call, origin } = await served();
  for (const body of ['{"secret-word":', 'secret-word', '{"a":1}{"b":2}', '\uFEFF{}']) {
    const answer = await call('POST', '/webhooks', { body });
    expect([body, answer.status]).toEqual([body, 400]);
    expect(answer.text).not.toContain('secret-word');
  }
  const notUtf8 = await fetch(`${origin}/webhooks`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: new Uint8Array([0x22, 0xff, 0x22]),
  });
  expect([notUtf8.status, await notUtf8.json()]).toMatchObject([400, { code: 'invalid_json' }]);
  for (const body of ['[]', 'null', '"text"', '1']) {
    const answer = await call('POST', '/webhooks', { body });
    expect(answer).toMatchObject({ status: 422, json: { errors: [{ pointer: '#' }] } });
  }
});

test('a body over the limit is refused by its declared length, and while it arrives', async () => {
  const { call, origin } = await served({ api: { maxBodyBytes: 1000 } });
  const declared = await call('POST', '/webhooks', { body: { url, description: 'x'.repeat(1000) } });
  expect(declared).toMatchObject({ status: 413, json: { code: 'body_too_large' } });
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1;
      if (pulled > 100_000) controller.close();
      else controller.enqueue(new Uint8Array(1000).fill(0x20));
    },
  });
  const streamed = await fetch(`${origin}/webhooks`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: endless,
    // Node's `fetch` needs it for streams; the type does not know it.
    ...{ duplex: 'half' },
  });
  expect(streamed.status).toBe(413);
  const fits = JSON.stringify({ url, description: '' });
  const padded = fits.replace('""', `"${'x'.repeat(1000 - fits.length)}"`);
  expect((await call('POST', '/webhooks', { body: padded })).status).toBe(201);
});

test('a body that never ends is given up', async () => {
  const { origin } = await served({ api: { bodyTimeoutMs: 50 } });
  const answer = await raw(
    origin,
    'POST /webhooks',
    ['content-type: application/json', 'content-length: 100'],
    '{',
  );
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
});

test('a body of which nothing is needed may be an empty object, declared or not', async () => {
  const { call } = await served();
  const path = `/webhooks/${textAt(await call('POST', '/webhooks', { body: { url } }), 'data', 'id')}`;
  for (const action of ['disable', 'enable', 'rotate-secret', 'recover']) {
    for (const body of [undefined, '', '{}', ' {} ']) {
      const answer = await call('POST', `${path}/${action}`, body === undefined ? {} : { body });
      expect([action, body, answer.status < 300]).toEqual([action, body, true]);
    }
  }
  expect(await call('POST', `${path}/enable`, { body: { now: true } })).toMatchObject({
    status: 422,
    json: { errors: [{ pointer: '#/now', detail: '`now` is not known here: no members are' }] },
  });
});

test('a parameter that is not known, not of its form, or there twice is refused by name', async () => {
  const { call } = await served();
  for (const [query, parameter] of [
    ['staus=failed', 'staus'],
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=', 'limit'],
    ['limit=%2B5', 'limit'],
    ['limit=5&limit=6', 'limit'],
    ['cursor=', 'cursor'],
    ['__proto__=1', '__proto__'],
  ] as const) {
    const answer = await call('GET', `/webhooks?${query}`);
    expect([query, answer]).toMatchObject([query, { status: 422, json: { errors: [{ parameter }] } }]);
  }
  expect(await call('GET', '/webhooks?cursor=no-cursor')).toMatchObject({
    status: 400,
    json: { code: 'invalid_cursor', errors: [{ parameter: 'cursor' }] },
  });
  expect(await call('GET', '/webhooks/wh_1/deliveries?status=done')).toMatchObject({
    status: 422,
    json: { errors: [{ parameter: 'status' }] },
  });
});

test('a number out of bounds is told, as the sender tells it', async () => {
  const { call } = await served();
  for (const [limit, got] of [
    ['0', '0 (number)'],
    ['501', '501 (number)'],
    ['-1', 'a text'],
    ['', 'an empty text'],
  ]) {
    const detail = `\`limit\` must be a whole number from 1 to 500, got ${got}`;
    for (const path of ['/webhooks', '/webhooks/wh_1/deliveries'])
      expect((await call('GET', `${path}?limit=${limit}`)).json).toMatchObject({ errors: [{ detail }] });
  }
});

test('whatever is asked, the answer is none of 5xx, and is as the document has it', async () => {
  const { call, errors } = await served();
  const id = textAt(await call('POST', '/webhooks', { body: { url } }), 'data', 'id');
  const part = fc.oneof(
    fc.constantFrom(
      'webhooks',
      'events',
      id,
      'deliveries',
      'stats',
      'test',
      'recover',
      'dlv_1',
      'metrics',
      '..',
      '',
    ),
    fc.string({ unit: 'binary', maxLength: 8 }).map((text) => encodeURIComponent(text)),
    fc.constantFrom('%', '%zz', '%00', '%2F', '*', ':id', '{id}', '?limit=%', '?__proto__[a]=1'),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'),
      fc.array(part, { maxLength: 5 }),
      fc.option(fc.oneof(fc.string(), fc.json()), { nil: undefined }),
      async (method, parts, body) => {
        const hasBody = body !== undefined && method !== 'GET' && method !== 'HEAD';
        const { status } = await call(method, `/${parts.join('/')}`, hasBody ? { body } : {});
        expect(status).toBeLessThan(500);
      },
    ),
    { numRuns: 200 },
  );
  // Some of it is asked for as where the API would be mounted elsewhere.
  expect(errors.filter((error) => !(error instanceof ConfigurationError))).toEqual([]);
});

/** What a request written by hand is answered. */
async function raw(origin: string, line: string, headers: readonly string[], body: string): Promise<string> {
  const { port } = new URL(origin);
  const socket = connect(Number(port), '127.0.0.1');
  const head = [
    `${line} HTTP/1.1`,
    'host: localhost',
    `authorization: ${authorization}`,
    'connection: close',
  ];
  socket.write(`${[...head, ...headers].join('\r\n')}\r\n\r\n${body}`);
  return text(socket);
}
