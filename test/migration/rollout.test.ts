import { generateSecret, sign } from '@countersign/core';
import express, { type RequestHandler } from 'express';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { listen } from '../adapters/listen.js';

const secret = generateSecret();
const body = '{"type":"invoice.paid","data":{}}';

describe('in the shadow of the old code', () => {
  async function serveShadow() {
    vi.stubEnv('WEBHOOK_SECRET', secret);
    const said = vi.fn();
    const spies = [
      vi.spyOn(console, 'log').mockImplementation(said),
      vi.spyOn(console, 'warn').mockImplementation(said),
    ];
    const { shadow } = await import('./after/shadow.js');
    const seen: unknown[] = [];
    const oldHandler: RequestHandler = (req, res) => {
      seen.push(req.body);
      res.sendStatus(202);
    };
    const app = express().post('/webhooks', express.raw({ type: 'application/json' }), shadow, oldHandler);
    const { origin, close } = await listen(app);
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      for (const spy of spies) spy.mockRestore();
      await close();
    });
    const post = async (headers: Readonly<Record<string, string>>): Promise<number> => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
      return (await fetch(`${origin}/webhooks`, init)).status;
    };
    return { post, said, seen };
  }

  test('it says what is verified, and the old code gets the same bytes', async () => {
    const { post, said, seen } = await serveShadow();
    const { headers } = await sign({ id: 'msg_1', body }, { secret });
    expect(await post(headers)).toBe(202);
    await vi.waitFor(() => expect(said.mock.calls).toEqual([['verified', 'msg_1', 'k0']]));
    expect(seen).toEqual([Buffer.from(body)]);
  });

  test('it says what would be refused, and refuses nothing', async () => {
    const { post, said, seen } = await serveShadow();
    const { headers } = await sign({ id: 'msg_1', body }, { secret: generateSecret() });
    expect(await post(headers)).toBe(202);
    await vi.waitFor(() => expect(said.mock.calls).toEqual([['would be refused:', 'signature_mismatch']]));
    expect(seen).toHaveLength(1);
  });
});

describe('two secrets at once', () => {
  test('both are accepted and told apart, until the old one is taken away', async () => {
    const old = generateSecret();
    vi.stubEnv('WEBHOOK_SECRET', secret);
    vi.stubEnv('WEBHOOK_SECRET_OLD', old);
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    onTestFinished(() => {
      vi.unstubAllEnvs();
      log.mockRestore();
    });
    const { receiver } = await import('./after/rotation.js');
    receiver.onUnhandled(() => {});
    const deliver = async (id: string, signedWith: string): Promise<void> => {
      const signed = await sign({ id, body }, { secret: signedWith });
      await receiver.handle({ method: 'POST', url: '/', headers: signed.headers, body: signed.body });
    };
    await deliver('msg_1', secret);
    await deliver('msg_2', old);
    vi.stubEnv('WEBHOOK_SECRET_OLD', undefined);
    await deliver('msg_3', secret);
    await deliver('msg_4', old);
    await vi.waitFor(() =>
      expect(log.mock.calls).toEqual([
        ['processed', 200, 'new'],
        ['processed', 200, 'old'],
        ['processed', 200, 'new'],
        ['signature_mismatch', 401, undefined],
      ]),
    );
  });
});
