import { pollingQueue, type Wake } from '@countersign/sender';
import { deliveryQueueContract, fakeClock } from '@countersign/testing';
import { describe, expect, test } from 'vitest';

describe('pollingQueue keeps the contract of every delivery queue', () => {
  for (const { name, run } of deliveryQueueContract) {
    test(name, async () => {
      const clock = fakeClock();
      const record = new Map<string, { readonly work: Wake; readonly dueMs: number }>();
      const queue = pollingQueue({
        // What is due later stands in the record, as deliveries do.
        outlook: async () => {
          const waiting = [...record.values()];
          const due = waiting
            .filter(({ dueMs }) => dueMs <= clock.now())
            .map(({ work }) => ({ ...work, delayMs: 0 }));
          for (const { id } of due) record.delete(id);
          const nextMs = Math.min(
            ...waiting.map(({ dueMs }) => dueMs).filter((dueMs) => dueMs > clock.now()),
          );
          return { due, nextInMs: Number.isFinite(nextMs) ? nextMs - clock.now() : undefined };
        },
        clock: { now: clock.now, steadyNow: clock.now, schedule: clock.schedule },
        onError: (error) => {
          throw error;
        },
      });
      await run({
        queue: {
          consume: queue.consume,
          wake(work) {
            for (const one of work) {
              if (one.delayMs > 0) record.set(one.id, { work: one, dueMs: clock.now() + one.delayMs });
            }
            return queue.wake(work);
          },
        },
        advance: clock.advance,
      });
    });
  }
});

test('what falls due while there is always more to do takes its place behind what is ready', async () => {
  const clock = fakeClock();
  const abort = new AbortController();
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const queue = pollingQueue({
    outlook: async () => ({
      due: begun.includes('late') ? [] : [{ kind: 'lane', id: 'late', delayMs: 0 }],
      nextInMs: undefined,
    }),
    clock: { now: clock.now, steadyNow: clock.now, schedule: clock.schedule },
    onError: (error) => {
      throw error;
    },
  });
  await queue.wake(['a', 'b'].map((id) => ({ kind: 'lane', id, delayMs: 0 })));
  const consumed = queue.consume(
    ({ id }) => {
      begun.push(id);
      return new Promise((resolve) => ends.push(resolve));
    },
    { concurrency: 1, signal: abort.signal },
  );
  await clock.advance(1000);
  await queue.wake([{ kind: 'lane', id: 'c', delayMs: 0 }]);
  for (let ended = 0; ended < 4; ended += 1) {
    ends[ended]?.();
    await clock.advance(0);
  }
  expect(begun).toEqual(['a', 'b', 'late', 'c']);
  abort.abort();
  await consumed;
});

describe('what pollingQueue looks at', () => {
  /** How often it looks, while nothing is due and nobody wakes. */
  async function looksOf(shared: boolean | undefined): Promise<number> {
    const clock = fakeClock();
    const abort = new AbortController();
    let looks = 0;
    const queue = pollingQueue({
      outlook: async () => {
        looks += 1;
        return { due: [], nextInMs: undefined };
      },
      clock: { now: clock.now, steadyNow: clock.now, schedule: clock.schedule },
      onError: () => {},
      shared,
    });
    const consumed = queue.consume(async () => {}, { concurrency: 1, signal: abort.signal });
    await clock.advance(10_000);
    abort.abort();
    await consumed;
    return looks;
  }

  test('is looked at every 5 s, and every half second where others write it too', async () => {
    expect(await looksOf(undefined)).toBe(3);
    expect(await looksOf(false)).toBe(3);
    expect(await looksOf(true)).toBe(21);
  });

  test('is looked at again at once, where more is due than one look shows', async () => {
    const clock = fakeClock();
    const abort = new AbortController();
    const due = Array.from(
      { length: 600 },
      (_, index) => ({ kind: 'lane', id: `${index}`, delayMs: 0 }) as const,
    );
    const begun = new Set<string>();
    const queue = pollingQueue({
      outlook: async ({ limit }) => ({
        due: due.filter(({ id }) => !begun.has(id)).slice(0, limit),
        nextInMs: undefined,
      }),
      clock: { now: clock.now, steadyNow: clock.now, schedule: clock.schedule },
      onError: () => {},
    });
    const consumed = queue.consume(async ({ id }) => void begun.add(id), {
      concurrency: 1000,
      signal: abort.signal,
    });
    for (let turns = 0; turns < 5; turns += 1) await clock.advance(0);
    expect(begun.size).toBe(600);
    abort.abort();
    await consumed;
  });
});
