import type { InboxCase } from './inbox-case.js';
import { failures, pruning } from './people.js';
import { fencing, renewing, settling } from './settling.js';
import { putting, taking } from './storing.js';

/**
 * What every `Inbox` must do, one case for each promise. Each case uses a receiver name of its own, so an inbox may
 * outlive the cases, as long as nothing else uses it meanwhile; time moves through `advance` alone, 15 s at most in
 * one case.
 *
 * @example
 * for (const { name, run } of inboxContract) {
 *   test(name, () => {
 *     const clock = fakeClock();
 *     return run({ inbox: postgresInbox({ client: pool, now: clock.now }), advance: clock.advance });
 *   });
 * }
 */
export const inboxContract: readonly InboxCase[] = [
  ...putting,
  ...taking,
  ...settling,
  ...renewing,
  ...fencing,
  ...failures,
  ...pruning,
];
