import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { describe, expect, test } from 'vitest';
import { gate } from './gate.js';
import { defined, refusal, type Stage, stage, verified } from './harness.js';

const HOUR = 3_600_000;

describe('a test event', () => {
  test('is posted at once and once, signed like any other, and leaves nothing in the record', async () => {
    const on = await stage({ isStarted: false });
    on.sink.answer('/a', { status: 201, body: 'hello' });
    const { id, secret } = await on.endpoint('/a', { events: ['invoice.*'], headers: { 'x-team': 'red' } });
    const result = await on.sender.endpoints.test(id);
    expect(result).toMatchObject({ isDelivered: true, status: 201, error: undefined, responseBody: 'hello' });
    const request = defined(on.sink.at('/a')[0]);
    expect((await verified(request, secret)).id).toBe(result.eventId);
    expect(request.headers['x-team']).toBe('red');
    expect(JSON.parse(request.body)).toMatchObject({
      type: 'webhook.test',
      data: { message: expect.any(String) },
    });
    expect((await on.sender.deliveries.list({ endpointId: id })).data).toEqual([]);
    expect(await on.sender.endpoints.stats(id)).toMatchObject({ total: 0, averageResponseTimeMs: undefined });
    expect(on.outcomes).toEqual([]);
    expect(on.started).toHaveLength(1);
  });

  test('is called a test where the envelope has a place for that', async () => {
    const on = await stage({ isStarted: false, provider: empJobQueue });
    const { id } = await on.endpoint('/a');
    await on.sender.endpoints.test(id, { type: 'job.completed', data: { job_id: 'j' } });
    expect(JSON.parse(defined(on.sink.at('/a')[0]).body)).toMatchObject({
      event_type: 'job.completed',
      data: { job_id: 'j' },
      metadata: { test: true },
    });
  });

  test('goes to a disabled endpoint too; a failure is a result, and disables nothing', async () => {
    const on = await stage({ isStarted: false, requestTimeoutMs: 1000 });
    on.sink.answer('/a', 410, { status: 302, headers: { location: '/b' } }, 'hang');
    const { id } = await on.endpoint('/a', { enabled: false });
    expect(await on.sender.endpoints.test(id)).toMatchObject({ isDelivered: false, status: 410 });
    expect(await on.sender.endpoints.test(id)).toMatchObject({
      status: 302,
      error: 'redirects are not followed',
    });
    const hanging = on.sender.endpoints.test(id);
    await on.until(() => on.sink.open('/a') === 1);
    await on.clock.advance(1000);
    expect(await hanging).toMatchObject({ isDelivered: false, status: undefined, durationMs: 1000 });
    expect((await on.sender.endpoints.get(id)).disabledReason).toBe('requested');
  });

  test('of an endpoint that is not there within the tenant, or with data that is none, is refused', async () => {
    const on = await stage({ isStarted: false });
    const { id } = await on.endpoint('/a', { tenant: 'acme' });
    expect(await refusal(() => on.sender.endpoints.test(id))).toMatchObject({ code: 'unknown_endpoint' });
    expect(await refusal(() => on.sender.endpoints.test(id, { tenant: 'acme', data: 1n }))).toMatchObject({
      field: 'data',
    });
    expect(on.started).toEqual([]);
    expect(await on.sender.endpoints.test(id, { tenant: '*' })).toMatchObject({ isDelivered: true });
  });
});

describe('statistics', () => {
  /** Answers one event after so many milliseconds of the clock. */
  async function answered(
    on: Stage,
    give: (status: number) => void,
    status: number,
    afterMs: number,
  ): Promise<void> {
    const before = on.attempts().length;
    await on.send();
    await on.until(() => on.sink.waiting === 1);
    await on.clock.advance(afterMs);
    give(status);
    await on.until(() => on.attempts().length === before + 1);
    await on.quiet();
  }

  test('count what came to an end, and how long answers took, over the last 24 hours', async () => {
    const on = await stage({ retry: { delaysMs: [0], disable: { when: 'failing-for', ms: 1e12 } } });
    const { answering, give } = gate();
    on.sink.answer('/a', answering);
    const { id } = await on.endpoint('/a');
    const empty = await on.sender.endpoints.stats(id);
    expect(empty).toMatchObject({
      total: 0,
      successRate: undefined,
      p95ResponseTimeMs: undefined,
      lastDeliveredAt: undefined,
    });

    for (let fast = 0; fast < 18; fast += 1) await answered(on, give, 200, 100);
    const lastDeliveredAt = new Date(on.clock.now());
    await answered(on, give, 500, 1000);
    await answered(on, give, 404, 300);
    const stats = await on.sender.endpoints.stats(id);
    expect(stats).toMatchObject({
      total: 20,
      successful: 18,
      failed: 2,
      successRate: 0.9,
      averageResponseTimeMs: 155,
      pending: 0,
      retryQueue: 0,
      lastDeliveredAt,
    });
    expect(stats.p95ResponseTimeMs).toBeGreaterThanOrEqual(300);
    expect(stats.p95ResponseTimeMs).toBeLessThanOrEqual(357);

    await on.clock.leap(26 * HOUR);
    expect(await on.sender.endpoints.stats(id)).toMatchObject({ total: 0, lastDeliveredAt });
  });

  test('what brought no answer counts as failed and has no response time; what is retried is in the queue', async () => {
    const on = await stage({ retry: { delaysMs: [0, 60_000] } });
    on.sink.answer('/a', 'reset');
    const { id } = await on.endpoint('/a');
    await on.send();
    await on.untilAttempts(id, 1);
    expect(await on.sender.endpoints.stats(id)).toMatchObject({ total: 0, pending: 1, retryQueue: 1 });
    expect(await on.sender.totals()).toEqual({
      endpoints: 1,
      pending: 1,
      retrying: 1,
      inFlight: 0,
      lanes: 0,
    });
    await on.quiet();
    await on.clock.advance(60_000);
    await on.untilStatuses(id, 'failed');
    expect(await on.sender.endpoints.stats(id)).toMatchObject({
      failed: 1,
      successRate: 0,
      averageResponseTimeMs: undefined,
      retryQueue: 0,
    });
  });

  test("are the tenant's own", async () => {
    const on = await stage({ isStarted: false });
    const { id } = await on.endpoint('/a', { tenant: 'acme' });
    expect(await refusal(() => on.sender.endpoints.stats(id))).toMatchObject({ code: 'unknown_endpoint' });
    expect((await on.sender.endpoints.stats(id, { tenant: 'acme' })).total).toBe(0);
  });
});
