import { createManagementApi } from '@countersign/api';
import { createSender, type DeliveryStore, type RecordTotals, SenderError } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { expect, onTestFinished, test, vi } from 'vitest';
import { receiverAt } from './receiver.js';
import { served } from './serve.js';

/** A memory store whose totals, and everything else if `isDown`, are somebody else's affair. */
function storeWith(totals: () => Promise<RecordTotals>): DeliveryStore {
  const store = memoryStore();
  return { ...store, records: { ...store.records, totals } };
}

const none: RecordTotals = { endpoints: 0, pending: 0, retrying: 0 };
const down = new SenderError('store_unavailable', 'the disk /var/lib/webhooks.db is gone');

test('/health says ok where the record answers, and unavailable where it does not, and nothing more', async () => {
  let isDown = false;
  let nowMs = 0;
  const store = storeWith(async () => {
    if (isDown) throw down;
    return none;
  });
  const { call, errors } = await served({ sender: { store }, api: { now: () => nowMs } });
  expect(await call('GET', '/health?probe=1', { as: null })).toMatchObject({
    status: 200,
    text: '{"status":"ok"}',
  });
  isDown = true;
  nowMs += 1000;
  const unavailable = await call('GET', '/health', { as: null });
  expect(unavailable).toMatchObject({ status: 503, text: '{"status":"unavailable"}' });
  expect(errors).toEqual([down]);
});

test('/health asks the record once at a time and at most once a second, however many ask', async () => {
  let asked = 0;
  let nowMs = 0;
  const answers: (() => void)[] = [];
  const store = storeWith(() => {
    asked += 1;
    return new Promise((resolve) => answers.push(() => resolve(none)));
  });
  const { call } = await served({ sender: { store }, api: { now: () => nowMs } });
  const first = Array.from({ length: 10 }, () => call('GET', '/health', { as: null }));
  await vi.waitUntil(() => answers.length === 1);
  nowMs += 60_000;
  const late = call('GET', '/health', { as: null });
  answers[0]?.();
  for (const { status } of await Promise.all([...first, late])) expect(status).toBe(200);
  expect(asked).toBe(1);
  nowMs += 999;
  expect((await call('GET', '/health', { as: null })).status).toBe(200);
  expect(asked).toBe(1);
  nowMs += 1;
  const next = call('GET', '/health', { as: null });
  await vi.waitUntil(() => answers.length === 2);
  answers[1]?.();
  expect((await next).status).toBe(200);
});

test('a record that fails is 503 with a time to come back, and the reason goes to onError alone', async () => {
  const store = storeWith(() => Promise.reject(down));
  const { call, errors } = await served({ sender: { store } });
  const answer = await call('GET', '/metrics', { as: 'operator' });
  expect(answer).toMatchObject({ status: 503, json: { code: 'unavailable' } });
  expect(answer.text).not.toMatch(/disk|webhooks\.db|store/);
  expect(answer.headers.get('retry-after')).toBe('5');
  expect(errors).toEqual([down]);
});

test('what nobody foresaw is 500 without a word of it, and onError is told', async () => {
  const bug = new TypeError('cannot read properties of undefined');
  const store = storeWith(() => Promise.reject(bug));
  const { call, errors } = await served({ sender: { store } });
  const answer = await call('GET', '/metrics', { as: 'operator' });
  expect(answer).toMatchObject({
    status: 500,
    json: { code: 'internal_error', detail: 'something went wrong' },
  });
  expect(answer.text).not.toContain('undefined');
  expect(errors).toEqual([bug]);
});

test('without onError failures are process warnings, at most one a minute', async () => {
  const warnings: Error[] = [];
  const hear = (warning: Error): number => warnings.push(warning);
  process.on('warning', hear);
  onTestFinished(() => void process.off('warning', hear));
  let nowMs = 0;
  const sender = createSender({ store: memoryStore(), onEvent: () => {} });
  const { fetch } = createManagementApi(sender, {
    authenticate: () => {
      throw new Error('no directory');
    },
    now: () => nowMs,
  });
  for (const afterMs of [0, 59_999, 1]) {
    nowMs += afterMs;
    expect((await fetch(new Request('http://localhost/webhooks'))).status).toBe(503);
  }
  await vi.waitUntil(() => warnings.length >= 2);
  expect(warnings).toMatchObject([{ code: 'management_api_failed' }, { code: 'management_api_failed' }]);
});

