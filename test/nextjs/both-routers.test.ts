import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startNext } from '../adapters/nextjs.js';
import { bench } from './bench.js';

const next = await startNext();
afterAll(() => next.close());

const processed = { status: 200, body: '{"received":true,"status":"processed"}' };
const secret = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz';

describe.each([
  { router: 'app', path: '/webhooks' },
  { router: 'pages', path: '/api/webhooks' },
] as const)('$router router', ({ router, path }) => {
  test('`secrets` sees the request, with the query as Next.js writes it', async () => {
    const seen: unknown[] = [];
    const { deliver, signed } = await bench(next, {
      router,
      receiver: {
        secrets: ({ method, url, headers, native }) => {
          const { pathname, search } = new URL(url, 'http://localhost');
          const tenant = new Headers(Object(headers)).get('x-tenant');
          seen.push(method, pathname, search, tenant, typeof native);
          return { tenant: 'acme', secrets: secret };
        },
      },
    });
    const { headers, ...delivery } = await signed({ secret });
    const request = { ...delivery, headers: { ...headers, 'x-tenant': 'acme' } };
    expect(await deliver(request, '/webhooks?a=%2F&b=%20')).toMatchObject(processed);
    expect(seen).toEqual(['POST', path, '?a=%2F&b=+', 'acme', 'object']);
  });

  test('a handler that outlives its answer is handed to the platform', async () => {
    const outliving: Promise<unknown>[] = [];
    const waitUntil = (work: Promise<unknown>): void => void outliving.push(work);
    const key = Symbol.for('@next/request-context');
    Reflect.set(globalThis, key, { get: () => ({ waitUntil }) });
    onTestFinished(() => void Reflect.deleteProperty(globalThis, key));
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const handle = vi.fn(() => finished);
    const { deliver, signed, clock, settled } = await bench(next, {
      router,
      handle,
      receiver: { handlerTimeoutMs: 1_000 },
    });
    const answer = deliver(await signed());
    await vi.waitUntil(() => handle.mock.calls.length === 1 && clock.pending > 0, 10_000);
    await clock.advance(1_000);
    expect(await answer).toMatchObject({ status: 503 });
    const kept = Promise.all(outliving).then(() => 'over');
    const turn = new Promise((resolve) => setImmediate(resolve, 'kept alive'));
    expect(await Promise.race([kept, turn])).toBe('kept alive');
    expect(settled()).toEqual(['claim: claimed']);
    finish();
    await kept;
    expect(settled()).toEqual(['claim: claimed', 'commit: true']);
  });

  test('the answer to a body that came too slowly ends the connection', async () => {
    const { origin, signed, clock } = await bench(next, { router, receiver: { bodyTimeoutMs: 1_000 } });
    const { headers } = await signed();
    const client = request(`${origin}/webhooks`, {
      method: 'POST',
      headers: { ...headers, connection: 'keep-alive', 'content-length': 100 },
    });
    onTestFinished(() => void client.destroy());
    const answered = once(client, 'response');
    client.write('{');
    await vi.waitUntil(() => clock.pending > 0, 10_000);
    await clock.advance(1_000);
    const [response] = await answered;
    expect([response.statusCode, response.headers.connection]).toEqual([408, 'close']);
  });

  test('behind a `proxy` that has read it, the body is that of the wire', async () => {
    const { deliver, signed, outcomes, clock } = await bench(next, {});
    const text = '{"type":"test.event",\r\n "data":{"a":"\u00e9\u2028","b":1e3}}\n';
    const genuine = await signed({ body: text });
    expect(await deliver(genuine, `/proxied${path}`)).toMatchObject(processed);
    const large = await signed({ event: { id: 'evt_large', data: 'x'.repeat(500_000) } });
    expect(await deliver(large, `/proxied${path}`)).toMatchObject(processed);
    const changed = { ...genuine, body: Buffer.from(text.replace('\r\n', '\n')) };
    expect(await deliver(changed, `/proxied${path}`)).toMatchObject({ status: 401 });
    // A mismatch is looked into after its answer.
    await vi.waitFor(() => clock.advance(0).then(() => expect(outcomes).toHaveLength(3)));
    expect(outcomes.map(({ code }) => code)).toEqual(['processed', 'processed', 'signature_mismatch']);
  });
});
