import { describe, expect, test } from 'vitest';
import { type Gate, gate } from './gate.js';
import { type Stage, type StageOptions, stage } from './harness.js';
import type { Answer } from './sink.js';

/** Endpoints with so many events each, all waiting before the sender starts, their answers at one gate. */
async function backlog(
  paths: readonly string[],
  count: number,
  { input, ...options }: StageOptions & { input?: Parameters<Stage['endpoint']>[1] } = {},
): Promise<{ on: Stage; ids: readonly string[]; answers: Gate }> {
  const on = await stage({ isStarted: false, requestTimeoutMs: 600_000, ...options });
  const answers = gate();
  const ids: string[] = [];
  for (const path of paths) {
    on.sink.answer(path, answers.answering);
    ids.push((await on.endpoint(path, input)).id);
  }
  const events = Array.from({ length: count }, () => ({ type: 'job.done', data: {} }));
  await on.sender.sendMany(events);
  await on.sender.start();
  return { on, ids, answers };
}

/** Exchanges in flight, once everything that is to begin has begun. */
async function open(on: Stage): Promise<number> {
  await on.quiet();
  return on.traffic.inFlight;
}

async function given(on: Stage, answers: Gate, answer: Answer): Promise<number> {
  const before = on.attempts().length;
  answers.give(answer);
  await on.until(() => on.attempts().length === before + 1);
  return open(on);
}

const gaps = ({ started }: Stage): readonly number[] =>
  started.map(({ atMs }, index) => atMs - (started[index - 1]?.atMs ?? atMs));

describe('the exchanges that an endpoint has in flight', () => {
  test('begin with one, double with each success, and are never more than its `concurrency`', async () => {
    const { on, answers } = await backlog(['/a'], 40, { input: { concurrency: 6 } });
    const counts = [await open(on)];
    for (let success = 0; success < 8; success += 1) counts.push(await given(on, answers, 200));
    expect(counts).toEqual([1, 2, 4, 6, 6, 6, 6, 6, 6]);
    expect(on.sink.mostOpen('/a')).toBe(6);
  });

  test('are 8 at most where it says nothing, or what the sender says', async () => {
    for (const [options, most] of [
      [{}, 8],
      [{ endpointConcurrency: 3 }, 3],
    ] as const) {
      const { on, answers } = await backlog(['/a'], 40, options);
      await open(on);
      for (let success = 0; success < 10; success += 1) await given(on, answers, 200);
      expect(on.sink.mostOpen('/a')).toBe(most);
    }
  });

  test('are halved by a failure', async () => {
    const { on, answers } = await backlog(['/a'], 40);
    await open(on);
    for (let success = 0; success < 3; success += 1) await given(on, answers, 200);
    expect(await open(on)).toBe(8);
    const counts: number[] = [];
    for (let failure = 0; failure < 4; failure += 1) counts.push(await given(on, answers, 500));
    expect(counts).toEqual([7, 6, 5, 4]);
    expect(await given(on, answers, 200)).toBe(3);
  });
});

