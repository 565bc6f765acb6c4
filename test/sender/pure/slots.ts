import { ExchangeSlots, type Slot } from '../../../packages/sender/src/lane/exchange-slots.js';
import { testClock } from './clocks.js';

/** Slots on a clock that a test moves. */
export function slotsOf(concurrency: number, slowConcurrency: number) {
  const { fake, clock } = testClock();
  return { fake, slots: new ExchangeSlots({ concurrency, slowConcurrency }, clock) };
}

/** All that are free now, taken. */
export function takeAll(slots: ExchangeSlots): Slot[] {
  const taken: Slot[] = [];
  for (let slot = slots.tryTake(); slot !== undefined; slot = slots.tryTake()) taken.push(slot);
  return taken;
}
