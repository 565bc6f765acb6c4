import { type Provider, type RetryPolicy, standardWebhooks } from '@countersign/core';
import { aiPlatform } from '@countersign/core/providers/ai-platform';
import { dcisionai } from '@countersign/core/providers/dcisionai';
import { deliveryFlow } from '@countersign/core/providers/delivery-flow';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import { describe, expect, test } from 'vitest';
import { defined, type Stage, stage, verified } from './harness.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const standard = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR),
];

const presets: readonly (readonly [Provider, readonly number[]])[] = [
  [standardWebhooks, standard],
  [deliveryFlow, standard],
  [dcisionai, [0, 1000, 2000]],
  [aiPlatform, [0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 8 * HOUR, 24 * HOUR]],
  [ragEngine, [0, 1000, 2000, 4000]],
  [empJobQueue, [0, 1000, 2000]],
];

/** Plays a delivery's attempts, each expected at its time and not a millisecond before. */
async function play(on: Stage, endpointId: string, delaysMs: readonly number[]): Promise<void> {
  for (const [index, delayMs] of delaysMs.entries()) {
    if (delayMs > 0) {
      await on.clock.leap(delayMs - 1);
      await on.quiet();
      expect(on.started, `before attempt ${index + 1}`).toHaveLength(index);
      await on.clock.leap(1);
    }
    await on.untilAttempts(endpointId, index + 1);
  }
}

const gaps = ({ started }: Stage): readonly number[] =>
  started.map(({ atMs }, index) => atMs - (started[index - 1]?.atMs ?? atMs));

describe('an endpoint that only fails gets every attempt of the schedule at its time, then the delivery has failed', () => {
  for (const [provider, delaysMs] of presets) {
    test(provider.name, async () => {
      const on = await stage({ provider });
      on.sink.answer('/a', 500);
      const { id, secret } = await on.endpoint('/a');
      await on.send();
      await play(on, id, delaysMs);

      const [delivery] = await on.untilStatuses(id, 'failed');
      expect(delivery).toMatchObject({
        attemptCount: delaysMs.length,
        lastStatus: 500,
        nextAttemptAt: undefined,
      });
      expect(gaps(on)).toEqual(delaysMs);
      await on.clock.leap(48 * HOUR);
      await on.quiet();
      expect(on.started).toHaveLength(delaysMs.length);

      const requests = on.sink.at('/a');
      const accepted = await Promise.all(requests.map((request) => verified(request, secret, { provider })));
      expect(new Set(accepted.map((delivery) => delivery.id)).size).toBe(1);
    });
  }
});

test('every attempt is signed afresh: its own time, the same id, and the last retry is fresh to a receiver', async () => {
  const on = await stage({ retry: { delaysMs: [0, 6 * MINUTE] } });
  on.sink.answer('/a', 500, 200);
  const { id, secret } = await on.endpoint('/a');
  const eventId = await on.send();
  await play(on, id, [0, 6 * MINUTE]);
  const [first, last] = on.sink.at('/a').map(defined);
  const { atMs } = defined(last);

  expect(on.sink.at('/a').map((request) => request.id)).toEqual([eventId, eventId]);
  expect(Number(last?.headers['webhook-timestamp']) - Number(first?.headers['webhook-timestamp'])).toBe(360);
  expect((await verified(defined(last), secret)).id).toBe(eventId);
  await expect(verified(defined(first), secret, { receivedAtMs: atMs })).rejects.toMatchObject({
    code: 'timestamp_too_old',
  });
});

test('what envelopes say of the attempt is said afresh: retry_count of aiPlatform', async () => {
  const on = await stage({ provider: aiPlatform, retry: { delaysMs: [0, 1000, 1000] } });
  on.sink.answer('/a', 500);
  const { id } = await on.endpoint('/a');
  await on.send();
  await play(on, id, [0, 1000, 1000]);
  expect(on.sink.at('/a').map(({ body }) => JSON.parse(body).retry_count)).toEqual([0, 1, 2]);
});

test('a success ends it: no attempt of the schedule is made after it', async () => {
  const on = await stage();
  on.sink.answer('/a', 500, 503, 204);
  const { id } = await on.endpoint('/a');
  await on.send();
  await play(on, id, standard.slice(0, 3));
  const [delivery] = await on.untilStatuses(id, 'delivered');
  expect(delivery).toMatchObject({ attemptCount: 3, lastStatus: 204, finishedAt: new Date(on.clock.now()) });
  await on.clock.leap(100 * HOUR);
  await on.quiet();
  expect(on.started).toHaveLength(3);
});

