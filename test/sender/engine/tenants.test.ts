import { describe, expect, test } from 'vitest';
import { type Gate, gate } from './gate.js';
import { type Stage, stage } from './harness.js';

const events = (count: number, tenant: string): { type: string; data: unknown; tenant: string }[] =>
  Array.from({ length: count }, () => ({ type: 'job.done', data: {}, tenant }));

/** A tenant with so many endpoints, that all wait at a gate, and an event for each of them. */
async function hanging(on: Stage, tenant: string, endpoints: number): Promise<Gate> {
  const answers = gate();
  on.sink.answer(`/${tenant}`, answers.answering);
  for (let made = 0; made < endpoints; made += 1) await on.endpoint(`/${tenant}`, { tenant });
  await on.send({ tenant });
  await on.quiet();
  return answers;
}

/** A sender that has 4 exchanges in flight, 8 more that are slow, and so 12 lanes. */
const small = (): Promise<Stage> => stage({ concurrency: 4, slowConcurrency: 8, requestTimeoutMs: 600_000 });

async function passed(on: Stage, ms: number): Promise<void> {
  await on.clock.advance(ms);
  await on.quiet();
}

/** How long it takes by the clock until all of `count` events for a tenant, sent now, are delivered. */
async function deliveredIn(on: Stage, tenant: string, count: number): Promise<number> {
  const sentMs = on.clock.now();
  const before = on.sink.at(`/${tenant}`).length;
  await on.sender.sendMany(events(count, tenant));
  await on.pass(() => on.sink.at(`/${tenant}`).length === before + count);
  return on.clock.now() - sentMs;
}

describe('a tenant whose endpoints all hang', () => {
  test('has no more in flight than it leaves free, for as long as they do', async () => {
    const on = await small();
    await hanging(on, 'a', 10);
    const counts = [on.sink.open('/a')];
    for (let times = 0; times < 3; times += 1) {
      await passed(on, 2000);
      counts.push(on.sink.open('/a'));
    }
    expect(counts).toEqual([4, 6, 6, 6]);
  });

  test('holds others up for 2 seconds, and then no more: their events are delivered at once', async () => {
    const on = await small();
    await on.endpoint('/b', { tenant: 'b' });
    await hanging(on, 'a', 10);
    expect(await deliveredIn(on, 'b', 20)).toBe(2000);
    expect(await deliveredIn(on, 'b', 20)).toBe(0);
    await passed(on, 60_000);
    expect(await deliveredIn(on, 'b', 20)).toBe(0);
    expect(on.sink.open('/a')).toBe(6);
  });

  test('has its events delivered when they go on', async () => {
    const on = await small();
    const answers = await hanging(on, 'a', 10);
    await passed(on, 2000);
    for (let given = 0; given < 10; given += 1) answers.give(200);
    await on.until(() => on.attempts().length === 10);
    expect(new Set(on.attempts().map(({ endpointId, outcome }) => `${endpointId} ${outcome}`)).size).toBe(10);
    expect(on.attempts().every(({ outcome }) => outcome === 'delivered')).toBe(true);
  });
});

test('two tenants whose endpoints all hang leave a third one undisturbed', async () => {
  const on = await small();
  await on.endpoint('/c', { tenant: 'c' });
  await hanging(on, 'a', 6);
  await passed(on, 2000);
  await hanging(on, 'b', 6);
  await passed(on, 2000);
  expect(await deliveredIn(on, 'c', 20)).toBe(0);
  expect([on.sink.open('/a'), on.sink.open('/b')]).toEqual([6, 3]);
});

describe('lanes that can only wait, where lanes run out', () => {
  test('give way to others within a second', async () => {
    const on = await small();
    await on.endpoint('/b', { tenant: 'b' });
    await hanging(on, 'a', 13);
    await passed(on, 2000);
    for (const laterMs of [0, 300, 700, 900]) {
      await passed(on, laterMs);
      expect(await deliveredIn(on, 'b', 20)).toBeLessThanOrEqual(1000);
    }
    expect(on.sink.open('/a')).toBe(6);
  });

  test('give way, and are not held again while there is less than half of the room', async () => {
    const on = await small();
    await hanging(on, 'a', 13);
    const lanes: number[] = [];
    for (let times = 0; times < 10; times += 1) {
      lanes.push((await on.sender.totals()).lanes);
      await passed(on, 500);
    }
    expect(lanes).toEqual([13, 13, 13, 13, 6, 6, 6, 6, 6, 6]);
  });

  test('give way to each other, and come back when there is room: all is delivered in the end', async () => {
    const on = await small();
    await on.endpoint('/b', { tenant: 'b' });
    const answers = await hanging(on, 'a', 30);
    await passed(on, 2000);
    expect(await deliveredIn(on, 'b', 20)).toBeLessThanOrEqual(2000);
    for (let given = 0; given < 30; given += 1) answers.give(200);
    await on.pass(() => on.attempts().length === 50);
    const delivered = on.attempts().filter(({ outcome }) => outcome === 'delivered');
    expect(new Set(delivered.map(({ endpointId }) => endpointId)).size).toBe(31);
    expect(await on.sender.totals()).toMatchObject({ pending: 0, inFlight: 0 });
  });

  test('stay where they are while there are lanes for all', async () => {
    const on = await small();
    await hanging(on, 'a', 11);
    await passed(on, 2000);
    const lanes: number[] = [];
    for (let times = 0; times < 15; times += 1) {
      await passed(on, 100);
      lanes.push((await on.sender.totals()).lanes);
    }
    expect(lanes).toEqual(Array(15).fill(11));
  });
});

test('a tenant whose endpoints answer is not held back, however little room there is', async () => {
  const on = await stage({ concurrency: 2, slowConcurrency: 1 });
  for (let made = 0; made < 40; made += 1) await on.endpoint('/a', { tenant: 'a' });
  const sentMs = on.clock.now();
  await on.send({ tenant: 'a' });
  await on.until(() => on.attempts().length === 40);
  expect(on.attempts().every(({ outcome }) => outcome === 'delivered')).toBe(true);
  expect(on.clock.now()).toBe(sentMs);
});
