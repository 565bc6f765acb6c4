import { fakeClock } from '@countersign/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { delivery, never, stage } from './harness.js';

const ms = Date.parse('2026-01-01T00:00:00Z');
const down = (): never => {
  throw new Error('down');
};

describe('No request, however malformed, throws past the handler, hangs, or takes unbounded memory.', () => {
  const { clock, receiver, outcomes } = stage({});
  receiver.onUnhandled(() => {});

  async function answerTo(request: unknown): Promise<number> {
    const handling: unknown = Reflect.apply(receiver.handle, receiver, [request]);
    for (let waits = 0; waits < 3; waits += 1) await clock.advance(60_000);
    const answer = await handling;
    expect(answer).toMatchObject({ status: expect.any(Number), body: expect.any(String) });
    return typeof answer === 'object' && answer !== null && 'status' in answer ? Number(answer.status) : 0;
  }

  test('random requests', async () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('v1,', 'msg_1', String(ms / 1000)));
    const names = fc.constantFrom(
      'webhook-id',
      'Webhook-Id',
      'webhook-timestamp',
      'webhook-signature',
      'content-length',
      'content-encoding',
      '__proto__',
    );
    const headers = fc.dictionary(
      fc.oneof(names, fc.string()),
      fc.oneof(value, fc.array(value, { maxLength: 3 })),
    );
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.constantFrom(never, down, () => Promise.reject(null)),
    );
    const method = fc.oneof(fc.constant('POST'), fc.string());
    const request = fc.record({ method, url: fc.string(), headers, body });
    await fc.assert(
      fc.asyncProperty(request, async (made) => {
        expect(await answerTo(made)).toBeGreaterThanOrEqual(400);
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['an empty object', {}],
    ['no headers', { method: 'POST', url: '/', body: new Uint8Array() }],
    [
      'numbers for headers',
      {
        method: 'POST',
        url: '/',
        headers: { 'webhook-id': 1, 'webhook-timestamp': 2, 'webhook-signature': {} },
        body: new Uint8Array(),
      },
    ],
    ['a parsed body', { method: 'POST', url: '/', headers: {}, body: { type: 'a' } }],
    ['a text for a body', { method: 'POST', url: '/', headers: {}, body: '{"type":"a"}' }],
    ['a method that is no text', { method: Symbol('POST'), url: '/', headers: {}, body: new Uint8Array() }],
  ])('%s', async (_name, request) => {
    expect(await answerTo(request)).toBeGreaterThanOrEqual(400);
  });

  test('a reader that gives something else than bytes', async () => {
    const request = await delivery(fakeClock({ startAt: new Date(clock.now()) }));
    for (const given of [undefined, null, 'text', 7, {}, { length: 1 }]) {
      expect(await answerTo({ ...request, body: async () => given })).toBeGreaterThanOrEqual(400);
    }
  });

  test('a body without end is answered once it is over the limit, and read away for 64 MiB', async () => {
    let pulled = 0;
    let isCancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
      cancel() {
        isCancelled = true;
      },
    });
    const signed = await delivery(fakeClock({ startAt: new Date(clock.now()) }));
    const headers = Object.fromEntries(
      Object.entries(signed.headers).map(([name, value]) => [name, String(value)]),
    );
    const request = new Request('http://hooks.test/', {
      method: 'POST',
      headers,
      body: endless,
      duplex: 'half',
    });
    expect((await receiver.fetch(request)).status).toBe(413);
    await expect.poll(() => isCancelled).toBe(true);
    expect(pulled).toBeLessThan(65 * 1_048_576 + 4 * 65_536);
    expect(outcomes.length).toBeGreaterThan(0);
  });
});
