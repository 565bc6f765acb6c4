import { PassThrough, Readable } from 'node:stream';
import { alteredRequest, type SignedRequest } from '@countersign/testing';
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { guarded, modes, type Recorded, recorded } from './bench.js';

/** A signed request as `app.inject` takes it: there is no socket, and the request is made up. */
const injected = ({ headers, body }: SignedRequest, changes: InjectOptions = {}): InjectOptions => ({
  method: 'POST',
  url: '/webhooks',
  headers: { ...headers },
  payload: Buffer.from(body),
  ...changes,
});

function created(mount: (app: FastifyInstance) => void): FastifyInstance {
  const app = Fastify();
  onTestFinished(() => app.close());
  mount(app);
  return app;
}

/** Every timer of Node's, those that end connections included, has had its time. */
async function afterAllTimers(run: () => Promise<void>): Promise<void> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    await run();
    await vi.advanceTimersByTimeAsync(60_000);
  } finally {
    vi.useRealTimers();
  }
}

describe.each(Object.entries(modes))('app.inject(), %s', (_mode, mounted) => {
  const receiving = (options: Parameters<typeof recorded>[0] = {}): Recorded & { app: FastifyInstance } => {
    const made = recorded(options);
    return { ...made, app: created((app) => mounted(app, made.receiver)) };
  };

  test('verifies as a server does, and leaves nothing behind', () =>
    afterAllTimers(async () => {
      const { app, signed, outcomes, clock } = receiving({ receiver: { maxBodyBytes: 1_000 } });
      const genuine = await signed();
      const large = new Uint8Array(1_001);
      const endless = new PassThrough();
      endless.write(large);
      const requests: readonly (readonly [number, InjectOptions])[] = [
        [200, injected(genuine)],
        [200, injected(genuine)],
        [200, injected(await signed({ event: { id: 'evt_2' } }), { simulate: { split: true } as never })],
        [401, injected(alteredRequest(genuine, { body: '{}' }))],
        [405, injected(genuine, { method: 'PUT' })],
        [405, { method: 'GET', url: '/webhooks' }],
        [413, injected(alteredRequest(genuine, { body: large }))],
        [413, injected(genuine, { payload: Readable.from([large]) })],
        [413, injected(genuine, { payload: endless })],
      ];
      for (const [index, [status, request]] of requests.entries()) {
        const answer = await app.inject(request);
        await clock.advance(0);
        expect([index, answer.statusCode, answer.json().received]).toEqual([index, status, status === 200]);
      }
      expect(outcomes.map(({ code }) => code)).toEqual([
        'processed',
        'duplicate',
        'processed',
        'signature_mismatch',
        'method_not_allowed',
        'method_not_allowed',
        'body_too_large',
        'body_too_large',
        'body_too_large',
      ]);
    }));

  test('a body that was parsed too early is told by name', async () => {
    const { receiver, signed, outcomes } = recorded();
    const app = created((made) => {
      made.addHook('preParsing', async (request) => void (await request.raw.toArray()));
      mounted(made, receiver);
    });
    expect((await app.inject(injected(await signed()))).statusCode).toBe(500);
    expect(outcomes).toMatchObject([{ code: 'body_already_parsed' }]);
  });
});

describe('app.inject() of a guarded route', () => {
  test.each([
    ['a value', () => 'text', 200, 'commit: true'],
    ['a stream', () => Readable.from(['te', 'xt']), 200, 'commit: true'],
    ['a Response', () => new Response('text', { status: 500 }), 500, 'release'],
    ['a failure', () => Promise.reject(new Error('no')), 500, 'release'],
  ])('that answers by %s settles with its status', async (_how, answer, status, settlement) => {
    const { receiver, signed, settled } = recorded();
    const app = created((made) => guarded(answer)(made, receiver));
    const { statusCode, body } = await app.inject(injected(await signed()));
    expect(statusCode).toBe(status);
    expect(body).toMatch(/^text$|"message":"no"/);
    expect(settled()).toEqual(['claim: claimed', settlement]);
  });
});
