import type { DeliveryStore } from '@countersign/sender';

/** A store with one fault, and the cases of the contract that must notice it. */
export interface BrokenStore {
  readonly fault: string;
  readonly noticedBy: readonly string[];
  /** Puts the fault into a sound store. */
  breakIt(store: DeliveryStore): DeliveryStore;
}

/** The same store, with other methods in some places. */
export function withParts(
  store: DeliveryStore,
  parts: {
    readonly events?: Partial<DeliveryStore['events']>;
    readonly work?: Partial<DeliveryStore['work']>;
    readonly records?: Partial<DeliveryStore['records']>;
  },
): DeliveryStore {
  return {
    ...store,
    events: { ...store.events, ...parts.events },
    work: { ...store.work, ...parts.work },
    records: { ...store.records, ...parts.records },
  };
}
