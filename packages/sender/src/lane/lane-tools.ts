import type { Attempted, AttemptOrder } from '../attempt/attempt.js';
import type { Target } from '../attempt/target.js';
import type { Reporter } from '../observe/reporter.js';
import type { WorkLedger } from '../ports/delivery-store.js';
import type { EndpointRecord } from '../ports/records.js';
import type { Clock } from '../time/clock.js';
import type { ExchangeSlots } from './exchange-slots.js';

/** What lanes are worked with. */
export interface LaneTools {
  readonly ledger: WorkLedger;
  readonly slots: ExchangeSlots;
  readonly attempt: (order: AttemptOrder, target: Target) => Promise<Attempted | undefined>;
  readonly targetOf: (record: EndpointRecord) => Target;
  readonly clock: Clock;
  readonly random: () => number;
  readonly reporter: Reporter;
  /** Whether others wait for their turn, so that a lane held for `heldMs` should let go. */
  readonly shouldYield: (heldMs: number) => boolean;
}
