import { generateSecret } from '@countersign/core';
import { type SignedRequest, type SignedRequestOptions, signedRequest } from '@countersign/testing';
import { afterAll, expect, test, vi } from 'vitest';
import { startNext } from '../adapters/nextjs.js';

const secret = generateSecret();
// The Edge runtime copies the environment when it loads a route.
vi.stubEnv('WEBHOOK_SECRET', secret);

const next = await startNext();
const { origin, close } = await next.serveAsItIs();
afterAll(async () => {
  await close();
  await next.close();
});

let deliveries = 0;

/** A genuine delivery with an id of its own. */
function signed({ event, ...options }: Partial<SignedRequestOptions> = {}): Promise<SignedRequest> {
  deliveries += 1;
  return signedRequest({ secret, event: { id: `evt_${deliveries}`, ...event }, ...options });
}

async function deliver({ method, headers, body }: SignedRequest, path = '/edge') {
  const response = await fetch(`${origin}${path}`, { method, headers, body });
  return [response.status, await response.json()];
}

const unauthorized = [401, { received: false, error: 'unauthorized' }];
const badRequest = [400, { received: false, error: 'bad request' }];

test('a genuine delivery is processed, a repeated one is not', async () => {
  const genuine = await signed();
  expect(await deliver(genuine)).toEqual([200, { received: true, status: 'processed' }]);
  expect(await deliver(genuine)).toEqual([200, { received: true, status: 'duplicate' }]);
});

test('forged and malformed ones are refused', async () => {
  const genuine = await signed();
  expect(await deliver({ ...genuine, body: Buffer.from('{}') })).toEqual(unauthorized);
  expect(await deliver(await signed({ secret: generateSecret() }))).toEqual(unauthorized);
  const { 'webhook-id': _, ...headers } = genuine.headers;
  expect(await deliver({ ...genuine, headers })).toEqual(badRequest);
  expect(await deliver(await signed({ body: '{' }))).toEqual(badRequest);
  expect(await deliver(await signed({ body: new Uint8Array(1024 * 1024 + 1) }))).toEqual([
    413,
    { received: false, error: 'content too large' },
  ]);
});

test('a body in chunks is taken as it is, up to the limit', async () => {
  const { headers, body } = await signed({ event: { data: 'x'.repeat(100_000) } });
  const post = async (chunks: readonly Uint8Array[]): Promise<number> => {
    const stream = ReadableStream.from(chunks);
    const init = { method: 'POST', headers, body: stream, duplex: 'half' } as const;
    return (await fetch(`${origin}/edge`, init)).status;
  };
  expect(await post([body, ...Array.from({ length: 16 }, () => new Uint8Array(0x10000))])).toBe(413);
  expect(await post([body.subarray(0, 7), body.subarray(7)])).toBe(200);
});

test('a handler that fails once is answered 500, its retry runs, and a copy does not', async () => {
  const failing = await signed({ event: { type: 'fails' } });
  expect(await deliver(failing)).toEqual([500, { received: false, error: 'internal error' }]);
  expect(await deliver(failing)).toEqual([200, { received: true, status: 'processed' }]);
  expect(await deliver(failing)).toEqual([200, { received: true, status: 'duplicate' }]);
});

test('without its secret a route refuses, although the runtime cannot warn', async () => {
  expect(await deliver(await signed(), '/edge/keyless')).toEqual(unauthorized);
});

test('a guarded route answers for itself, once', async () => {
  const genuine = await signed({ event: { id: 'evt_guarded' } });
  const answer = [202, { id: 'evt_guarded', size: genuine.body.length, isRead: true }];
  expect(await deliver(genuine, '/edge/guarded')).toEqual(answer);
  expect(await deliver(genuine, '/edge/guarded')).toEqual([200, { received: true, status: 'duplicate' }]);
});

test('Next.js answers methods that are not exported', async () => {
  const response = await fetch(`${origin}/edge`);
  expect([response.status, await response.text()]).toEqual([405, '']);
});
