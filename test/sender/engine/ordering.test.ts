import { describe, expect, test } from 'vitest';
import { stage } from './harness.js';
import type { Answer, Received } from './sink.js';

const dataOf = ({ body }: Received): unknown => JSON.parse(body).data;

describe('deliveries of one ordering key', () => {
  test('go one after the other, each as soon as the one before it has succeeded', async () => {
    const on = await stage();
    const { id } = await on.endpoint('/a');
    for (let n = 0; n < 20; n += 1) await on.send({ orderingKey: 'k', data: n });
    await on.untilStatuses(id, ...Array(20).fill('delivered'));
    expect(on.sink.at('/a').map(dataOf)).toEqual([...Array(20).keys()]);
    expect(on.sink.mostOpen('/a')).toBe(1);
    expect(new Set(on.started.map(({ atMs }) => atMs)).size).toBe(1);
  });

  test('are found where the one before them was recorded: the lane is kept', async () => {
    let taken = 0;
    const on = await stage({
      isStarted: false,
      tap: async (call, run) => {
        const result = await run();
        if (call === 'takeLanes' && Array.isArray(result)) taken += result.length;
        return result;
      },
    });
    const { id } = await on.endpoint('/a');
    for (let n = 0; n < 10; n += 1) await on.send({ orderingKey: 'k', data: n });
    await on.sender.start();
    await on.untilStatuses(id, ...Array(10).fill('delivered'));
    expect(taken).toBe(1);
  });

  test('wait across its retries, and nobody else waits: other keys, no key, other endpoints, other tenants', async () => {
    const on = await stage({ retry: { delaysMs: [0, 10_000, 10_000] } });
    on.sink.answer('/a', (request, count) => (dataOf(request) === 'k1' && count < 6 ? 500 : 200));
    const a = await on.endpoint('/a');
    const b = await on.endpoint('/b');
    const c = await on.endpoint('/c', { tenant: 'acme' });
    await on.send({ orderingKey: 'k', data: 'k1' });
    await on.untilAttempts(a.id, 1);
    await on.send({ orderingKey: 'k', data: 'k2', type: 'another.type' });
    await on.send({ orderingKey: 'other', data: 'o1' });
    await on.send({ data: 'none' });
    await on.send({ orderingKey: 'k', data: 'k3' });
    await on.send({ orderingKey: 'k', data: 'k4', tenant: 'acme' });

    await on.untilStatuses(a.id, 'pending', 'pending', 'delivered', 'delivered', 'pending');
    await on.untilStatuses(b.id, ...Array(5).fill('delivered'));
    await on.untilStatuses(c.id, 'delivered');
    await on.quiet();
    await on.clock.advance(9_999);
    expect(on.sink.at('/a')).toHaveLength(3);
    await on.clock.advance(1);
    await on.until(() => on.sink.at('/a').length === 4);
    await on.quiet();
    await on.clock.advance(10_000);
    await on.until(() => on.sink.at('/a').length >= 5);
    await on.untilStatuses(a.id, 'failed', ...Array(4).fill('delivered'));
    expect(on.sink.at('/a').map(dataOf)).toEqual(['k1', 'o1', 'none', 'k1', 'k1', 'k2', 'k3']);
    expect(on.sink.at('/b').map(dataOf)).toContain('k2');
  });

  test('are let go by one that has failed', async () => {
    const on = await stage({ retry: { delaysMs: [0], clientErrors: 'fail' } });
    on.sink.answer('/a', 400, 500, 200);
    const { id } = await on.endpoint('/a');
    for (const data of [1, 2, 3]) await on.send({ orderingKey: 'k', data });
    await on.untilStatuses(id, 'failed', 'failed', 'delivered');
    expect(on.sink.at('/a').map(dataOf)).toEqual([1, 2, 3]);
    expect(new Set(on.started.map(({ atMs }) => atMs)).size).toBe(1);
  });

  test('are let go by one that was skipped', async () => {
    const on = await stage({ isStarted: false, retry: { delaysMs: [0, 60_000] } });
    on.sink.answer('/a', 500, 200);
    const { id } = await on.endpoint('/a');
    await on.send({ orderingKey: 'k', data: 1 });
    await on.sender.start();
    await on.untilAttempts(id, 1);
    await on.sender.endpoints.disable(id);
    await on.untilStatuses(id, 'skipped');
    await on.sender.endpoints.enable(id);
    await on.send({ orderingKey: 'k', data: 2 });
    await on.untilStatuses(id, 'skipped', 'delivered');
  });

  test('never are in flight together, however many keys and slots there are', async () => {
    const on = await stage({ isStarted: false, endpointConcurrency: 8 });
    const open = new Set<string>();
    const waiting: (() => void)[] = [];
    on.sink.answer('/a', (request): Promise<Answer> => {
      const key = String(dataOf(request)).slice(0, 1);
      expect(open.has(key)).toBe(false);
      open.add(key);
      // Answers come in another order than requests.
      return new Promise((resolve) => {
        waiting.push(() => {
          open.delete(key);
          resolve(200);
        });
        setImmediate(() => waiting.splice(waiting.length - 1, 1)[0]?.());
      });
    });
    const { id } = await on.endpoint('/a');
    for (let n = 0; n < 60; n += 1) await on.send({ orderingKey: `k${n % 6}`, data: `${n % 6} ${n}` });
    await on.sender.start();
    await on.untilStatuses(id, ...Array(60).fill('delivered'));
    for (let key = 0; key < 6; key += 1) {
      const numbers = on.sink.at('/a').map(dataOf).map(String);
      const own = numbers.filter((text) => text.startsWith(`${key} `)).map((text) => Number(text.slice(2)));
      expect(own).toEqual(own.toSorted((a, b) => a - b));
      expect(own).toHaveLength(10);
    }
    expect(on.sink.mostOpen('/a')).toBeGreaterThan(1);
  });

  test('keep the order in which they were sent together', async () => {
    const on = await stage();
    const { id } = await on.endpoint('/a');
    const events = [...Array(100).keys()].map((n) => ({ type: `t.${n % 3}`, data: n, orderingKey: 'k' }));
    await on.sender.sendMany(events);
    await on.untilStatuses(id, ...Array(100).fill('delivered'));
    expect(on.sink.at('/a').map(dataOf)).toEqual([...Array(100).keys()]);
  });

  test('that was recovered goes before later ones that still wait', async () => {
    const on = await stage({ retry: { delaysMs: [0, 60_000] } });
    on.sink.answer('/a', (request) => (dataOf(request) === 2 ? 500 : 200));
    const { id } = await on.endpoint('/a', { events: ['*'] });
    await on.send({ orderingKey: 'k', data: 2 });
    await on.untilAttempts(id, 1);
    await on.send({ orderingKey: 'k', data: 3 });
    await on.quiet();
    on.sink.answer('/a', 200);
    const [first] = (await on.sender.deliveries.list({ endpointId: id })).data.toReversed();
    await on.sender.deliveries.retry(first?.id ?? '');
    await on.untilStatuses(id, 'delivered', 'delivered');
    expect(on.sink.at('/a').map(dataOf)).toEqual([2, 2, 3]);
  });
});
