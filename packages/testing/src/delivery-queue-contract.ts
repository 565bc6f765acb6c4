import assert from 'node:assert/strict';
import type { DeliveryQueue, Wake } from '@countersign/sender';

/** A queue under test, with the clock that it lives by. */
export interface DeliveryQueueSubject {
  /** Nobody else consumes it meanwhile. */
  readonly queue: DeliveryQueue;
  /** Moves the queue's time on; a queue whose clock cannot be faked waits that long. */
  advance(ms: number): Promise<void> | void;
}

/** One promise of a `DeliveryQueue`. */
export interface DeliveryQueueCase {
  /** The promise. */
  readonly name: string;
  /** Rejects with an `AssertionError` where the queue breaks it. */
  run(subject: DeliveryQueueSubject): Promise<void>;
}

const STEP_MS = 20;
const PATIENCE_MS = 15_000;
const DELAY_MS = 2_000;
const MARGIN_MS = 700;

/** Somebody who consumes, and whose calls last until they are let go. */
class Consumer {
  readonly calls: string[] = [];
  readonly #running = new Map<string, (() => void)[]>();
  readonly #stopping = new AbortController();
  #mostRunning = 0;
  #isHeld: (id: string) => boolean;
  hasEnded = false;
  /** What `consume` has rejected with. */
  failure: unknown;

