import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Timeouts } from '../../../packages/sender/src/time/timeouts.js';
import { testClock } from './clocks.js';

const DELAY_MS = 1000;

describe('timeouts that are equally long', () => {
  it('each end once, after their delay, in their order', async () => {
    const { fake, clock } = testClock();
    const timeouts = new Timeouts(DELAY_MS, clock);
    const ended: string[] = [];
    timeouts.start(() => ended.push('first'));
    await fake.advance(400);
    timeouts.start(() => ended.push('second'));
    timeouts.start(() => ended.push('third'));
    await fake.advance(599);
    expect(ended).toEqual([]);
    await fake.advance(1);
    expect(ended).toEqual(['first']);
    await fake.advance(399);
    expect(ended).toEqual(['first']);
    await fake.advance(1);
    expect(ended).toEqual(['first', 'second', 'third']);
    await fake.advance(10 * DELAY_MS);
    expect(ended).toHaveLength(3);
  });

  it('do not end once they are called off', async () => {
    const { fake, clock } = testClock();
    const timeouts = new Timeouts(DELAY_MS, clock);
    const ended: number[] = [];
    const cancel = [0, 1, 2].map((index) => timeouts.start(() => ended.push(index)));
    cancel[0]?.();
    cancel[0]?.();
    cancel[2]?.();
    await fake.advance(DELAY_MS);
    expect(ended).toEqual([1]);
    cancel[1]?.();
  });

  it('need one timer for all of them, and none for none', async () => {
    const { fake, clock } = testClock();
    const timeouts = new Timeouts(DELAY_MS, clock);
    expect(fake.pending).toBe(0);
    const cancel = Array.from({ length: 100 }, () => timeouts.start(() => {}));
    expect(fake.pending).toBe(1);
    for (const one of cancel.slice(1)) one();
    expect(fake.pending).toBe(1);
    cancel[0]?.();
    expect(fake.pending).toBe(0);
    timeouts.start(() => {});
    expect(fake.pending).toBe(1);
    await fake.advance(DELAY_MS);
    expect(fake.pending).toBe(0);
  });

  it('need one timer also where each that ends begins another', async () => {
    const { fake, clock } = testClock();
    const timeouts = new Timeouts(DELAY_MS, clock);
    let ended = 0;
    const again = (): void => {
      ended += 1;
      timeouts.start(again);
    };
    for (let offset = 0; offset < 10; offset += 1) {
      timeouts.start(again);
      await fake.advance(10);
    }
    for (let round = 0; round < 50; round += 1) {
      await fake.advance(100);
      expect(fake.pending).toBe(1);
    }
    // Ten of them, each once a second.
    expect(ended).toBe(50);
  });

  it('may call each other off while they end', async () => {
    const { fake, clock } = testClock();
    const timeouts = new Timeouts(DELAY_MS, clock);
    const ended: string[] = [];
    let callOff = (): void => {};
    timeouts.start(() => {
      ended.push('first');
      callOff();
    });
    callOff = timeouts.start(() => ended.push('second'));
    await fake.advance(DELAY_MS);
    expect(ended).toEqual(['first']);
    expect(fake.pending).toBe(0);
  });

  it('end at their time whatever is begun, called off and waited for', async () => {
    const step = fc.record({ waitMs: fc.nat(400), callsOff: fc.option(fc.nat(20), { nil: undefined }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { fake, clock } = testClock();
        const timeouts = new Timeouts(DELAY_MS, clock);
        const started: { readonly dueMs: number; readonly cancel: () => void }[] = [];
        const ended: (readonly [index: number, atMs: number])[] = [];
        const expected = new Map<number, number>();
        for (const { waitMs, callsOff } of steps) {
          const index = started.length;
          const dueMs = fake.now() + DELAY_MS;
          const cancel = timeouts.start(() => ended.push([index, fake.now()]));
          started.push({ dueMs, cancel });
          expected.set(index, dueMs);
          const called = callsOff === undefined ? undefined : started[callsOff];
          if (called !== undefined && callsOff !== undefined) {
            if (called.dueMs > fake.now()) expected.delete(callsOff);
            called.cancel();
          }
          expect(fake.pending).toBeLessThanOrEqual(1);
          await fake.advance(waitMs);
        }
        await fake.advance(DELAY_MS);
        expect(ended).toEqual([...expected]);
        expect(fake.pending).toBe(0);
      }),
    );
  });
});
