import { request as httpRequest } from 'node:http';
import { generateKeyPair, generateSecret } from '@countersign/core';
import { github } from '@countersign/core/providers/github';
import { alteredRequest, type SignedRequestOptions, signedRequest } from '@countersign/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bundle, bundle } from './bundle.js';
import type { Report } from './report.js';
import { temporaryFolder } from './test-runtime.js';
import { cryptoVectors } from './vectors/crypto.js';
import { standardWebhooksVectors } from './vectors/standard-webhooks.js';
import { type Served, serveWorker } from './workerd/serve.js';
import { send, type WireRequest } from './workerd/wire.js';
import type { Told } from './workerd/worker.js';

const secret = generateSecret();
const folder = temporaryFolder();
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let worker: Bundle;
let served: Served;

beforeAll(async () => {
  keys = await generateKeyPair();
  worker = await bundle('./workerd/worker.ts', 'workerd', folder());
  served = await serveWorker(worker.path, folder(), { WEBHOOK_SECRET: secret, PUBLIC_KEY: keys.publicKey });
}, 60_000);
afterAll(() => served?.stop());

let deliveries = 0;
const signed = (options: Partial<SignedRequestOptions> = {}) => {
  deliveries += 1;
  return signedRequest({ secret, ...options, event: { id: `evt_${deliveries}`, ...options.event } });
};
const deliver = (path: string, request: WireRequest) => send(`${served.origin}${path}`, request);
const get = async <T>(path: string): Promise<T> => {
  const answer: T = JSON.parse(
    (await deliver(path, { method: 'GET', headers: {}, body: new Uint8Array() })).body,
  );
  return answer;
};
const told = (path: string) => get<Told>(`/told${path}`);
const lastTold = async (path: string) => (await told(path)).outcomes.at(-1);

const processed = { status: 200, body: '{"received":true,"status":"processed"}' };
const duplicate = { status: 200, body: '{"received":true,"status":"duplicate"}' };
const unauthorized = { status: 401, body: '{"received":false,"error":"unauthorized"}' };

test('the worker has WebCrypto alone for #crypto, and imports nothing of Node', () => {
  expect(worker.crypto).toEqual(['web']);
});

test('twenty deliveries at once are the first that the receiver sees: each one is processed', async () => {
  const requests = await Promise.all(Array.from({ length: 20 }, () => signed()));
  const answers = await Promise.all(requests.map((request) => deliver('/cold', request)));
  expect(answers).toEqual(requests.map(() => processed));
  expect(new Set((await told('/cold')).runs).size).toBe(20);
});

const schemes = {
  '/hmac': async () => signed(),
  '/ed25519': async () => signed({ secret: keys.secret }),
  '/github': async () => signed({ provider: github, event: { data: { nonce: crypto.randomUUID() } } }),
};

describe.each(Object.entries(schemes))('%s', (path, genuine) => {
  test('takes a genuine delivery once', async () => {
    const request = await genuine();
    expect(await deliver(path, request)).toEqual(processed);
    const { runs } = await told(path);
    for (const copy of [request, request]) expect(await deliver(path, copy)).toEqual(duplicate);
    expect((await told(path)).runs).toEqual(runs);
  });

  test('refuses forged ones, and says to nobody but the log why', async () => {
    const { runs } = await told(path);
    const request = await genuine();
    const flipped = Uint8Array.from(request.body, (byte, index) => (index === 9 ? byte ^ 1 : byte));
    expect(await deliver(path, alteredRequest(request, { body: flipped }))).toEqual(unauthorized);
    await expect.poll(() => lastTold(path)).toMatchObject({ code: 'signature_mismatch', status: 401 });
    const [name = '', other = ''] =
      Object.entries((await genuine()).headers).find(([header]) => header.includes('signature')) ?? [];
    expect(await deliver(path, alteredRequest(request, { headers: { [name]: other } }))).toEqual(
      unauthorized,
    );
    expect(await deliver(path, alteredRequest(request, { headers: { [name]: undefined } }))).toMatchObject({
      status: 400,
    });
    expect((await told(path)).runs).toEqual(runs);
    expect(await deliver(path, request)).toEqual(processed);
  });

  test('takes deliveries in any order', async () => {
    const requests = [await genuine(), await genuine(), await genuine()];
    for (const request of requests.toReversed()) expect(await deliver(path, request)).toEqual(processed);
    for (const request of requests) expect(await deliver(path, request)).toEqual(duplicate);
  });

  test('takes one of ten copies at once', async () => {
    const request = await genuine();
    const before = (await told(path)).runs.length;
    const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(path, request)));
    expect(answers.filter(({ body }) => body === processed.body)).toHaveLength(1);
    for (const { status, body } of answers) expect(status === 503 || status === 200, body).toBe(true);
    expect((await told(path)).runs).toHaveLength(before + 1);
  });
});

