import type { DeliveryQueue, Wake } from '@countersign/sender';
import { deliveryQueueContract } from '@countersign/testing';
import { expect, test } from 'vitest';
import { consume, lane, route } from './consumer.js';

/** An engine under test. */
export interface Engine {
  /** Queues of two processes over one engine, which ends with the test. */
  readonly two: () => Promise<readonly [one: QueueUnderTest, other: QueueUnderTest]>;
}

export interface QueueUnderTest {
  readonly queue: DeliveryQueue<never>;
  /** Jobs that wait, in the engine itself. */
  readonly waiting: () => Promise<number>;
}

const MANY = 300;

/** What every queue over an engine must do beside the contract. */
export function sharingCases({ two }: Engine): void {
  for (const { name, run } of deliveryQueueContract) {
    test(`contract: ${name}`, { timeout: 40_000 }, async () => {
      const [{ queue }] = await two();
      await run({ queue, advance: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) });
    });
  }

  test('equal wakes that wait are one job, whoever wakes, and whether together or one by one', async () => {
    const [one, other] = await two();
    const wakes: readonly Wake[] = [route, lane('a'), lane('b'), route, lane('a')];
    for (let times = 0; times < MANY; times += 10) {
      await Promise.all(
        Array.from({ length: 5 }, () => [one, other].map(({ queue }) => queue.wake(wakes))).flat(),
      );
    }
    // A minute may have ended on the way.
    expect(await one.waiting()).toBeLessThanOrEqual(2 * 3);
    const { woken } = consume(one.queue);
    await expect.poll(() => new Set(woken)).toEqual(new Set(['route', 'a', 'b']));
    await expect.poll(() => other.waiting()).toBe(0);
    expect(woken.length).toBeLessThanOrEqual(2 * 3);
  });

  test('a wake that waits for its time stands in nobody’s way', async () => {
    const [{ queue }] = await two();
    await queue.wake([lane('a', 60_000)]);
    await queue.wake([lane('a', 1500)]);
    await queue.wake([lane('a', 60_000), lane('a', 3000)]);
    await queue.wake([lane('a')]);
    const startMs = Date.now();
    const { woken, atMs } = consume(queue);
    const waits: number[] = [];
    for (let times = 1; times <= 3; times += 1) {
      await expect.poll(() => woken.length, { interval: 10 }).toBe(times);
      waits.push((atMs.get('a') ?? 0) - startMs);
    }
    expect(waits[0]).toBeLessThan(1000);
    expect(waits[1]).toBeGreaterThan(1200);
    expect(waits[1]).toBeLessThan(2900);
    expect(waits[2]).toBeGreaterThan(2700);
    expect(waits[2]).toBeLessThan(4500);
  });

  test('one is routed for before the lanes that wait', async () => {
    const [{ queue }] = await two();
    await queue.wake(Array.from({ length: 20 }, (_, index) => lane(`${index}`)));
    await queue.wake([route]);
    const consumer = consume(queue, { concurrency: 1 });
    await expect.poll(() => consumer.woken.length).toBe(21);
    expect(consumer.woken[0]).toBe('route');
  });

  test('two processes share what there is: each is woken once, and both work', async () => {
    const [one, other] = await two();
    const consumers = [one, other].map(({ queue }) => consume(queue, { concurrency: 4, lasting: true }));
    const ids = Array.from({ length: 40 }, (_, index) => `ep_${index}`);
    await one.queue.wake(ids.map((id) => lane(id)));
    await expect.poll(() => consumers.map(({ running }) => running)).toEqual([4, 4]);
    for (const consumer of consumers) consumer.letGo();
    const all = (): readonly string[] => consumers.flatMap(({ woken }) => woken);
    await expect.poll(() => all().length).toBe(40);
    expect(new Set(all()).size).toBe(40);
    await expect.poll(() => other.waiting()).toBe(0);
  });

  test('one that is full leaves the rest to the other', async () => {
    const [one, other] = await two();
    const full = consume(one.queue, { concurrency: 1, lasting: true });
    await one.queue.wake([lane('long')]);
    await expect.poll(() => full.running).toBe(1);
    await one.queue.wake([lane('a'), lane('b'), lane('c')]);
    const free = consume(other.queue, { concurrency: 3, lasting: true });
    await expect.poll(() => free.running).toBe(3);
    expect(full.woken).toEqual(['long']);
  });

  test('a process that consumes is woken within moments by one that does not', async () => {
    const [one, other] = await two();
    const { woken, atMs } = consume(one.queue);
    await other.queue.wake([lane('warm')]);
    await expect.poll(() => woken).toContain('warm');
    const waits: number[] = [];
    for (let index = 0; index < 9; index += 1) {
      const startMs = Date.now();
      await other.queue.wake([lane(`${index}`)]);
      await expect.poll(() => woken, { interval: 5 }).toContain(`${index}`);
      waits.push((atMs.get(`${index}`) ?? 0) - startMs);
    }
    // Polled for alone, it would be a quarter of a second.
    expect(waits.toSorted((a, b) => a - b)[4]).toBeLessThan(120);
  });
}
