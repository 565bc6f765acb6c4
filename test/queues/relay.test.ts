import type { DeliveryQueue, Outlook, Wake } from '@countersign/sender';
import { deliveryQueueContract, fakeClock } from '@countersign/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Relay } from '../../packages/sender/src/worker/relay.js';

const lane = (id: string, delayMs = 0): Wake => ({ kind: 'lane', id, delayMs });

/** A queue that a test answers for; by default it takes all and passes nothing on. */
class Scripted implements DeliveryQueue {
  readonly told: Wake[][] = [];
  answer: () => Promise<void> = async () => {};
  /** What it passes on. */
  onWake: ((work: Wake) => Promise<void>) | undefined;

  wake(work: readonly Wake[]): Promise<void> {
    this.told.push([...work]);
    return this.answer();
  }

  consume(onWake: (work: Wake) => Promise<void>, { signal }: { signal: AbortSignal }): Promise<void> {
    this.onWake = onWake;
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }

  get ids(): readonly (readonly string[])[] {
    return this.told.map((work) => work.map(({ id }) => id));
  }
}

/** A relay between a scripted queue and a scripted record. */
function relayed(queue: DeliveryQueue = new Scripted()) {
  const clock = fakeClock();
  const notices: string[] = [];
  const looks: number[] = [];
  const record = {
    outlook: async (): Promise<Outlook> => ({ due: [], nextInMs: undefined }),
  };
  const relay = new Relay({
    queue,
    outlook: (limits) => {
      looks.push(clock.now());
      expect(limits.limit).toBeLessThanOrEqual(256);
      return record.outlook();
    },
    clock: { ...clock, steadyNow: clock.now },
    reporter: { tellFailure: (code, message) => void notices.push(`${code}: ${message}`) },
  });
  const startMs = clock.now();
  return {
    clock,
    record,
    relay,
    notices,
    /** When the record was looked at, since the start. */
    looks: () => looks.map((atMs) => atMs - startMs),
    due: (...work: readonly Wake[]) => {
      record.outlook = async () => ({ due: work, nextInMs: undefined });
    },
  };
}

/** Consumes until the test ends; calls last until they are ended. */
function consuming(relay: Relay<never>, concurrency = 10) {
  const abort = new AbortController();
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  let hasEnded = false;
  const consumed = relay.consume(
    ({ id }) => {
      begun.push(id);
      return new Promise((resolve) => ends.push(resolve));
    },
    { concurrency, signal: abort.signal },
  );
  void consumed.then(() => {
    hasEnded = true;
  });
  const endAll = (): void => {
    for (const end of ends.splice(0)) end();
  };
  onTestFinished(async () => {
    abort.abort();
    endAll();
    await consumed;
  });
  return { begun, endAll, abort: () => abort.abort(), hasEnded: () => hasEnded };
}