const own: readonly (readonly [string, RetryPolicy, readonly number[]])[] = [
  ['a list of delays', { delaysMs: [0, 7000, 40] }, [0, 7000, 40]],
  [
    'an exponential series, up to its cap',
    { maxAttempts: 5, initialDelayMs: 1000, multiplier: 3, maxDelayMs: 10_000 },
    [0, 1000, 3000, 9000, 10_000],
  ],
  ['one attempt and no more', { delaysMs: [0] }, [0]],
];

describe("an endpoint's own schedule counts for it alone", () => {
  for (const [name, retry, delaysMs] of own) {
    test(name, async () => {
      const on = await stage({ retry: { delaysMs: [0, 50] } });
      on.sink.answer('/own', 500);
      on.sink.answer('/other', 500);
      const { id } = await on.endpoint('/own', { retry });
      const other = await on.endpoint('/other', { tenant: 'acme' });
      await on.send();
      await play(on, id, delaysMs);
      expect((await on.untilStatuses(id, 'failed'))[0]?.attemptCount).toBe(delaysMs.length);
      await on.send({ tenant: 'acme' });
      await on.untilAttempts(other.id, 1);
      await on.clock.advance(50);
      expect((await on.untilStatuses(other.id, 'failed'))[0]?.attemptCount).toBe(2);
    });
  }
});

test("the sender's `retry` counts before the provider's", async () => {
  const on = await stage({ provider: dcisionai, retry: { delaysMs: [0, 10, 20, 30] } });
  on.sink.answer('/a', 500);
  const { id } = await on.endpoint('/a');
  await on.send();
  await play(on, id, [0, 10, 20, 30]);
  await on.untilStatuses(id, 'failed');
});

test('jitter moves an attempt by up to its share, both ways', async () => {
  for (const [share, delayMs] of [
    [0, 4500],
    [1, 5500],
  ] as const) {
    const on = await stage({ random: () => share });
    on.sink.answer('/a', 500);
    const { id } = await on.endpoint('/a');
    await on.send();
    await play(on, id, [0, delayMs]);
  }
});

describe('a first attempt can be delayed', () => {
  test("by the sender's schedule, and by an endpoint's own", async () => {
    const on = await stage({ retry: { delaysMs: [1500, 1000] } });
    on.sink.answer('/a', 500);
    on.sink.answer('/b', 500);
    const a = await on.endpoint('/a');
    const b = await on.endpoint('/b', { tenant: 'acme', retry: { delaysMs: [2500] } });
    await on.quiet();
    await on.clock.advance(300);
    await on.send();
    await on.quiet();
    await play(on, a.id, [1500, 1000]);
    await on.send({ tenant: 'acme' });
    await on.quiet();
    await on.clock.advance(2499);
    expect(on.started).toHaveLength(2);
    await on.clock.advance(1);
    await on.untilStatuses(b.id, 'failed');
  });

  test('also while the lane is held by an exchange that takes its time', async () => {
    const on = await stage({ isStarted: false });
    on.sink.answer('/a', 200, 'hang', 200);
    const { id } = await on.endpoint('/a');
    await on.send();
    await on.send();
    await on.sender.start();
    await on.until(() => on.sink.open('/a') === 1 && on.attempts().length === 1);
    await on.sender.endpoints.update(id, { retry: { delaysMs: [1300] } });
    await on.send();
    await on.quiet();
    await on.clock.advance(1299);
    expect(on.started).toHaveLength(2);
    await on.clock.advance(1);
    await on.untilStatuses(id, 'delivered', 'delivered', 'pending');
  });
});

test('a retry is made at its time while another exchange of the endpoint hangs', async () => {
  const on = await stage({ isStarted: false, retry: { delaysMs: [0, 3000] } });
  on.sink.answer('/a', 200, 200, 'hang', 500, 200);
  const { id } = await on.endpoint('/a');
  for (let sent = 0; sent < 4; sent += 1) await on.send();
  await on.sender.start();
  await on.until(() => on.attempts().length === 3);
  await on.quiet();
  await on.clock.advance(2999);
  expect(on.started).toHaveLength(4);
  await on.clock.advance(1);
  await on.untilStatuses(id, 'delivered', 'delivered', 'delivered', 'pending');
});

test('retries are waited for by a sender that was started after them', async () => {
  const before = await stage({ retry: { delaysMs: [0, HOUR] } });
  before.sink.answer('/a', 500, 200);
  const { id } = await before.endpoint('/a');
  await before.send();
  await before.untilAttempts(id, 1);
  await before.sender.stop();
  const after = await stage({ beside: before });
  await after.clock.leap(HOUR - 1);
  await after.quiet();
  expect(after.started).toHaveLength(0);
  await after.clock.leap(1);
  await after.untilStatuses(id, 'delivered');
});