  constructor(queue: DeliveryQueue, concurrency: number, isHeld: (id: string) => boolean = () => false) {
    this.#isHeld = isHeld;
    const { signal } = this.#stopping;
    const onEnd = (failure?: unknown): void => {
      this.failure = failure;
      this.hasEnded = true;
    };
    queue.consume((work) => this.#onWake(work), { concurrency, signal }).then(() => onEnd(), onEnd);
  }

  get running(): number {
    return [...this.#running.values()].reduce((sum, { length }) => sum + length, 0);
  }

  get mostRunning(): number {
    return this.#mostRunning;
  }

  timesOf({ id }: Wake): number {
    return this.calls.filter((call) => call === id).length;
  }

  /** Ends the calls that last, and lets none last any more. */
  letGo(): void {
    this.#isHeld = () => false;
    for (const ends of this.#running.values()) for (const end of ends) end();
  }

  abort(): void {
    this.#stopping.abort();
  }

  async #onWake({ kind, id }: Wake): Promise<void> {
    this.calls.push(kind === 'route' ? 'route' : id);
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const ends = this.#running.get(id) ?? [];
    this.#running.set(id, [...ends, end]);
    this.#mostRunning = Math.max(this.#mostRunning, this.running);
    if (this.#isHeld(id)) await ended;
    else await Promise.resolve();
    this.#running.set(id, this.#running.get(id)?.filter((other) => other !== end) ?? []);
  }
}

interface Play {
  readonly queue: DeliveryQueue;
  /** A wake for an endpoint that nothing else knows. */
  lane(delayMs?: number): Wake;
  consumer(concurrency: number, isHeld?: (id: string) => boolean): Consumer;
  advance(ms: number): Promise<void>;
  /** Lets time pass until it is so. */
  until(condition: () => boolean, what: string): Promise<void>;
}

const queueCase = (name: string, play: (play: Play) => Promise<void>): DeliveryQueueCase => ({
  name,
  async run({ queue, advance }) {
    const consumers: Consumer[] = [];
    const haveEnded = (): boolean => consumers.every(({ hasEnded }) => hasEnded);
    const moveOn = async (ms: number): Promise<void> => {
      await advance(ms);
      await new Promise((resolve) => setImmediate(resolve));
    };
    const passUntil = async (condition: () => boolean): Promise<void> => {
      for (let ms = 0; !condition() && ms < PATIENCE_MS; ms += STEP_MS) await moveOn(STEP_MS);
    };
    try {
      await play({
        queue,
        lane: (delayMs = 0) => ({ kind: 'lane', id: `ep_${crypto.randomUUID()}`, delayMs }),
        consumer(concurrency, isHeld) {
          const consumer = new Consumer(queue, concurrency, isHeld);
          consumers.push(consumer);
          return consumer;
        },
        advance: moveOn,
        async until(condition, what) {
          await passUntil(condition);
          for (const { failure } of consumers) assert.equal(failure, undefined, 'consuming has failed');
          assert.ok(condition(), what);
        },
      });
    } finally {
      for (const consumer of consumers) {
        consumer.abort();
        consumer.letGo();
      }
      await passUntil(haveEnded);
    }
  },
});

const passing: readonly DeliveryQueueCase[] = [
  queueCase('a wake reaches who consumes', async ({ queue, lane, consumer, until }) => {
    const one = consumer(4);
    const [first, second, third] = [lane(), lane(), lane()];
    await queue.wake([first]);
    await queue.wake([second, third]);
    await queue.wake([]);
    const all = [first, second, third];
    await until(() => all.every((work) => one.timesOf(work) > 0), 'a wake was lost');
    const others = one.calls.filter((id) => all.every((work) => work.id !== id));
    assert.deepEqual(others, [], 'somebody was woken whom nobody has named');
  }),
  queueCase('a wake for routing reaches who consumes', async ({ queue, consumer, until }) => {
    const one = consumer(1);
    await queue.wake([{ kind: 'route', id: '', delayMs: 0 }]);
    await until(() => one.calls.includes('route'), 'the wake was lost');
  }),
  queueCase('a wake comes when its delay has passed, and not before', async (play) => {
    const { queue, lane, consumer, advance, until } = play;
    const one = consumer(2);
    const [late, soon] = [lane(DELAY_MS), lane()];
    await queue.wake([late, soon]);
    await until(() => one.timesOf(soon) > 0, 'a wake waits for one with a delay');
    assert.equal(one.timesOf(late), 0, 'its delay was left out');
    await advance(DELAY_MS - MARGIN_MS);
    assert.equal(one.timesOf(late), 0, 'it has come before its time');
    await until(() => one.timesOf(late) > 0, 'it was lost');
  }),
  queueCase('the same wake comes again, after the first has been worked', async (play) => {
    const { queue, lane, consumer, until } = play;
    const one = consumer(1);
    const work = lane();
    for (let times = 0; times < 3; times += 1) {
      const before = one.timesOf(work);
      await queue.wake([work]);
      await until(() => one.timesOf(work) > before && one.running === 0, 'a wake that came again was lost');
    }
  }),
  queueCase('a wake during a run for the same endpoint is not lost', async (play) => {
    const { queue, lane, consumer, advance, until } = play;
    const work = lane();
    const one = consumer(4, (id) => id === work.id);
    await queue.wake([work]);
    await until(() => one.timesOf(work) > 0, 'the first wake was lost');
    const before = one.timesOf(work);
    await queue.wake([work]);
    await advance(MARGIN_MS);
    one.letGo();
    await until(() => one.timesOf(work) > before, 'what came up during the run is forgotten');
  }),
  queueCase('wakes that nobody consumes do no harm', async ({ queue, lane, consumer, until }) => {
    await queue.wake([lane(), lane(DELAY_MS)]);
    const one = consumer(1);
    const work = lane();
    await queue.wake([work]);
    await until(() => one.timesOf(work) > 0, 'a wake was lost');
  }),
];

const limits: readonly DeliveryQueueCase[] = [
  queueCase('as many calls run at once as were allowed, and no more', async (play) => {
    const { queue, lane, consumer, advance, until } = play;
    const one = consumer(3, () => true);
    const all = Array.from({ length: 10 }, () => lane());
    await queue.wake(all);
    await until(() => one.running === 3, 'fewer run at once than may');
    await advance(MARGIN_MS);
    assert.equal(one.mostRunning, 3, 'more ran at once than may');
    one.letGo();
    await until(() => all.every((work) => one.timesOf(work) > 0), 'a wake was lost');
    assert.ok(one.mostRunning <= 3, 'more ran at once than may');
  }),
  queueCase('a call that lasts holds up no other', async ({ queue, lane, consumer, until }) => {
    const long = lane();
    const one = consumer(2, (id) => id === long.id);
    await queue.wake([long]);
    await until(() => one.timesOf(long) > 0, 'the first wake was lost');
    for (let times = 0; times < 5; times += 1) {
      const work = lane();
      await queue.wake([work]);
      await until(() => one.timesOf(work) > 0, 'a wake waits for another one’s work');
    }
  }),
];

const ending: readonly DeliveryQueueCase[] = [
  queueCase('an abort ends the consuming, once the calls that run have ended', async (play) => {
    const { queue, lane, consumer, advance, until } = play;
    const one = consumer(2, () => true);
    await queue.wake([lane(), lane(), lane(), lane()]);
    await until(() => one.running === 2, 'fewer run at once than may');
    one.abort();
    await advance(MARGIN_MS);
    assert.equal(one.hasEnded, false, 'it has ended before its calls');
    const called = one.calls.length;
    one.letGo();
    await until(() => one.hasEnded, 'it does not end');
    assert.equal(one.calls.length, called, 'something was started after the abort');
  }),
  queueCase('an abort ends a consuming that has nothing to do', async (play) => {
    const { queue, lane, consumer, advance, until } = play;
    const one = consumer(2);
    await advance(STEP_MS);
    one.abort();
    await until(() => one.hasEnded, 'it does not end');
    await queue.wake([lane()]);
    await advance(MARGIN_MS);
    assert.deepEqual(one.calls, []);
  }),
];

/**
 * What every `DeliveryQueue` must do while nothing fails, one case for each promise. Wakes may come more than once
 * and, where a process or a connection dies or nobody consumes, be lost: no case forbids that. Each case wakes
 * endpoints of its own, so a queue may outlive the cases; time moves through `advance` alone, 15 s at most in one case
 * that passes.
 *
 * A queue that keeps nothing and looks at the record instead, as the default one does, needs an `outlook` here that has
 * what was woken with a delay.
 *
 * @example
 * for (const { name, run } of deliveryQueueContract) {
 *   test(name, () => run({ queue, advance: (ms) => wait(ms) }));
 * }
 */
export const deliveryQueueContract: readonly DeliveryQueueCase[] = [...passing, ...limits, ...ending];