describe('/hmac', () => {
  const withTwo = (name: string, value: (own: string) => string) => async (): Promise<WireRequest> => {
    const { headers, ...request } = await signed();
    const own = headers[name] ?? '';
    return { ...request, headers: { ...headers, [name]: [own, value(own)] } };
  };
  const at = (seconds: number) => () => signed({ timestamp: new Date(Date.now() + 1000 * seconds) });
  const changed = (changes: Parameters<typeof alteredRequest>[1]) => async () =>
    alteredRequest(await signed(), changes);

  test.each<[what: string, request: () => Promise<WireRequest>, status: number, code: string]>([
    ['no id', changed({ headers: { 'webhook-id': undefined } }), 400, 'missing_header'],
    ['an id with a dot', changed({ headers: { 'webhook-id': 'a.b' } }), 400, 'malformed_header'],
    [
      'a time that is no number',
      changed({ headers: { 'webhook-timestamp': '1e9' } }),
      400,
      'malformed_header',
    ],
    [
      'a signature in no known form',
      changed({ headers: { 'webhook-signature': 'v1' } }),
      400,
      'malformed_header',
    ],
    ['two ids', withTwo('webhook-id', () => 'msg_other'), 400, 'malformed_header'],
    ['the same id twice', withTwo('webhook-id', (own) => own), 400, 'malformed_header'],
    ['two times', withTwo('webhook-timestamp', () => '1'), 400, 'malformed_header'],
    ['two signatures in two lines', withTwo('webhook-signature', () => 'v1,AAAA'), 400, 'malformed_header'],
    ['a delivery of long ago', at(-400), 401, 'timestamp_too_old'],
    ['a delivery of the future', at(400), 401, 'timestamp_too_new'],
    ['a body that is no UTF-8', () => signed({ body: Uint8Array.of(0x22, 0xff, 0x22) }), 400, 'invalid_utf8'],
    [
      'a body with a byte order mark',
      () => signed({ body: '\ufeff{"type":"a","data":{}}' }),
      400,
      'invalid_json',
    ],
    ['an empty body', () => signed({ body: '' }), 400, 'invalid_json'],
    ['a body that is no event', () => signed({ body: '[]' }), 400, 'malformed_envelope'],
    [
      'a compressed body',
      changed({ headers: { 'content-encoding': 'gzip' } }),
      415,
      'unsupported_content_encoding',
    ],
    ['another method', changed({ method: 'PUT' }), 405, 'method_not_allowed'],
  ])('refuses %s', async (_what, request, status, code) => {
    const { runs } = await told('/hmac');
    expect((await deliver('/hmac', await request())).status).toBe(status);
    await expect.poll(() => lastTold('/hmac')).toMatchObject({ code, status });
    expect((await told('/hmac')).runs).toEqual(runs);
  });

  test('refuses what another has signed, and tells the log what it may be', async () => {
    expect(await deliver('/hmac', await signed({ secret: generateSecret() }))).toEqual(unauthorized);
    await expect.poll(() => lastTold('/hmac')).toMatchObject({ code: 'signature_mismatch' });
  });

  test('takes a chunked body by its bytes', async () => {
    const request = await signed({ event: { data: '\u00e9\u2028\u{1f600}'.repeat(10_000) } });
    expect(await deliver('/hmac', { ...request, chunked: true })).toEqual(processed);
  });
});

