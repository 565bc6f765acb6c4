import { describe, expect, it } from 'vitest';
import { pause, untilDone } from '../../../packages/sender/src/time/until-done.js';
import { testClock } from './clocks.js';

/** A call that rejects so often, and then resolves. */
function failing(times: number) {
  const calls: number[] = [];
  return {
    calls,
    call: async (): Promise<string> => {
      calls.push(calls.length);
      if (calls.length <= times) throw new Error(`failure ${calls.length}`);
      return 'done';
    },
  };
}

function repetition() {
  const { fake, clock } = testClock();
  const abort = new AbortController();
  const errors: unknown[] = [];
  const options = { clock, signal: abort.signal, onError: (error: unknown) => errors.push(error) };
  return { fake, abort, errors, options };
}

describe('a call that is repeated until it is done', () => {
  it('is made once where it resolves', async () => {
    const { fake, errors, options } = repetition();
    const { call, calls } = failing(0);
    expect(await untilDone(call, options)).toBe('done');
    expect([calls.length, errors.length, fake.pending]).toEqual([1, 0, 0]);
  });

  it('waits longer each time, up to 5 s, and tells of each failure', async () => {
    const { fake, errors, options } = repetition();
    const { call, calls } = failing(9);
    const done = untilDone(call, options);
    await fake.advance(0);
    const startedMs = fake.now();
    const times: number[] = [];
    for (let made = 1; made < 10; made += 1) {
      while (calls.length === made) await fake.advance(50);
      times.push(fake.now() - startedMs);
    }
    const waits = times.map((time, index) => time - (times[index - 1] ?? 0));
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
    expect(await done).toBe('done');
    expect(errors).toEqual(Array.from({ length: 9 }, (_, index) => new Error(`failure ${index + 1}`)));
    expect(fake.pending).toBe(0);
  });

  it('is not made once the signal has aborted', async () => {
    const { abort, options } = repetition();
    const { call, calls } = failing(0);
    abort.abort();
    expect(await untilDone(call, options)).toBeUndefined();
    expect(calls).toEqual([]);
  });

  it('is given up when the signal aborts, at once and without a timer left', async () => {
    const { fake, abort, options } = repetition();
    const { call, calls } = failing(99);
    const done = untilDone(call, options);
    await fake.advance(150);
    expect(calls).toHaveLength(2);
    abort.abort();
    expect(await done).toBeUndefined();
    expect([calls.length, fake.pending]).toEqual([2, 0]);
  });

  it('that is under way when the signal aborts may still be done', async () => {
    const { abort, options } = repetition();
    const done = untilDone(async () => {
      abort.abort();
      return 'done';
    }, options);
    expect(await done).toBe('done');
  });
});

describe('a pause', () => {
  it('is over after its time', async () => {
    const { fake, abort, options } = repetition();
    let isOver = false;
    void pause(1000, options.clock, abort.signal).then(() => {
      isOver = true;
    });
    await fake.advance(999);
    expect(isOver).toBe(false);
    await fake.advance(1);
    expect(isOver).toBe(true);
  });

  it('is over at once where the signal has aborted', async () => {
    const { fake, abort, options } = repetition();
    abort.abort();
    await pause(1000, options.clock, abort.signal);
    expect(fake.pending).toBe(0);
  });

  it('leaves no listener behind', async () => {
    const { fake, abort, options } = repetition();
    const listening = new Set<unknown>();
    const { signal } = abort;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listening.add(args[1]);
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listening.delete(args[1]);
      remove(...args);
    };
    const paused = pause(1000, options.clock, signal);
    expect(listening.size).toBe(1);
    await fake.advance(1000);
    await paused;
    expect(listening.size).toBe(0);
  });
});
