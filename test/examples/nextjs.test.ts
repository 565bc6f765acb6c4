import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { generateSecret } from '@countersign/core';
import { expect, onTestFinished, test } from 'vitest';
import { builtApp, nextCommand } from '../../tools/next/built-app.js';
import { deliver, deliverWhileItEnds } from './deliver.js';
import { type RunningExample, startExample } from './example-process.js';

const source = 'examples/nextjs';
// With the check of its types, and without the secrets.
const directory = await builtApp(source, { below: 'test/nextjs', types: true });

const secret = generateSecret();
const ofAcme = generateSecret();

function start(): Promise<RunningExample> {
  const env = { WEBHOOK_SECRET: secret, WEBHOOK_SECRET_ACME: ofAcme, NEXT_TELEMETRY_DISABLED: '1' };
  const args = [nextCommand(directory), 'start', '--hostname', '127.0.0.1'];
  return startExample(source, env, { args, cwd: directory });
}

const paid = { id: 'msg_1', type: 'invoice.paid', data: { amount: 1200 }, secret };
const processed = [200, { received: true, status: 'processed' }];
const duplicate = [200, { received: true, status: 'duplicate' }];
const unauthorized = [401, { received: false, error: 'unauthorized' }];

test('examples/nextjs: a build leaves the files of the example as they are', () => {
  const config = (path: string): string => readFileSync(join(path, 'tsconfig.json'), 'utf8');
  expect(config(directory)).toBe(config(resolve(import.meta.dirname, '../..', source)));
});

test('examples/nextjs: both routers take each event once, and forgeries never', async () => {
  const { origin, printed, output, stop } = await start();
  onTestFinished(async () => void (await stop()));
  const forged = { ...paid, id: 'msg_2', secret: generateSecret() };
  for (const url of [`${origin}/webhooks`, `${origin}/api/webhooks`]) {
    expect(await deliver(url, paid)).toEqual(processed);
    expect(await deliver(url, paid)).toEqual(duplicate);
    expect(await deliver(url, forged)).toEqual(unauthorized);
  }
  const url = `${origin}/tenants/acme/webhooks`;
  const paidByAcme = { ...paid, secret: ofAcme };
  expect(await deliver(url, paidByAcme)).toEqual([202, { queued: 'msg_1' }]);
  expect(await deliver(url, paidByAcme)).toEqual(duplicate);
  expect(await deliver(url, paid)).toEqual(unauthorized);
  expect(await deliver(`${origin}/tenants/globex/webhooks`, paidByAcme)).toEqual(unauthorized);

  await printed(/^acme: paid 1200 \(msg_1\)$/m);
  const lines = output()
    .stdout.split('\n')
    .filter((line) => line.includes('(msg_'));
  expect(lines).toEqual(['paid: 1200 (msg_1)', 'pages: invoice.paid (msg_1)', 'acme: paid 1200 (msg_1)']);
});

test('examples/nextjs: SIGTERM lets a delivery under way finish, and ends it', async () => {
  const ended = await deliverWhileItEnds(await start(), '/webhooks', paid);
  expect(ended).toMatchObject({ status: 200, stderr: '' });
  expect(ended.stdout).toContain('paid: 1200');
});