describe('/limited', () => {
  const large = () => signed({ event: { data: 'x'.repeat(1_000) } });

  test.each([false, true])('refuses a body over the limit; chunked: %s', async (chunked) => {
    expect((await deliver('/limited', { ...(await large()), chunked })).status).toBe(413);
    expect(await lastTold('/limited')).toMatchObject({ code: 'body_too_large' });
    expect(await deliver('/limited', await signed())).toEqual(processed);
  });
});

test('a body that stops is refused', async () => {
  const { method, headers, body } = await signed();
  const status = await new Promise((resolve, reject) => {
    const length = { 'content-length': String(body.length) };
    const outgoing = httpRequest(`${served.origin}/impatient`, {
      agent: false,
      method,
      headers: { ...headers, ...length },
    });
    outgoing.on('response', ({ statusCode }) => resolve(statusCode)).on('error', reject);
    outgoing.write(body.subarray(0, 10));
  });
  expect(status).toBe(408);
  expect(await lastTold('/impatient')).toMatchObject({ code: 'body_timeout' });
});

test('a body that was read as text in front is refused by name', async () => {
  expect((await deliver('/parsed', await signed())).status).toBe(500);
  expect(await lastTold('/parsed')).toMatchObject({ code: 'body_already_parsed' });
});

test('a handler that fails is answered 500, and the repeat runs', async () => {
  const request = await signed({ event: { type: 'failing.event' } });
  expect((await deliver('/failing', request)).status).toBe(500);
  expect(await deliver('/failing', request)).toEqual(processed);
  expect(await deliver('/failing', request)).toEqual(duplicate);
  expect((await told('/failing')).outcomes.map(({ code }) => code)).toEqual([
    'handler_failed',
    'processed',
    'duplicate',
  ]);
});

test('a guarded route that fails gives the delivery back; the repeat runs, parses the body, and is committed', async () => {
  const request = await signed({ event: { type: 'failing.event' } });
  expect(await deliver('/guard', request)).toEqual({ status: 500, body: 'failed' });
  const { status, body } = await deliver('/guard', request);
  expect([status, JSON.parse(body)]).toEqual([
    201,
    { parsed: JSON.parse(new TextDecoder().decode(request.body)) },
  ]);
  expect(await deliver('/guard', request)).toEqual(duplicate);
  expect(await deliver('/guard', alteredRequest(await signed(), { body: '{}' }))).toEqual(unauthorized);
  const codes = (await told('/guard')).outcomes.map(({ code }) => code);
  expect(codes.slice(0, 3)).toEqual(['handler_failed', 'processed', 'duplicate']);
});

test('work that outlives its answer is kept alive: a late handler is committed', async () => {
  const request = await signed({ event: { type: 'slow.event' } });
  expect((await deliver('/late', request)).status).toBe(503);
  await expect
    .poll(async () => (await told('/late')).outcomes.map(({ code }) => code), { timeout: 10_000 })
    .toEqual(['handler_timeout', 'handler_settled_late']);
  expect(await deliver('/late', request)).toEqual(duplicate);
});

describe('vectors', () => {
  let reports: readonly Report[];
  beforeAll(async () => {
    reports = await get<readonly Report[]>('/vectors');
  });

  test.each([...cryptoVectors, ...standardWebhooksVectors])('$name', ({ name }) => {
    const report = reports.find((each) => each.name === name);
    expect(report).toBeDefined();
    expect(report?.failure).toBeUndefined();
  });
});
