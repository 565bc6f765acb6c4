import { describe, expect, test } from 'vitest';
import { defined, type Stage, stage } from './harness.js';

const events = (count: number, fields: object = {}): { type: string; data: unknown }[] =>
  Array.from({ length: count }, () => ({ type: 'job.done', data: {}, ...fields }));

/** An endpoint of a tenant of its own with a long backlog. */
async function big(on: Stage, name: string, count = 1000): Promise<string> {
  const { id } = await on.endpoint(`/${name}`, { tenant: name });
  for (let sent = 0; sent < count; sent += 1000) {
    await on.sender.sendMany(events(Math.min(1000, count - sent), { tenant: name }));
  }
  return id;
}

describe("one endpoint's backlog does not hold up another's event", () => {
  test('10,000 that wait: a single event elsewhere is sent before a few more of them', async () => {
    for (const [concurrency, count] of [
      [128, 10_000],
      [2, 1000],
    ] as const) {
      const on = await stage({ concurrency, isStarted: false });
      await big(on, 'big', count);
      await on.sender.start();
      await on.until(async () => (await on.sender.totals()).pending + on.attempts().length >= count);
      await on.endpoint('/small');
      const before = on.started.length;
      await on.send();
      await on.until(() => on.sink.at('/small').length === 1);
      const at = on.started.findIndex(({ path }) => path === '/small');
      expect(at - before).toBeLessThan(20);
      on.sink.answer('/big', 'hang');
    }
  });

  test('nor where it must wait for a slot: slots go round', async () => {
    const on = await stage({ concurrency: 1, isStarted: false });
    for (const name of ['a', 'b', 'c']) await big(on, name, 30);
    await on.sender.start();
    await on.until(() => on.attempts().length === 90);
    const turns = on.started.slice(0, 60).map(({ path }) => path);
    for (const path of ['/a', '/b', '/c']) {
      const share = turns.filter((turn) => turn === path).length;
      expect(share).toBeGreaterThan(15);
      expect(share).toBeLessThan(25);
    }
    for (let turn = 2; turn < turns.length; turn += 1) {
      expect(new Set(turns.slice(turn - 2, turn + 1)).size).toBeGreaterThan(1);
    }
  });

  test('nor where all lanes are held by long backlogs: after a second they are let go of in turn', async () => {
    const on = await stage({ concurrency: 2, slowConcurrency: 1 });
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const name of names) await big(on, name, 800);
    await on.until(() => on.started.length > 30);
    const { lanes } = await on.sender.totals();
    expect(lanes).toBeGreaterThanOrEqual(3);
    expect(lanes).toBeLessThanOrEqual(4);
    await on.endpoint('/small');
    await on.send();
    let turns = 0;
    for (; on.sink.at('/small').length === 0; turns += 1) {
      await on.clock.advance(1001);
      const seen = on.started.length;
      await on.until(() => on.started.length > seen + 20 || on.sink.at('/small').length > 0);
    }
    expect(turns).toBeLessThan(8);
    const sent = names.map((name) => on.sink.at(`/${name}`).length);
    for (const count of sent) expect(count).toBeLessThan(800);
    for (const name of names) on.sink.answer(`/${name}`, 'hang');
  });
});

test('more endpoints than lanes: all of them are served', async () => {
  const on = await stage({ concurrency: 2, slowConcurrency: 1, isStarted: false });
  const ids: string[] = [];
  for (let index = 0; index < 50; index += 1) ids.push((await on.endpoint(`/${index}`)).id);
  await on.sender.sendMany(events(3));
  await on.sender.start();
  await on.until(() => on.attempts().length === 150);
  for (const id of ids) await on.untilStatuses(id, 'delivered', 'delivered', 'delivered');
  expect(new Set(on.started.map(({ atMs }) => atMs)).size).toBe(1);
});

describe('endpoints that hang take nothing from the others', () => {
  test('half of 40 hang: the healthy ones are all served while they do', async () => {
    const on = await stage({ concurrency: 8, isStarted: false });
    const healthy: string[] = [];
    for (let index = 0; index < 40; index += 1) {
      const { id } = await on.endpoint(`/${index}`);
      if (index % 2 === 0) on.sink.answer(`/${index}`, 'hang');
      else healthy.push(id);
    }
    await on.sender.sendMany(events(3));
    await on.sender.start();
    await on.pass(() => on.attempts().filter(({ outcome }) => outcome === 'delivered').length === 60, 500);
    for (const id of healthy) await on.untilStatuses(id, 'delivered', 'delivered', 'delivered');
    const first = defined(on.started[0]).atMs;
    expect(defined(on.started.at(-1)).atMs - first).toBeLessThan(10_000);
    expect((await on.sender.totals()).inFlight).toBe(20);
  });

  test('each of them keeps one exchange, however much waits there', async () => {
    const on = await stage({ requestTimeoutMs: 5000 });
    on.sink.answer('/a', 'hang');
    await big(on, 'a', 100);
    await on.until(() => on.sink.open('/a') === 1);
    for (let times = 0; times < 4; times += 1) {
      await on.quiet();
      expect(on.started).toHaveLength(times + 1);
      await on.clock.advance(5000);
      await on.until(() => on.sink.at('/a').length === times + 2);
    }
    expect(on.sink.mostOpen('/a')).toBe(1);
  });
});