test('an onError that throws or rejects changes nothing', async () => {
  for (const onError of [
    () => {
      throw new Error('the log is full');
    },
    () => Promise.reject(new Error('the log is far')),
  ]) {
    const { call } = await served({
      sender: { store: storeWith(() => Promise.reject(down)) },
      api: { onError },
    });
    expect((await call('GET', '/metrics', { as: 'operator' })).status).toBe(503);
  }
});

test('a stopped sender is 503, and is no health', async () => {
  const { call, sender } = await served();
  await sender.stop();
  expect(await call('GET', '/webhooks')).toMatchObject({ status: 503, json: { code: 'unavailable' } });
  expect((await call('GET', '/health', { as: null })).status).toBe(503);
});

test('/metrics counts attempts by outcome, their times, and what the record holds, and labels nobody', async () => {
  const { call, sender } = await served();
  const receiver = await receiverAt();
  const body = { url: receiver.url, retry: { delays_ms: [0, 3_600_000] } };
  await call('POST', '/webhooks', { body });
  await call('POST', '/webhooks', { as: 'globex', body });
  await sender.start();
  const metrics = async (): Promise<string> => (await call('GET', '/metrics', { as: 'operator' })).text;
  expect(await metrics()).toContain('countersign_attempts_total{outcome="delivered"} 0\n');
  await call('POST', '/events', { body: { type: 'a', data: 1 } });
  await expect.poll(metrics).toContain('countersign_attempts_total{outcome="delivered"} 1\n');
  receiver.answer = 500;
  await call('POST', '/events', { as: 'globex', body: { type: 'a', data: 2 } });
  await expect.poll(metrics).toContain('countersign_deliveries_retrying 1\n');
  const text = await metrics();
  for (const line of [
    'countersign_attempts_total{outcome="retry"} 1',
    'countersign_attempts_total{outcome="failed"} 0',
    'countersign_attempt_duration_seconds_count 2',
    'countersign_attempt_duration_seconds_bucket{le="+Inf"} 2',
    'countersign_endpoints 2',
    'countersign_deliveries_pending 1',
    'countersign_exchanges_in_flight 0',
    'countersign_endpoints_disabled_total{reason="gone"} 0',
    '# TYPE countersign_lanes_held gauge',
    '# TYPE countersign_attempt_duration_seconds histogram',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
  expect(text).not.toMatch(/acme|globex|wh_|127\.0\.0\.1/);
});

test('/metrics counts endpoints that were disabled, and notices by code', async () => {
  const { call, sender } = await served();
  const receiver = await receiverAt();
  receiver.answer = 410;
  await call('POST', '/webhooks', { body: { url: receiver.url } });
  await sender.start();
  await call('POST', '/events', { body: { type: 'a', data: 1 } });
  const metrics = async (): Promise<string> => (await call('GET', '/metrics', { as: 'operator' })).text;
  await expect.poll(metrics).toContain('countersign_endpoints_disabled_total{reason="gone"} 1\n');
  expect(await metrics()).toContain('countersign_notices_total{code="secrets_stored_in_clear"} 1\n');
});

test('two APIs in one process count apart', async () => {
  const [first, second] = [await served(), await served()];
  const receiver = await receiverAt();
  await first.call('POST', '/webhooks', { body: { url: receiver.url } });
  await first.sender.start();
  await first.call('POST', '/events', { body: { type: 'a', data: 1 } });
  const delivered = 'countersign_attempts_total{outcome="delivered"}';
  const metrics = async ({ call }: typeof first): Promise<string> =>
    (await call('GET', '/metrics', { as: 'operator' })).text;
  await expect.poll(() => metrics(first)).toContain(`${delivered} 1\n`);
  expect(await metrics(second)).toContain(`${delivered} 0\n`);
});
