import { ExchangeSlots, type Slot } from '../../../packages/sender/src/lane/exchange-slots.js';
import { testClock } from './clocks.js';

/** Slots on a clock that a test moves. */
export function slotsOf(concurrency: number, slowConcurrency: number) {
  const { fake, clock } = testClock();
  return { fake, slots: new ExchangeSlots({ concurrency, slowConcurrency }, clock) };
}

let owners = 0;

/** An owner that has nothing in flight. */
export function newOwner(): string {
  owners += 1;
  return `owner ${owners}`;
}

/** All that are free now, taken: by an owner each, unless one owner takes what it may have. */
export function takeAll(slots: ExchangeSlots, owner?: string): Slot[] {
  const taken: Slot[] = [];
  for (;;) {
    const slot = slots.tryTake(owner ?? newOwner());
    if (slot === undefined) return taken;
    taken.push(slot);
  }
}
