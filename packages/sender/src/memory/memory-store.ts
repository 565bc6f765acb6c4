import type { Now } from '@countersign/core';
import type { DeliveryStore } from '../ports/delivery-store.js';
import { steadyEpoch } from '../time/clock.js';
import { deliveryRecords } from './deliveries.js';
import { endpointRecords } from './endpoints.js';
import { eventLog } from './events.js';
import { State } from './state.js';
import { upkeep } from './upkeep.js';
import { workLedger } from './work-ledger.js';

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** Epoch milliseconds of a clock that never goes back. Default: the platform's, from the moment of the call. */
  readonly now?: Now | undefined;
}

/**
 * A delivery store in this process's memory, for tests and for development. **Everything is lost when the process
 * ends**: what was acknowledged and not delivered yet, endpoints and their secrets, the record. Closing it loses
 * nothing; it can be opened again.
 *
 * It keeps every event with its deliveries, about 1 KB for each delivery beside the data, until retention prunes them.
 *
 * @example
 * const sender = createSender({ store: memoryStore(), provider: standardWebhooks });
 */
export function memoryStore(options: MemoryStoreOptions = {}): DeliveryStore {
  const state = new State(options.now ?? steadyEpoch());
  return {
    open: async () => {},
    close: async () => {},
    events: eventLog(state),
    work: workLedger(state),
    records: { ...endpointRecords(state), ...deliveryRecords(state), ...upkeep(state) },
  };
}
