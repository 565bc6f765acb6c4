import { generateSecret } from '@countersign/core';
import { expect, onTestFinished, test } from 'vitest';
import { deliver, deliverWhileItEnds } from './deliver.js';
import { startExample } from './example-process.js';

const path = 'examples/key-rotation/server.ts';
const [current, old] = [generateSecret(), generateSecret()];
const type = 'invoice.paid';

async function started(env: Readonly<Record<string, string>> = {}) {
  const secrets = { WEBHOOK_SECRET: current, WEBHOOK_SECRET_OLD: old };
  const example = await startExample(path, { ...secrets, ...env });
  onTestFinished(async () => void (await example.stop()));
  const keys = async (): Promise<unknown> => (await fetch(`${example.origin}/keys`)).json();
  return { ...example, url: `${example.origin}/webhooks`, keys };
}

const days = (count: number): string => new Date(Date.now() + count * 86_400_000).toISOString();

test('examples/key-rotation: both keys are accepted, and counted by their names', async () => {
  const { url, keys, printed, output } = await started();
  expect(await keys()).toEqual({ new: { deliveries: 0, lastAt: '' }, old: { deliveries: 0, lastAt: '' } });
  expect((await deliver(url, { id: 'msg_1', type, secret: old }))[0]).toBe(200);
  expect((await deliver(url, { id: 'msg_2', type, secret: current }))[0]).toBe(200);
  expect((await deliver(url, { id: 'msg_3', type, secret: current }))[0]).toBe(200);
  expect(await keys()).toEqual({
    new: { deliveries: 2, lastAt: expect.stringMatching(/^\d{4}-/) },
    old: { deliveries: 1, lastAt: expect.stringMatching(/^\d{4}-/) },
  });
  await printed(/invoice\.paid \(msg_3\)\n/);
  expect(output().stderr).toBe('msg_1: still signed with the old key\n');
});

test('examples/key-rotation: a sender that signs with both is one delivery of the first key', async () => {
  const { url, keys } = await started();
  expect((await deliver(url, { id: 'msg_1', type, secret: [old, current] }))[0]).toBe(200);
  expect(await keys()).toMatchObject({ new: { deliveries: 1 }, old: { deliveries: 0 } });
});

test('examples/key-rotation: a window ends by itself, and the log says why', async () => {
  const { url, output, keys } = await started({ WEBHOOK_SECRET_OLD_UNTIL: days(-1) });
  expect(await deliver(url, { id: 'msg_1', type, secret: old })).toEqual([
    401,
    { received: false, error: 'unauthorized' },
  ]);
  expect((await deliver(url, { id: 'msg_2', type, secret: current }))[0]).toBe(200);
  expect(await keys()).toMatchObject({ new: { deliveries: 1 }, old: { deliveries: 0 } });
  expect(output().stderr).toBe('signature_mismatch it was signed with the secret `old` outside its window\n');
});

test('examples/key-rotation: a window that has not begun is not open', async () => {
  const { url } = await started({ WEBHOOK_SECRET_FROM: days(1), WEBHOOK_SECRET_OLD_UNTIL: days(1) });
  expect((await deliver(url, { id: 'msg_1', type, secret: current }))[0]).toBe(401);
  expect((await deliver(url, { id: 'msg_1', type, secret: old }))[0]).toBe(200);
});

test('examples/key-rotation: without a secret it does not start', async () => {
  const { WEBHOOK_SECRET: _, WEBHOOK_SECRET_OLD: __, ...env } = process.env;
  expect(env).not.toHaveProperty('WEBHOOK_SECRET');
  await expect(startExample(path)).rejects.toThrow(/`secrets` must hold 1 to 16 secrets, got 0/);
});

test('examples/key-rotation: SIGTERM lets a delivery under way finish, and ends it', async () => {
  const example = await startExample(path, { WEBHOOK_SECRET: current });
  const ended = await deliverWhileItEnds(example, '/webhooks', { id: 'msg_1', type, secret: current });
  expect(ended).toMatchObject({ status: 200, exitCode: 0, stderr: '' });
});