describe('a relay', () => {
  test('looks at the record at the start, then every second, and sooner when something falls due', async () => {
    const { clock, record, relay, looks } = relayed();
    consuming(relay);
    await clock.advance(3000);
    expect(looks()).toEqual([0, 1000, 2000, 3000]);
    record.outlook = async () => ({ due: [], nextInMs: 300 });
    await clock.advance(1300);
    expect(looks().slice(4)).toEqual([4000, 4300]);
  });

  test('does not look again at once, whatever the record says', async () => {
    const { clock, record, relay, looks } = relayed();
    record.outlook = async () => ({ due: [], nextInMs: 0 });
    consuming(relay);
    await clock.advance(1000);
    expect(looks()).toHaveLength(11);
  });

  test('never looks twice at once, and more and more seldom where the record is away', async () => {
    const { clock, record, relay, looks, notices } = relayed();
    let answer = (): void => {};
    record.outlook = () =>
      new Promise((resolve) => {
        answer = () => resolve({ due: [], nextInMs: undefined });
      });
    consuming(relay);
    await clock.advance(30_000);
    expect(looks()).toEqual([0]);
    record.outlook = () => Promise.reject(new Error('no record'));
    answer();
    await clock.advance(60_000);
    const waits = looks()
      .slice(1)
      .map((atMs, index) => atMs - (looks()[index] ?? 0));
    expect(waits.slice(1, 7)).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(notices).toContain('internal_error: the record cannot be reached');
    record.outlook = async () => ({ due: [], nextInMs: undefined });
    await clock.advance(12_000);
    expect(looks().at(-1)).toBe((looks().at(-2) ?? 0) + 1000);
  });

  test('looks at nothing until somebody consumes, and then passes wake-ups on all the same', async () => {
    const queue = new Scripted();
    const { clock, relay, looks } = relayed(queue);
    await relay.wake([lane('a')]);
    await clock.advance(5000);
    expect(queue.ids).toEqual([['a']]);
    expect(looks()).toEqual([]);
  });

  test('passes on what is due, once; what is due still at the next look is worked here', async () => {
    const queue = new Scripted();
    const { clock, relay, due } = relayed(queue);
    due(lane('a'));
    const { begun } = consuming(relay);
    await clock.advance(0);
    expect(queue.ids).toEqual([['a']]);
    expect(begun).toEqual([]);
    due(lane('a'), lane('b'));
    await clock.advance(1000);
    expect(queue.ids).toEqual([['a'], ['b']]);
    expect(begun).toEqual(['a']);
  });

  test('works here as much as there is room for, and passes the rest on again', async () => {
    const queue = new Scripted();
    const { clock, relay, due } = relayed(queue);
    due(lane('a'), lane('b'), lane('c'));
    const { begun } = consuming(relay, 2);
    await clock.advance(1000);
    expect(begun).toEqual(['a', 'b']);
    expect(queue.ids).toEqual([['a', 'b', 'c'], ['c']]);
  });

  test('what the queue passes on shares the room with what is worked here', async () => {
    const queue = new Scripted();
    const { clock, relay, due } = relayed(queue);
    due(lane('a'), lane('b'));
    const { begun, endAll } = consuming(relay, 2);
    await clock.advance(1000);
    let hasEnded = false;
    void queue.onWake?.(lane('c')).then(() => {
      hasEnded = true;
    });
    await clock.advance(0);
    expect(begun).toEqual(['a', 'b']);
    endAll();
    await clock.advance(0);
    expect(begun).toEqual(['a', 'b', 'c']);
    expect(hasEnded).toBe(false);
    endAll();
    await clock.advance(0);
    expect(hasEnded).toBe(true);
  });

  test('where the queue refuses, works here at once, and the wake-up is refused', async () => {
    const queue = new Scripted();
    const { relay } = relayed(queue);
    queue.answer = () => Promise.reject(new Error('no broker'));
    await expect(relay.wake([lane('early')])).rejects.toThrow('no broker');
    const { begun } = consuming(relay);
    await expect(relay.wake([lane('a'), lane('later', 500)])).rejects.toThrow('no broker');
    expect(begun).toEqual(['a']);
  });

  test('what it finds due and the queue refuses is worked at once, and told', async () => {
    const queue = new Scripted();
    const { clock, relay, due, notices } = relayed(queue);
    queue.answer = () => Promise.reject(new Error('no broker'));
    due(lane('a'));
    const { begun } = consuming(relay);
    await clock.advance(0);
    expect(begun).toEqual(['a']);
    expect(notices).toEqual(['wake_failed: a wake-up was not passed on']);
  });

  test('with a transaction, a wake-up goes to the queue as it is', async () => {
    const transactions: unknown[] = [];
    const queue: DeliveryQueue<string> = {
      wake: async (_work, transaction) => void transactions.push(transaction),
      consume: async () => {},
    };
    const { clock } = relayed();
    const relay = new Relay({
      queue,
      outlook: async () => ({ due: [], nextInMs: undefined }),
      clock: { ...clock, steadyNow: clock.now },
      reporter: { tellFailure: () => {} },
    });
    await relay.wake([lane('a')], 'tx');
    expect(transactions).toEqual(['tx']);
  });

  test('goes on where the queue rejects to be consumed, and asks again', async () => {
    let asked = 0;
    const queue: DeliveryQueue = {
      wake: async () => {},
      consume: () => {
        asked += 1;
        return Promise.reject(new Error('no broker'));
      },
    };
    const { clock, relay, due, notices } = relayed(queue);
    due(lane('a'));
    const { begun } = consuming(relay);
    await clock.advance(1000);
    expect(begun).toEqual(['a']);
    expect(asked).toBeGreaterThan(2);
    expect(notices).toContain('internal_error: no wake-ups come from the queue');
  });

  test('ends when what runs has ended, whoever began it', async () => {
    const queue = new Scripted();
    const { clock, relay, due } = relayed(queue);
    due(lane('a'));
    const { begun, endAll, abort, hasEnded } = consuming(relay);
    await clock.advance(1000);
    abort();
    await clock.advance(5000);
    expect(begun).toEqual(['a']);
    expect(hasEnded()).toBe(false);
    void queue.onWake?.(lane('b'));
    endAll();
    await clock.advance(0);
    expect(begun).toEqual(['a']);
    expect(hasEnded()).toBe(true);
  });
});

