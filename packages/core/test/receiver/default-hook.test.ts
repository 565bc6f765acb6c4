import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  createReceiver,
  memoryReplayStore,
  type ReceiverOptions,
  sign,
  type WebhookRequest,
} from '../../src/index.js';
import { aiPlatform } from '../../src/providers/ai-platform.js';

const secret = 'whsec_Y291bnRlcnNpZ24tdGVzdC1zZWNyZXQtMzItYnl0ZXM=';
const warnings: Error[] = [];
const listen = (warning: Error): void => {
  if (warning.name === 'CountersignWarning') warnings.push(warning);
};

beforeEach(() => {
  warnings.length = 0;
  process.on('warning', listen);
});
afterEach(() => {
  process.off('warning', listen);
});

/** One delivery to a receiver without `onOutcome`, and the warnings after it. */
async function warningsOf(
  handler: () => unknown,
  options: Partial<ReceiverOptions<Record<string, unknown>>> = {},
  alter = (body: Uint8Array): Uint8Array => body,
): Promise<readonly (Error & { readonly code?: string; readonly detail?: string })[]> {
  const receiver = createReceiver({ secrets: secret, ...options }).onUnhandled(handler);
  const { headers, body } = await sign({ id: 'm1', body: '{"type":"job.done"}' }, { secret });
  await receiver.handle({ method: 'POST', url: '/', headers, body: alter(body) });
  await new Promise((resolve) => setImmediate(resolve));
  return warnings;
}

describe('without `onOutcome`', () => {
  test("a handler's error is not lost: a process warning with its stack", async () => {
    const failing = (): never => {
      throw new Error('the database is down');
    };
    expect(await warningsOf(failing)).toMatchObject([
      {
        name: 'CountersignWarning',
        code: 'handler_failed',
        message: expect.stringMatching(/standardWebhooks.*job\.done/),
        detail: expect.stringMatching(/the database is down[\s\S]*default-hook\.test/),
      },
    ]);
  });

  test('what strangers can cause is silent: 401, 400', async () => {
    expect(
      await warningsOf(
        () => {},
        {},
        () => new Uint8Array(3),
      ),
    ).toEqual([]);
    const oneTenant = (request: WebhookRequest) =>
      request.url === '' ? { tenant: 'a', secrets: secret } : undefined;
    expect(await warningsOf(() => {}, { secrets: oneTenant })).toEqual([]);
    const receiver = createReceiver({ secrets: secret }).onUnhandled(() => {});
    await receiver.handle({ method: 'POST', url: '/', headers: {}, body: new Uint8Array() });
    await receiver.handle({ method: 'GET', url: '/', headers: {}, body: new Uint8Array() });
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  });

  test("a variable that is not set is the application's own fault", async () => {
    const [warning, ...more] = await warningsOf(() => {}, { secrets: () => undefined });
    expect(more).toEqual([]);
    expect(warning).toMatchObject({
      code: 'no_key',
      detail: expect.stringContaining('is the variable set?'),
    });
  });

  test('a genuine delivery that does not fit its schema is told, once a minute', async () => {
    const events = { 'job.done': z.object({ amount: z.number() }) };
    const receiver = createReceiver({ secrets: secret, name: 'schema_told', events }).on('*', () => {});
    for (const id of ['m1', 'm2']) {
      const { headers, body } = await sign({ id, body: '{"type":"job.done","data":{}}' }, { secret });
      expect((await receiver.handle({ method: 'POST', url: '/', headers, body })).status).toBe(422);
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toMatchObject([
      { code: 'schema_mismatch', message: expect.stringContaining('data.amount') },
    ]);
  });

  test('a guarded application that answers 4xx is told', async () => {
    const gate = createReceiver({ secrets: secret, name: 'guard_told' });
    const { headers, body } = await sign({ id: 'm1', body: '{"type":"job.done"}' }, { secret });
    const acceptance = await gate.accept({ method: 'POST', url: '/', headers, body });
    if (!acceptance.accepted) throw new Error('the delivery is genuine');
    await acceptance.settle(404);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toMatchObject([{ code: 'handler_failed', message: expect.stringContaining('404') }]);
  });

  test('success is silent', async () => {
    expect(await warningsOf(() => {})).toEqual([]);
  });

  test('a delivery in progress elsewhere is silent, a store that is down is not', async () => {
    const store = memoryReplayStore();
    const busy = { ...store, claim: () => 'in_progress' as const };
    expect(await warningsOf(() => {}, { replay: busy })).toEqual([]);
    const down = { ...store, claim: () => Promise.reject(new Error('ECONNREFUSED')) };
    expect(await warningsOf(() => {}, { replay: down })).toMatchObject([
      { code: 'replay_store_unavailable', detail: expect.stringContaining('ECONNREFUSED') },
    ]);
  });

  test('secrets that cannot be had are told', async () => {
    const secrets = (): never => {
      throw new Error('vault sealed');
    };
    expect(await warningsOf(() => {}, { secrets })).toMatchObject([{ code: 'secrets_unavailable' }]);
  });

  test('notices are told', async () => {
    const replay = memoryReplayStore();
    createReceiver({ provider: aiPlatform, secrets: secret, replay })
      .onUnhandled(() => {})
      .mount('handler');
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toMatchObject([{ code: 'replay_store_is_local' }]);
  });

  test('a handler that throws no Error is told all the same', async () => {
    expect(await warningsOf(() => Promise.reject('a text'))).toMatchObject([{ code: 'handler_failed' }]);
  });
});
