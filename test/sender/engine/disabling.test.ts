import { aiPlatform } from '@countersign/core/providers/ai-platform';
import { describe, expect, test } from 'vitest';
import { refusal, type Stage, stage } from './harness.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const told = (on: Stage): readonly unknown[] =>
  on.outcomes.filter(({ kind }) => kind === 'endpoint_disabled');

describe('410 disables an endpoint', () => {
  test('it gets nothing more: what is pending there is skipped, and so are events to come', async () => {
    const on = await stage({ isStarted: false });
    on.sink.answer('/a', 410);
    const { id } = await on.endpoint('/a');
    for (let sent = 0; sent < 5; sent += 1) await on.send();
    await on.sender.start();
    await on.untilStatuses(id, 'failed', 'skipped', 'skipped', 'skipped', 'skipped');
    expect(await on.sender.endpoints.get(id)).toMatchObject({ status: 'disabled', disabledReason: 'gone' });

    await on.send();
    const [, , , , , late] = await on.untilStatuses(id, 'failed', ...Array(5).fill('skipped'));
    expect(late).toMatchObject({ attemptCount: 0, finishedAt: new Date(on.clock.now()) });
    await on.clock.leap(DAY);
    await on.quiet();
    expect(on.started).toHaveLength(1);
  });

  test('it is told once, with the reason', async () => {
    const on = await stage({ isStarted: false });
    on.sink.answer('/a', 200, 410);
    const { id, url } = await on.endpoint('/a', { tenant: 'acme', concurrency: 4 });
    for (let sent = 0; sent < 5; sent += 1) await on.send({ tenant: 'acme' });
    await on.sender.start();
    await on.until(async () => (await on.sender.endpoints.get(id, { tenant: 'acme' })).status === 'disabled');
    await on.until(async () => (await on.sender.totals()).pending === 0);
    expect(told(on)).toEqual([
      { kind: 'endpoint_disabled', endpointId: id, tenant: 'acme', url, reason: 'gone' },
    ]);
  });

  test('enabled again, `recover` brings all of it back under the same ids; without it nothing is sent', async () => {
    const on = await stage({ isStarted: false });
    on.sink.answer('/a', 410, 200);
    const { id } = await on.endpoint('/a');
    const sent = [await on.send(), await on.send(), await on.send()];
    await on.sender.start();
    await on.untilStatuses(id, 'failed', 'skipped', 'skipped');
    expect(await refusal(() => on.sender.deliveries.recover({ endpointId: id }))).toMatchObject({
      code: 'endpoint_disabled',
    });
    await on.sender.endpoints.enable(id);
    await on.quiet();
    await on.clock.advance(30_000);
    expect(on.started).toHaveLength(1);

    expect(await on.sender.deliveries.recover({ endpointId: id })).toBe(3);
    await on.untilStatuses(id, 'delivered', 'delivered', 'delivered');
    const arrived = on.sink.at('/a').slice(1);
    expect(arrived.map((request) => request.id)).toEqual(sent);
  });

  test('`resend` sends a new event, to that endpoint alone', async () => {
    const on = await stage();
    on.sink.answer('/a', 410, 200);
    const a = await on.endpoint('/a');
    await on.endpoint('/b');
    const first = await on.send({ type: 'job.lost', data: { n: 1 } });
    const [failed] = await on.untilStatuses(a.id, 'failed');
    await on.until(() => on.sink.at('/b').length === 1);
    await on.sender.endpoints.enable(a.id);
    await on.clock.advance(HOUR);
    const again = await on.sender.deliveries.resend(failed?.id ?? '');
    await on.untilStatuses(a.id, 'failed', 'delivered');

    expect(again).toMatchObject({ isNew: true });
    expect(again.id).not.toBe(first);
    const [, request] = on.sink.at('/a');
    expect(request?.id).toBe(again.id);
    expect(JSON.parse(request?.body ?? '')).toEqual({
      type: 'job.lost',
      timestamp: new Date(on.clock.now()).toISOString(),
      data: { n: 1 },
    });
    await on.quiet();
    expect(on.sink.at('/b')).toHaveLength(1);
  });
});

test('a backlog of any length is skipped in one go, in steps', async () => {
  const on = await stage({ isStarted: false });
  on.sink.answer('/a', 410);
  await on.endpoint('/a');
  for (let sent = 0; sent < 2; sent += 1) {
    await on.sender.sendMany(Array.from({ length: 700 }, () => ({ type: 'a', data: {} })));
  }
  await on.sender.start();
  await on.until(() => told(on).length === 1);
  await on.quiet();
  expect(await on.sender.totals()).toMatchObject({ pending: 0 });
});

