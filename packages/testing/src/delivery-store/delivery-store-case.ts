import type { DeliveryStore } from '@countersign/sender';

/** A store under test, with the clock that it lives by. */
export interface DeliveryStoreSubject {
  /** Open, empty, and used by one case alone: what is due, counted or pruned is so for a whole store. */
  readonly store: DeliveryStore;
  /** Moves the store's time on; a store whose clock cannot be faked waits that long. */
  advance(ms: number): Promise<void> | void;
}

/** One promise of a `DeliveryStore`. */
export interface DeliveryStoreCase {
  /** The promise. */
  readonly name: string;
  /** It moves the time on by hours; the others by 10 s at most. Leave it out where the clock cannot be faked. */
  readonly leaps: boolean;
  /** Rejects with an `AssertionError` where the store breaks it. */
  run(subject: DeliveryStoreSubject): Promise<void>;
}