describe('a rate limit', () => {
  test('lets up to one second’s worth go at once, then one at a time', async () => {
    const on = await stage({ isStarted: false });
    const { id } = await on.endpoint('/a', { rateLimit: { perSecond: 4 }, concurrency: 1 });
    await on.sender.sendMany(Array.from({ length: 9 }, () => ({ type: 'a', data: {} })));
    await on.sender.start();
    await on.pass(() => on.attempts().length === 9, 50);
    await on.untilStatuses(id, ...Array(9).fill('delivered'));
    expect(gaps(on)).toEqual([0, 0, 0, 0, 250, 250, 250, 250, 250]);
  });

  test('slower than one a second is kept, though the lane is let go of in between', async () => {
    const on = await stage({ isStarted: false });
    await on.endpoint('/a', { rateLimit: { perSecond: 0.25 } });
    await on.sender.sendMany(Array.from({ length: 4 }, () => ({ type: 'a', data: {} })));
    await on.sender.start();
    await on.pass(() => on.attempts().length === 4, 500);
    expect(gaps(on)).toEqual([0, 4000, 4000, 4000]);
  });

  test('is kept over short pauses in which nobody owns the lane', async () => {
    const on = await stage();
    const { id } = await on.endpoint('/a', { rateLimit: { perSecond: 4 } });
    const events = Array.from({ length: 4 }, () => ({ type: 'a', data: {} }));
    await on.sender.sendMany(events);
    await on.untilStatuses(id, ...Array(4).fill('delivered'));
    await on.quiet();
    await on.clock.advance(250);
    await on.sender.sendMany(events);
    await on.pass(() => on.attempts().length === 8, 50);
    expect(gaps(on)).toEqual([0, 0, 0, 0, 250, 250, 250, 250]);
  });

  test('goes on where the last owner of the lane left it, and counts retries too', async () => {
    const on = await stage({ retry: { delaysMs: [0, 1] } });
    on.sink.answer('/a', 500, 200);
    const { id } = await on.endpoint('/a', { rateLimit: { perSecond: 0.5 } });
    await on.send();
    await on.untilAttempts(id, 1);
    await on.quiet();
    await on.clock.advance(500);
    const other = await stage({ beside: on });
    await on.sender.stop();
    await other.send();
    await on.pass(() => other.attempts().length === 2, 250);
    await other.untilStatuses(id, 'delivered', 'delivered');
    const startedMs = [...on.started, ...other.started].map(({ atMs }) => atMs);
    expect(startedMs.map((atMs) => atMs - (startedMs[0] ?? 0))).toEqual([0, 2000, 4000]);
  });
});

describe('the exchanges of all endpoints together', () => {
  test('are never more than `concurrency`, and all endpoints are served', async () => {
    const paths = Array.from({ length: 10 }, (_, index) => `/${index}`);
    const { on, ids, answers } = await backlog(paths, 6, { concurrency: 4 });
    expect(await open(on)).toBe(4);
    for (let answered = 0; answered < 60; answered += 1) {
      expect(await given(on, answers, 200)).toBeLessThanOrEqual(4);
    }
    for (const id of ids) await on.untilStatuses(id, ...Array(6).fill('delivered'));
  });

  test('that last longer than 2 seconds leave it to the others', async () => {
    const { on, answers } = await backlog(['/a', '/b', '/c', '/d'], 1, { concurrency: 2 });
    expect(await open(on)).toBe(2);
    await on.clock.advance(1999);
    expect(await open(on)).toBe(2);
    await on.clock.advance(1);
    expect(await open(on)).toBe(4);
    for (let answered = 0; answered < 4; answered += 1) await given(on, answers, 200);
    expect((await on.sender.totals()).inFlight).toBe(0);
  });

  test('leave it one by one, each when it has lasted that long', async () => {
    const on = await stage({ concurrency: 2, requestTimeoutMs: 600_000 });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      on.sink.answer(`/${name}`, 'hang');
      await on.endpoint(`/${name}`, { tenant: name });
    }
    const counts: number[] = [];
    for (const name of ['a', 'b']) {
      await on.send({ tenant: name });
      await on.quiet();
      await on.clock.advance(1000);
    }
    for (const name of ['c', 'd', 'e', 'f']) await on.send({ tenant: name });
    for (let seconds = 0; seconds < 4; seconds += 1) {
      counts.push(await open(on));
      await on.clock.advance(1000);
    }
    expect(counts).toEqual([3, 4, 5, 6]);
  });

  test('of which no more than `slowConcurrency` are slow: the next one that is stays with the others', async () => {
    const { on, answers } = await backlog(['/a', '/b', '/c', '/d'], 1, {
      concurrency: 1,
      slowConcurrency: 2,
    });
    const counts: number[] = [];
    for (let times = 0; times < 5; times += 1) {
      counts.push(await open(on));
      await on.clock.advance(2000);
    }
    expect(counts).toEqual([1, 2, 3, 3, 3]);
    answers.give(200);
    answers.give(200);
    answers.give(200);
    expect(await open(on)).toBe(1);
  });
});