describe('an endpoint that has done nothing but fail for five days is disabled', () => {
  /** One event a day, each with one attempt; what the endpoint is then. */
  async function days(on: Stage, endpointId: string, count: number): Promise<string> {
    for (let day = 0; day < count; day += 1) {
      await on.clock.leap(DAY);
      const before = on.attempts().length;
      await on.send();
      await on.until(() => on.attempts().length === before + 1);
      await on.quiet();
    }
    return (await on.sender.endpoints.get(endpointId)).status;
  }

  test('not a millisecond earlier, and by the rule of the provider even where its schedule is another', async () => {
    for (const [lastMs, status] of [
      [DAY - 1, 'enabled'],
      [DAY, 'disabled'],
    ] as const) {
      const on = await stage();
      on.sink.answer('/a', 500);
      const { id } = await on.endpoint('/a', { retry: { delaysMs: [0] } });
      expect(await days(on, id, 5)).toBe('enabled');
      await on.clock.leap(lastMs);
      await on.send();
      await on.untilStatuses(id, ...Array(6).fill('failed'));
      await on.quiet();
      expect((await on.sender.endpoints.get(id)).status).toBe(status);
      expect(told(on)).toMatchObject(status === 'enabled' ? [] : [{ endpointId: id, reason: 'failing' }]);
    }
  });

  test('a success in between begins the five days anew', async () => {
    const on = await stage();
    on.sink.answer('/a', 500, 500, 500, 500, 200, 500);
    const { id } = await on.endpoint('/a', { retry: { delaysMs: [0] } });
    expect(await days(on, id, 10)).toBe('enabled');
    expect(await days(on, id, 1)).toBe('disabled');
  });

  test('so does being enabled again', async () => {
    const on = await stage();
    on.sink.answer('/a', 500);
    const { id } = await on.endpoint('/a', { retry: { delaysMs: [0] } });
    expect(await days(on, id, 6)).toBe('disabled');
    await on.sender.endpoints.enable(id);
    expect(await days(on, id, 5)).toBe('enabled');
    expect(await days(on, id, 1)).toBe('disabled');
  });

  test('the retries of one event alone, over three days, disable nothing', async () => {
    const on = await stage();
    on.sink.answer('/a', 500);
    const { id } = await on.endpoint('/a');
    await on.send();
    for (let day = 0; day < 7 * 24; day += 1) {
      await on.clock.leap(HOUR);
      await on.quiet();
      await on.until(() => on.sink.open('/a') === 0);
    }
    await on.untilStatuses(id, 'failed');
    expect((await on.sender.endpoints.get(id)).status).toBe('enabled');
  });
});

describe("aiPlatform's rule: disabled when the sixth attempt fails and nothing succeeded since the first", () => {
  const gaps = [5 * MINUTE, 30 * MINUTE, 2 * HOUR, 8 * HOUR];

  /** The first event fails five times; the sixth attempt comes in 24 hours. */
  async function fiveFailures(on: Stage): Promise<string> {
    on.sink.answer('/a', ({ body }) => (body.includes('bad') ? 500 : 200));
    const { id } = await on.endpoint('/a');
    await on.send({ data: 'good' });
    await on.untilStatuses(id, 'delivered');
    await on.send({ data: 'bad' });
    for (const [index, gapMs] of gaps.entries()) {
      await on.until(() => on.attempts().length === index + 2);
      await on.quiet();
      await on.clock.leap(gapMs);
    }
    await on.until(() => on.attempts().length === 6);
    await on.quiet();
    return id;
  }

  test('a success before its first attempt does not count', async () => {
    const on = await stage({ provider: aiPlatform });
    const id = await fiveFailures(on);
    expect((await on.sender.endpoints.get(id)).status).toBe('enabled');
    await on.clock.leap(24 * HOUR);
    await on.untilStatuses(id, 'delivered', 'failed');
    await on.until(() => told(on).length === 1);
    expect(await on.sender.endpoints.get(id)).toMatchObject({
      status: 'disabled',
      disabledReason: 'failing',
    });
  });

  test('a success in between prevents it', async () => {
    const on = await stage({ provider: aiPlatform });
    const id = await fiveFailures(on);
    await on.clock.leap(MINUTE);
    await on.send({ data: 'good' });
    await on.untilStatuses(id, 'delivered', 'pending', 'delivered');
    await on.clock.leap(24 * HOUR - MINUTE);
    await on.untilStatuses(id, 'delivered', 'failed', 'delivered');
    await on.quiet();
    expect((await on.sender.endpoints.get(id)).status).toBe('enabled');
    expect(told(on)).toEqual([]);
  });

  test('what is refused at its first attempt is no exhausted schedule', async () => {
    const on = await stage({ provider: aiPlatform });
    on.sink.answer('/a', 400);
    const { id } = await on.endpoint('/a', { retry: { delaysMs: [0, 1000], clientErrors: 'fail' } });
    await on.send();
    await on.untilStatuses(id, 'failed');
    await on.quiet();
    expect((await on.sender.endpoints.get(id)).status).toBe('enabled');
  });
});