describe('the way to the queue', () => {
  test('one call at a time; what comes meanwhile goes together, equal wakes once, of delays the shortest', async () => {
    const queue = new Scripted();
    const { clock, relay } = relayed(queue);
    const answers: (() => void)[] = [];
    queue.answer = () => new Promise((resolve) => answers.push(resolve));
    const woken: Promise<void>[] = [relay.wake([lane('a')])];
    for (let times = 0; times < 1000; times += 1) {
      woken.push(relay.wake([lane('a'), lane('b', 900), lane('b', 700), lane('b', 5000)]));
    }
    await clock.advance(0);
    expect(queue.told).toEqual([[lane('a')]]);
    answers[0]?.();
    await clock.advance(0);
    expect(queue.told.slice(1)).toEqual([[lane('a'), lane('b', 700), lane('b', 5000)]]);
    answers[1]?.();
    await Promise.all(woken);
    expect(queue.told).toHaveLength(2);
  });

  test('a queue that does not answer for 2 s has refused, and is not asked again until it answers', async () => {
    const queue = new Scripted();
    const { clock, relay } = relayed(queue);
    let answer = (): void => {};
    queue.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const refused = [relay.wake([lane('a')]), relay.wake([lane('b')])].map((woken) =>
      expect(woken).rejects.toThrow('has not answered for 2 s'),
    );
    await clock.advance(2000);
    await Promise.all(refused);
    for (let times = 0; times < 10_000; times += 1)
      await expect(relay.wake([lane(`${times}`)])).rejects.toThrow('has not answered');
    expect(queue.ids).toEqual([['a']]);
    expect(clock.pending).toBe(0);
    answer();
    queue.answer = async () => {};
    await clock.advance(0);
    await relay.wake([lane('c')]);
    expect(queue.ids).toEqual([['a'], ['c']]);
  });

  test('a call that fails fails those whose wakes it had, and no others', async () => {
    const queue = new Scripted();
    const { relay } = relayed(queue);
    queue.answer = () => {
      queue.answer = async () => {};
      return Promise.reject(new Error('no broker'));
    };
    const [first, second] = [relay.wake([lane('a')]), relay.wake([lane('b')])];
    await expect(first).rejects.toThrow('no broker');
    await second;
  });

  test('no more than 10,000 wakes wait', async () => {
    const queue = new Scripted();
    const { relay } = relayed(queue);
    queue.answer = () => new Promise(() => {});
    void relay.wake([lane('first')]).catch(() => {});
    const many = Array.from({ length: 10_000 }, (_, index) => lane(`${index}`));
    void relay.wake(many).catch(() => {});
    await expect(relay.wake([lane('one more')])).rejects.toThrow('more than 10000 wake-ups');
  });
});

describe('a relay over a queue that is sound keeps the contract of every delivery queue', () => {
  for (const { name, run } of deliveryQueueContract) {
    test(name, async () => {
      const { clock, relay } = relayed(soundQueue());
      await run({ queue: relay, advance: clock.advance });

      function soundQueue(): DeliveryQueue {
        let onWake: ((work: Wake) => void) | undefined;
        return {
          wake: async (work) => {
            for (const one of work) clock.schedule(() => onWake?.(one), one.delayMs);
          },
          consume: (call, { signal }) =>
            new Promise((resolve) => {
              onWake = (work) => void call(work);
              signal.addEventListener('abort', () => resolve(), { once: true });
            }),
        };
      }
    });
  }
});