describe('an answer counts before the next exchange is started, also where that waits for the same slot', () => {
  /** Four events for an endpoint that waits for its second slot while it has the only one. */
  async function waiting(answer: Answer): Promise<{ on: Stage; id: string }> {
    const on = await stage({ isStarted: false, concurrency: 1 });
    on.sink.answer('/a', 200, answer, 200);
    const { id } = await on.endpoint('/a');
    await on.sender.sendMany(Array.from({ length: 4 }, () => ({ type: 'a', data: {} })));
    await on.sender.start();
    return { on, id };
  }

  test('410: nothing more is sent there, and others have the slot', async () => {
    const { on, id } = await waiting(410);
    await on.untilStatuses(id, 'delivered', 'failed', 'skipped', 'skipped');
    expect(on.sink.at('/a')).toHaveLength(2);
    const other = await on.endpoint('/b');
    await on.send();
    await on.untilStatuses(other.id, 'delivered');
  });

  test('429 with Retry-After: nothing for so long, and others have the slot', async () => {
    const { on, id } = await waiting({ status: 429, headers: { 'retry-after': '60' } });
    await on.until(() => on.attempts().length === 2);
    const other = await on.endpoint('/b', { tenant: 'acme' });
    await on.send({ tenant: 'acme' });
    await on.untilStatuses(other.id, 'delivered');
    await on.quiet();
    await on.clock.advance(59_999);
    expect(on.sink.at('/a')).toHaveLength(2);
    await on.clock.advance(1);
    await on.untilStatuses(id, ...Array(4).fill('delivered'));
  });
});

describe('an endpoint whose last five attempts all failed', () => {
  test('gets one probe at a time, at pauses of 1 s that double up to 30 s', async () => {
    const on = await stage({ isStarted: false, retry: { delaysMs: [0, 3_600_000] } });
    on.sink.answer('/a', 500);
    await on.endpoint('/a');
    await on.sender.sendMany(Array.from({ length: 30 }, () => ({ type: 'a', data: {} })));
    await on.sender.start();
    await on.pass(() => on.attempts().length === 13, 500);
    expect(gaps(on)).toEqual([0, 0, 0, 0, 0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(on.sink.mostOpen('/a')).toBe(1);
  });

  test('goes on at full speed after the first success', async () => {
    const on = await stage({ isStarted: false, retry: { delaysMs: [0, 3_600_000] } });
    on.sink.answer('/a', 500, 500, 500, 500, 500, 500, 200);
    const { id } = await on.endpoint('/a');
    await on.sender.sendMany(Array.from({ length: 30 }, () => ({ type: 'a', data: {} })));
    await on.sender.start();
    await on.pass(() => on.attempts().length >= 7, 500);
    await on.untilStatuses(id, ...Array(6).fill('pending'), ...Array(24).fill('delivered'));
    expect(new Set(on.started.slice(6).map(({ atMs }) => atMs)).size).toBe(1);
  });

  test('is remembered by the next owner of its lane', async () => {
    const on = await stage({ isStarted: false, retry: { delaysMs: [0, 3_600_000] } });
    on.sink.answer('/a', 500);
    await on.endpoint('/a');
    await on.sender.sendMany(Array.from({ length: 30 }, () => ({ type: 'a', data: {} })));
    await on.sender.start();
    await on.pass(() => on.attempts().length === 8, 500);
    await on.quiet();
    await on.sender.stop();
    const other = await stage({ beside: on });
    await other.quiet();
    await on.clock.advance(7999);
    expect(other.started).toEqual([]);
    await on.clock.advance(1);
    await other.until(() => other.attempts().length === 1);
    await other.quiet();
    await on.clock.advance(15_999);
    expect(other.started).toHaveLength(1);
  });
});
