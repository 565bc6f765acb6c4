import { describe, expect, it } from 'vitest';
import { Signal } from '../../src/time/signal.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Whether a wait is over by now. */
async function isOver(wait: Promise<void>): Promise<boolean> {
  let over = false;
  void wait.then(() => {
    over = true;
  });
  await settled();
  return over;
}

describe('a signal', () => {
  it('wakes who waits', async () => {
    const signal = new Signal();
    const wait = signal.wait();
    expect(await isOver(wait)).toBe(false);
    signal.set();
    expect(await isOver(wait)).toBe(true);
  });

  it('that came before the wait is not lost', async () => {
    const signal = new Signal();
    signal.set();
    expect(await isOver(signal.wait())).toBe(true);
  });

  it('is for one wait: the next one waits anew', async () => {
    const signal = new Signal();
    signal.set();
    await signal.wait();
    expect(await isOver(signal.wait())).toBe(false);

    const other = new Signal();
    const wait = other.wait();
    other.set();
    await wait;
    expect(await isOver(other.wait())).toBe(false);
  });

  it('several times counts as one', async () => {
    const signal = new Signal();
    signal.set();
    signal.set();
    await signal.wait();
    expect(await isOver(signal.wait())).toBe(false);
  });

  it('wakes again and again', async () => {
    const signal = new Signal();
    for (let round = 0; round < 3; round += 1) {
      const wait = signal.wait();
      signal.set();
      expect(await isOver(wait)).toBe(true);
    }
  });
});
