import { fakeClock } from '@countersign/testing';
import type { Clock } from '../../../packages/sender/src/time/clock.js';

/** A clock that a test moves, and how many timers wait on it. */
export function testClock() {
  const fake = fakeClock();
  const clock: Clock = { now: fake.now, steadyNow: fake.now, schedule: fake.schedule };
  return { fake, clock };
}
