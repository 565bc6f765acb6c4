import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { receiverAt } from '../api/receiver.js';
import { textAt } from '../api/serve.js';
import { startExample } from './example-process.js';
import { aiPlatform } from './management-documents/ai-platform.js';
import { dcisionai } from './management-documents/dcisionai.js';
import { compared } from './management-documents/differences.js';
import { empJobQueue } from './management-documents/emp-job-queue.js';
import { listOf } from './management-documents/list.js';
import { type Played, play, type Stage } from './management-documents/play.js';
import type { Document, Step } from './management-documents/step.js';

const example = resolve(import.meta.dirname, '../../examples/management-api');
const documents = [dcisionai, aiPlatform, empJobQueue];
const key = 'key-for-the-test-of-the-example';
const MARK = /<!-- differences -->\n(.*)\n<!-- end of differences -->/s;

/** The example, over a database of its own. */
async function started(folder = newFolder()) {
  const running = await startExample('examples/management-api/server.ts', {
    API_KEY_SHA256: createHash('sha256').update(key).digest('hex'),
    DATABASE: join(folder, 'webhooks.db'),
    LOCAL_RECEIVERS: 'yes',
  });
  onTestFinished(async () => void (await running.stop()));
  return { ...running, folder, api: `${running.origin}/api` };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-example-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function call(url: string, method = 'GET', body?: unknown): Promise<Played> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(url, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, json: text === '' ? undefined : JSON.parse(text) };
}

/** Plays a document from its first request to its last; what came is held against what it shows. */
async function played(
  document: Document,
  stage: Stage,
  before: (step: Step) => Promise<void>,
): Promise<void> {
  for (const step of document.steps) {
    await before(step);
    const { status, json } = await play(step, document, stage);
    expect([step.heading, status < 300, json]).toEqual([step.heading, true, json]);
    const { answer, differences = {} } = step;
    if (answer !== undefined)
      expect([step.heading, compared(answer, json, differences).faults]).toEqual([step.heading, []]);
    if (status === 201) stage.webhookId = textAt({ json }, 'data', 'id');
  }
}

async function staged() {
  const { api } = await started();
  const receiver = await receiverAt();
  const stage = { api, receiver: new URL(receiver.url).origin, key, webhookId: '', deliveryId: '' };
  return { api, receiver, stage };
}

const nothing = async (): Promise<void> => {};

test('document 001: its requests are served; its answers differ as the README lists', async () => {
  const { stage } = await staged();
  await played(dcisionai, stage, nothing);
});

test('document 002: its curl commands run as they are written; its answers differ as the README lists', async () => {
  const { api, receiver, stage } = await staged();
  await played(aiPlatform, stage, async ({ heading }) => {
    if (heading !== 'View Webhook Deliveries') return;
    // Something to look at: a delivery that failed once, and waits.
    receiver.answer = 500;
    await call(`${api}/events`, 'POST', { type: 'optimization.completed', data: { job_id: 'job_1' } });
    const list = `${api}/webhooks/${stage.webhookId}/deliveries`;
    await expect.poll(async () => (await call(list)).json).toMatchObject({ data: [{ last_status: 500 }] });
    stage.deliveryId = textAt(await call(list), 'data', 0, 'id');
  });
});

test('document 004: its curl commands run as they are written, once the secret is long enough', async () => {
  const { receiver, stage } = await staged();
  const [create] = empJobQueue.steps;
  if (create === undefined) throw new Error('the document has no requests');
  expect(await play(create, empJobQueue, stage)).toMatchObject({
    status: 422,
    json: { errors: [{ pointer: '#/secret', detail: expect.stringContaining('at least 16 bytes, got 15') }] },
  });
  const steps = empJobQueue.steps.map((step) => ({
    ...step,
    request: step.request.replace('your-secret-key', 'your-longer-secret-key'),
  }));
  await played({ ...empJobQueue, steps }, stage, nothing);
  const tested = empJobQueue.steps.find(({ payload }) => payload !== undefined);
  const [body = ''] = await receiver.bodies(1);
  expect(compared(tested?.payload, JSON.parse(body), tested?.payloadDifferences ?? {}).faults).toEqual([]);
});

test('document 004: every endpoint of its table is there', async () => {
  const { api, stage } = await staged();
  await call(`${api}/webhooks`, 'POST', { url: `${stage.receiver}/a` });
  const created = await call(`${api}/webhooks`);
  const one = `${api}/webhooks/${textAt(created, 'data', 0, 'id')}`;
  for (const [method, url, body] of [
    ['GET', `${api}/webhooks`],
    ['POST', `${api}/webhooks`, { url: `${stage.receiver}/b` }],
    ['GET', one],
    ['PUT', one, { url: `${stage.receiver}/c`, events: ['job.*'] }],
    ['POST', `${one}/test`],
    ['GET', `${one}/stats`],
    ['DELETE', one],
  ] as const) {
    expect([method, url, (await call(url, method, body)).status < 300]).toEqual([method, url, true]);
  }
});

test('every document shows what it is compared by: no request is without its heading, most have an answer', () => {
  const steps = documents.flatMap(({ steps: all }) => all);
  expect(steps).toHaveLength(15);
  expect(steps.filter(({ answer, payload }) => answer !== undefined || payload !== undefined)).toHaveLength(
    7,
  );
});

test('the README lists the differences, each of them and no others', () => {
  const readme = readFileSync(join(example, 'README.md'), 'utf8');
  expect(MARK.exec(readme)?.[1]?.trim()).toBe(listOf(documents));
});

test('what was created is there after a restart', async () => {
  const first = await started();
  const receiver = await receiverAt();
  await call(`${first.api}/webhooks`, 'POST', { url: receiver.url, name: 'Kept' });
  expect(await first.stop()).toMatchObject({ exitCode: 0 });
  const second = await started(first.folder);
  expect(await call(`${second.api}/webhooks`)).toMatchObject({
    status: 200,
    json: { data: [{ name: 'Kept' }] },
  });
});
