import { afterAll, describe, expect, test, vi } from 'vitest';
import { startNext } from '../adapters/nextjs.js';
import { bench } from './bench.js';

const next = await startNext();
afterAll(() => next.close());
// It loads only after Next.js has started.
const { notFound, redirect } = await import('next/navigation.js');

// Next.js writes what routes throw to the console.
const told = vi.spyOn(console, 'error').mockImplementation(() => {});

const released = ['claim: claimed', 'release'];
const committed = ['claim: claimed', 'commit: true'];

describe('a guarded Route Handler', () => {
  test.each([
    ['redirect()', () => redirect('/elsewhere'), 307],
    ['notFound()', () => notFound(), 404],
  ])('%s does what it does everywhere, and gives the delivery back', async (_name, leave, status) => {
    const { deliver, signed, settled } = await bench(next, { guarded: async () => leave() });
    const answer = await deliver(await signed());
    expect(answer.status).toBe(status);
    expect(answer.headers.get('location')).toBe(status === 307 ? '/elsewhere' : null);
    expect(settled()).toEqual(released);
  });

  test('gets the request as Next.js made it, and its params', async () => {
    const { deliver, signed, settled } = await bench(next, {
      guarded: async ({ cookies, nextUrl }, { params, webhook: { event } }) =>
        Response.json([event.data, cookies.get('session')?.value, nextUrl.pathname, await params]),
    });
    const { headers, ...delivery } = await signed({ event: { data: { a: 1 } } });
    const request = { ...delivery, headers: { ...headers, cookie: 'session=abc' } };
    const answer = await deliver(request, '/tenants/acme%20inc/webhooks');
    const seen = [{ a: 1 }, 'abc', '/tenants/acme%20inc/webhooks', { tenant: 'acme inc' }];
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, seen]);
    expect(settled()).toEqual(committed);
  });

  test('that reads the body once more fails at once, and the delivery is given back', async () => {
    const { deliver, signed, settled } = await bench(next, {
      guarded: async (request) => Response.json(await request.json()),
    });
    expect(await deliver(await signed())).toMatchObject({ status: 500, body: '' });
    expect(settled()).toEqual(released);
  });

  test.each([
    [
      'a Response that has been read',
      async () => {
        const response = new Response('text');
        await response.text();
        return response;
      },
    ],
    [
      'what only middleware may answer',
      async () => new Response(null, { headers: { 'x-middleware-next': '1' } }),
    ],
  ])('that returns %s, which Next.js cannot send, gives the delivery back', async (_what, guarded) => {
    const { deliver, signed, settled } = await bench(next, { guarded });
    expect((await deliver(await signed())).status).toBe(500);
    expect(settled()).toEqual(released);
  });

  test('that returns nothing is told so by Next.js, and the delivery is given back', async () => {
    const { deliver, signed, settled } = await bench(next, {
      guarded: (...route) => Reflect.apply(async () => {}, undefined, route),
    });
    told.mockClear();
    expect(await deliver(await signed())).toMatchObject({ status: 500, body: '' });
    expect(settled()).toEqual(released);
    expect(String(told.mock.calls.flat())).toContain('No response is returned from route handler');
  });
});
