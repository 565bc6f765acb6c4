import { aiPlatform } from '@countersign/core/providers/ai-platform';
import { describe, expect, test } from 'vitest';
import { gate } from './gate.js';
import { defined, type Stage, stage, verified } from './harness.js';
import type { Received } from './sink.js';

const MINUTE = 60_000;

/** Sends one more event, and gives the request that it comes to. */
async function next(on: Stage, path: string): Promise<Received> {
  const before = on.sink.at(path).length;
  await on.send();
  await on.until(() => on.sink.at(path).length === before + 1);
  return defined(on.sink.at(path)[before]);
}

const signatures = ({ headers }: Received): number => headers['webhook-signature']?.split(' ').length ?? 0;
const accepted = (request: Received, secret: string, provider = aiPlatform): Promise<boolean> =>
  verified(request, secret, { provider }).then(
    () => true,
    () => false,
  );

describe('a list of signatures has one of each secret while they overlap', () => {
  test('receivers with the old secret and with the new one accept it, until the overlap ends', async () => {
    const on = await stage();
    const { id, secret } = await on.endpoint('/a');
    const rotated = await on.sender.endpoints.rotateSecret(id, { overlapSeconds: 600 });
    expect(rotated.secrets).toEqual([
      { id: 's2', expiresInMs: undefined },
      { id: 's1', expiresInMs: 600_000 },
    ]);
    for (const afterMs of [0, 10 * MINUTE - 1]) {
      await on.clock.advance(afterMs);
      const request = await next(on, '/a');
      expect(signatures(request)).toBe(2);
      await verified(request, secret);
      await verified(request, rotated.secret);
    }
    await on.clock.advance(1);
    const request = await next(on, '/a');
    expect(signatures(request)).toBe(1);
    await verified(request, rotated.secret);
    await expect(verified(request, secret)).rejects.toMatchObject({ code: 'signature_mismatch' });
  });

  test('a second rotation keeps the first overlap as it was', async () => {
    const on = await stage();
    const first = await on.endpoint('/a');
    const second = await on.sender.endpoints.rotateSecret(first.id, { overlapSeconds: 100 });
    await on.clock.advance(40_000);
    const third = await on.sender.endpoints.rotateSecret(first.id, { overlapSeconds: 100 });
    expect(third.secrets.map(({ expiresInMs }) => expiresInMs)).toEqual([undefined, 100_000, 60_000]);
    const request = await next(on, '/a');
    for (const { secret } of [first, second, third]) await verified(request, secret);
    await on.clock.advance(60_000);
    expect(signatures(await next(on, '/a'))).toBe(2);
    await on.clock.advance(40_000);
    expect(signatures(await next(on, '/a'))).toBe(1);
  });

  test('the overlap ends while a lane is held for longer', async () => {
    const on = await stage({ requestTimeoutMs: 600_000 });
    const { answering, give } = gate();
    on.sink.answer('/a', answering);
    const { id } = await on.endpoint('/a', { concurrency: 1 });
    await on.sender.endpoints.rotateSecret(id, { overlapSeconds: 60 });
    await on.send();
    await on.send();
    await on.until(() => on.sink.open('/a') === 1);
    await on.quiet();
    await on.clock.advance(60_000);
    give(200);
    give(200);
    await on.untilStatuses(id, 'delivered', 'delivered');
    expect(on.sink.at('/a').map(signatures)).toEqual([2, 1]);
  });
});

describe('a single signature is of the old secret until the overlap ends, then of the new one', () => {
  test('because receivers are given the new one first', async () => {
    const on = await stage({ provider: aiPlatform });
    const { id, secret } = await on.endpoint('/a');
    const rotated = await on.sender.endpoints.rotateSecret(id, { overlapSeconds: 600 });
    for (const [afterMs, isOld] of [
      [0, true],
      [10 * MINUTE - 1, true],
      [1, false],
    ] as const) {
      await on.clock.advance(afterMs);
      const request = await next(on, '/a');
      expect(await accepted(request, secret)).toBe(isOld);
      expect(await accepted(request, rotated.secret)).toBe(!isOld);
    }
  });

  test('also where a lane is held across the end of the overlap', async () => {
    const on = await stage({ provider: aiPlatform, requestTimeoutMs: 600_000 });
    const { answering, give } = gate();
    on.sink.answer('/a', answering);
    const { id, secret } = await on.endpoint('/a', { concurrency: 1 });
    const rotated = await on.sender.endpoints.rotateSecret(id, { overlapSeconds: 60 });
    await on.send();
    await on.send();
    await on.until(() => on.sink.open('/a') === 1);
    await on.quiet();
    await on.clock.advance(60_000);
    give(200);
    give(200);
    await on.untilStatuses(id, 'delivered', 'delivered');
    const [before, after] = on.sink.at('/a').map(defined);
    expect(await accepted(defined(before), secret)).toBe(true);
    expect(await accepted(defined(after), rotated.secret)).toBe(true);
  });
});

describe('an overlap of 0 switches at once: the old secret signs nothing more', () => {
  for (const provider of [undefined, aiPlatform]) {
    test(`for a lane that is busy (${provider?.name ?? 'standardWebhooks'})`, async () => {
      const on = await stage({ provider, isStarted: false });
      const { answering, give } = gate();
      on.sink.answer('/a', answering);
      const { id, secret } = await on.endpoint('/a', { concurrency: 1 });
      await on.send();
      await on.send();
      await on.sender.start();
      await on.until(() => on.sink.open('/a') === 1);
      const rotated = await on.sender.endpoints.rotateSecret(id, { overlapSeconds: 0 });
      expect(rotated.secrets).toHaveLength(1);
      give(200);
      give(200);
      await on.untilStatuses(id, 'delivered', 'delivered');
      const [before, after] = on.sink.at('/a').map(defined);
      await verified(defined(before), secret, { provider });
      await verified(defined(after), rotated.secret, { provider });
      await expect(verified(defined(after), secret, { provider })).rejects.toMatchObject({
        code: 'signature_mismatch',
      });
    });
  }

  test('and ends every older overlap too', async () => {
    const on = await stage();
    const { id } = await on.endpoint('/a');
    await on.sender.endpoints.rotateSecret(id, { overlapSeconds: 600 });
    const { secrets } = await on.sender.endpoints.rotateSecret(id, { overlapSeconds: 0 });
    expect(secrets).toEqual([{ id: 's3', expiresInMs: undefined }]);
    expect(signatures(await next(on, '/a'))).toBe(1);
  });
});

test('a secret that cannot sign is refused, and the one before it stays', async () => {
  const on = await stage();
  const { id, secret } = await on.endpoint('/a');
  for (const bad of ['', 'whsec_short', 'not base64!', `whpk_${'A'.repeat(44)}`]) {
    await expect(on.sender.endpoints.rotateSecret(id, { secret: bad })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'secret',
    });
  }
  expect((await on.sender.endpoints.get(id)).revision).toBe(1);
  await verified(await next(on, '/a'), secret);
});
