import { generateSecret } from '@countersign/core';
import { expect, onTestFinished, test } from 'vitest';
import { deliver, deliverWhileItEnds } from './deliver.js';
import { startExample } from './example-process.js';

const secret = generateSecret();
const INFO = 30;
const WARN = 40;
const ERROR = 50;

async function started() {
  const example = await startExample('examples/observability/server.ts', { WEBHOOK_SECRET: secret });
  onTestFinished(async () => void (await example.stop()));
  const linesOf = (stdout: string): unknown[] =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  /** The line that matches, once it is printed. */
  const line = async (pattern: RegExp): Promise<unknown> => {
    await example.printed(new RegExp(`${pattern.source}.*\n`));
    return linesOf(example.output().stdout).find((entry) => pattern.test(JSON.stringify(entry)));
  };
  return { ...example, line };
}

const statusOf = async (url: string, id: string, type: string, signedWith = secret): Promise<number> => {
  const [status] = await deliver(url, { id, type, data: { card: '4242 4242' }, secret: signedWith });
  return status;
};

test('examples/observability: one line for each outcome, with key id, ids and timings', async () => {
  const { origin, line } = await started();
  expect(await statusOf(`${origin}/webhooks`, 'msg_1', 'invoice.paid')).toBe(200);
  expect(await line(/"code":"processed"/)).toMatchObject({
    level: INFO,
    receiver: 'standardWebhooks',
    status: 200,
    keyId: '2026-01',
    deliveryId: 'msg_1',
    eventType: 'invoice.paid',
    timings: {
      totalMs: expect.any(Number),
      bodyMs: expect.any(Number),
      verifyMs: expect.any(Number),
      claimMs: expect.any(Number),
      handlerMs: expect.any(Number),
    },
  });
  expect(await statusOf(`${origin}/webhooks`, 'msg_1', 'invoice.paid')).toBe(200);
  expect(await line(/"code":"duplicate"/)).toMatchObject({ level: INFO, deliveryId: 'msg_1' });
});

test('examples/observability: a failed handler is an error with its cause, a 401 a warning with its diagnosis', async () => {
  const { origin, line } = await started();
  expect(await statusOf(`${origin}/webhooks`, 'msg_1', 'invoice.broken')).toBe(500);
  expect(await line(/"code":"handler_failed"/)).toMatchObject({
    level: ERROR,
    status: 500,
    err: { stack: expect.stringContaining('the ledger is closed') },
    fix: expect.stringContaining('error.cause'),
  });
  expect(await statusOf(`${origin}/webhooks`, 'msg_2', 'invoice.paid', generateSecret())).toBe(401);
  expect(await line(/"code":"signature_mismatch"/)).toMatchObject({
    level: WARN,
    status: 401,
    diagnosis: expect.stringMatching(/secret is wrong/),
  });
});

test('examples/observability: without a hook a failure becomes a process warning, and a refusal is silent', async () => {
  const { origin, line, output } = await started();
  expect(await statusOf(`${origin}/silent`, 'msg_1', 'invoice.paid', generateSecret())).toBe(401);
  expect(await statusOf(`${origin}/silent`, 'msg_2', 'invoice.broken')).toBe(500);
  expect(await line(/the archive is closed/)).toMatchObject({
    level: WARN,
    err: { name: 'CountersignWarning', code: 'handler_failed' },
  });
  expect(output().stdout).not.toContain('signature_mismatch');
});

test('examples/observability: no secret, signature or body is ever written', async () => {
  const { origin, line, output } = await started();
  const other = generateSecret();
  await statusOf(`${origin}/webhooks`, 'msg_1', 'invoice.paid');
  await statusOf(`${origin}/webhooks`, 'msg_2', 'invoice.broken');
  await statusOf(`${origin}/webhooks`, 'msg_3', 'invoice.paid', other);
  await line(/"code":"signature_mismatch"/);
  const { stdout, stderr } = output();
  const printed = stdout + stderr;
  expect(printed).toContain('msg_2');
  for (const text of [secret.slice('whsec_'.length), other.slice('whsec_'.length), '4242', 'v1,'])
    expect(printed).not.toContain(text);
});

test('examples/observability: SIGTERM lets a delivery under way finish, and ends it', async () => {
  const example = await startExample('examples/observability/server.ts', { WEBHOOK_SECRET: secret });
  const ended = await deliverWhileItEnds(example, '/webhooks', { id: 'msg_1', type: 'invoice.paid', secret });
  expect(ended).toMatchObject({ status: 200, exitCode: 0, stderr: '' });
});
