import { describe, expect, test } from 'vitest';
import { type Stage, stage } from './harness.js';
import type { Answer } from './sink.js';

const HOUR = 3_600_000;

const asking = (status: number, retryAfter: string): Answer => ({
  status,
  headers: { 'retry-after': retryAfter },
});

/** Nothing is attempted before `delayMs` have passed, and then one more is. */
async function nextIn(on: Stage, delayMs: number): Promise<void> {
  const before = on.started.length;
  await on.quiet();
  if (delayMs > 0) {
    await on.clock.leap(delayMs - 1);
    await on.quiet();
    expect(on.started).toHaveLength(before);
    await on.clock.leap(1);
  }
  await on.until(() => on.attempts().length === before + 1);
}

async function afterFirst(answer: Answer, options: Parameters<typeof stage>[0] = {}): Promise<Stage> {
  const on = await stage({ retry: { delaysMs: [0, 60_000, 60_000] }, ...options });
  on.sink.answer('/a', answer, 500);
  await on.endpoint('/a');
  await on.send();
  await on.until(() => on.attempts().length === 1);
  return on;
}

describe('Retry-After says when the next attempt is', () => {
  for (const status of [408, 409, 425, 429, 500, 503]) {
    test(`in seconds, on ${status}`, async () => {
      await nextIn(await afterFirst(asking(status, '120')), 120_000);
    });
  }

  test('as an HTTP date, which is told against the wall clock', async () => {
    const date = new Date(Date.parse('2026-01-01T00:00:00Z') + 90_000).toUTCString();
    await nextIn(await afterFirst(asking(503, date)), 90_000);
  });

  test('but never earlier than the schedule', async () => {
    for (const early of ['1', '0', 'Wed, 31 Dec 2025 00:00:00 GMT']) {
      await nextIn(await afterFirst(asking(503, early)), 60_000);
    }
  });

  test('and no later than in 24 hours', async () => {
    await nextIn(await afterFirst(asking(503, '9999999')), 24 * HOUR);
  });

  test('what is neither seconds nor a date is not heard', async () => {
    for (const text of ['soon', '-5', '1.5', '2026-01-01T01:00:00Z']) {
      const on = await afterFirst(asking(503, text));
      await nextIn(on, 60_000);
      await nextIn(on, 60_000);
      expect(on.attempts().at(-1)?.outcome).toBe('failed');
    }
  });

  test('on a redirect, or a 4xx that is not about time, it means nothing', async () => {
    for (const status of [302, 404]) await nextIn(await afterFirst(asking(status, '300')), 60_000);
  });
});

test('an answer that asks for another time costs no attempt, ten times; then it does', async () => {
  const on = await stage({ retry: { delaysMs: [0, 1000] } });
  on.sink.answer('/a', asking(503, '40'));
  const { id } = await on.endpoint('/a');
  await on.send();
  await on.until(() => on.attempts().length === 1);
  for (let postponed = 1; postponed <= 11; postponed += 1) await nextIn(on, 40_000);
  const [delivery] = await on.untilStatuses(id, 'failed');
  expect(delivery?.attemptCount).toBe(12);
  expect(on.attempts().map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

test('a delivery that is tried again may be postponed ten times anew', async () => {
  const on = await stage({ retry: { delaysMs: [0] } });
  on.sink.answer('/a', asking(503, '40'));
  const { id } = await on.endpoint('/a');
  await on.send();
  await on.until(() => on.attempts().length === 1);
  for (let postponed = 1; postponed <= 10; postponed += 1) await nextIn(on, 40_000);
  const [delivery] = await on.untilStatuses(id, 'failed');
  await on.sender.deliveries.retry(delivery?.id ?? '');
  await on.until(() => on.attempts().length === 12);
  expect(on.attempts().at(-1)?.outcome).toBe('retry');
});

describe('429 and 503 with Retry-After speak for the whole endpoint', () => {
  test('what else is due there waits as long, and other endpoints do not', async () => {
    for (const status of [429, 503]) {
      const on = await stage();
      on.sink.answer('/a', asking(status, '90'), 200);
      const a = await on.endpoint('/a');
      const b = await on.endpoint('/b');
      await on.send();
      await on.untilStatuses(b.id, 'delivered');
      await on.untilAttempts(a.id, 1);
      await on.clock.advance(10_000);
      await on.send();
      await on.untilStatuses(b.id, 'delivered', 'delivered');
      await on.quiet();
      await on.clock.advance(79_999);
      expect(on.sink.at('/a')).toHaveLength(1);
      await on.clock.advance(1);
      await on.untilStatuses(a.id, 'delivered', 'delivered');
    }
  });

  test('for an hour at most', async () => {
    const on = await afterFirst(asking(429, '86400'));
    await on.send();
    await nextIn(on, HOUR);
  });

  test('a success of an exchange that was under way does not take it back', async () => {
    const on = await stage({ isStarted: false });
    let answer: (answer: Answer) => void = () => {};
    const slow = new Promise<Answer>((resolve) => {
      answer = resolve;
    });
    on.sink.answer('/a', (_request, count) => (count === 2 ? slow : count === 3 ? asking(429, '60') : 200));
    const { id } = await on.endpoint('/a');
    for (let sent = 0; sent < 4; sent += 1) await on.send();
    await on.sender.start();
    await on.until(() => on.attempts().length === 2);
    answer(200);
    await on.until(() => on.attempts().length === 3);
    await on.quiet();
    await on.clock.advance(59_999);
    expect(on.started).toHaveLength(3);
    await on.clock.advance(1);
    await on.untilStatuses(id, 'delivered', 'delivered', 'delivered', 'delivered');
  });

  test('an edit of the endpoint ends the wait: it is tried again at once', async () => {
    const on = await stage();
    on.sink.answer('/a', asking(503, '600'), 200);
    const { id } = await on.endpoint('/a');
    await on.send();
    await on.untilAttempts(id, 1);
    await on.send();
    await on.quiet();
    expect(on.started).toHaveLength(1);
    await on.sender.endpoints.update(id, { description: 'mended' });
    await on.untilStatuses(id, 'delivered', 'pending');
  });

  test('a 500 speaks for its delivery alone', async () => {
    const on = await afterFirst(asking(500, '600'));
    await on.send();
    await nextIn(on, 0);
  });
});
