import type { Claim } from '../replay/port.js';

/** A verified delivery as an inbox keeps it. Its texts may hold anything; they come back as they were. */
export interface StoredDelivery {
  /** What makes two deliveries the same one: SHA-256, in hex, over receiver name, tenant and identity. */
  readonly key: string;
  /** The receiver's `name`. */
  readonly receiver: string;
  readonly tenant: string | undefined;
  /** Which secret matched. */
  readonly keyId: string;
  readonly deliveryId: string;
  readonly eventId: string;
  readonly type: string;
  /** The delivery's signed time, epoch milliseconds: data, which decides nothing. */
  readonly timestampMs: number | undefined;
  /** The request's headers as JSON, without those that authenticate. */
  readonly headers: string;
  /** The exact bytes of the wire. */
  readonly body: Uint8Array;
}

/** A delivery that is somebody's to handle until its lease ends. */
export interface TakenDelivery {
  /** Its key, and a token that is given once. */
  readonly claim: Claim;
  readonly delivery: StoredDelivery;
  /** 1 for the first. */
  readonly attempt: number;
  /** Nothing settled the attempt before this one: its process died, or stood still for too long. */
  readonly isInterrupted: boolean;
}

/**
 * What becomes of a taken delivery. `done`: handled; its headers and body need not be kept. `retry`: taken again
 * after a delay. `failed`: kept for people. `returned`: not handled; due at once, and the attempt does not count.
 */
export type InboxSettlement =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly delayMs: number; readonly error: string }
  | { readonly kind: 'failed'; readonly error: string }
  | { readonly kind: 'returned' };

/** A delivery whose attempts have all failed. */
export interface FailedDelivery {
  /** Names it for `requeue`. */
  readonly id: string;
  readonly receiver: string;
  readonly tenant: string | undefined;
  readonly deliveryId: string;
  readonly eventId: string;
  readonly type: string;
  readonly attempts: number;
  /** Code and message of the last attempt's error. */
  readonly error: string;
  readonly receivedAt: Date;
  readonly failedAt: Date;
}

/** One page of a list. */
export interface FailedDeliveries {
  readonly data: readonly FailedDelivery[];
  /** For the next page; `undefined` with the last one. */
  readonly nextCursor: string | undefined;
}

/**
 * Keeps verified deliveries until they are handled: what is put is durable when the promise resolves. Time is the
 * inbox's own clock, and no absolute time crosses this port. Deliveries are taken the longest due first; what fails
 * comes later than what followed it, so no order is promised.
 */
export interface Inbox {
  /**
   * Stores a delivery, due at once. `known`: one of the same key was put less than `rememberMs` before (as that
   * call said), whatever has become of it, and nothing is written: a repeat after a lost answer does no harm.
   */
  put(
    delivery: StoredDelivery,
    options: { readonly rememberMs: number; readonly signal: AbortSignal },
  ): Promise<'stored' | 'known'>;
  /** Takes deliveries of a receiver that are due; nobody else is given them while the lease lasts. */
  take(options: {
    readonly receiver: string;
    readonly limit: number;
    readonly leaseMs: number;
  }): Promise<readonly TakenDelivery[]>;
  /**
   * Extends leases; the claims that nobody else has taken since, also those that were settled. A lease that has
   * ended, and that nobody has taken, begins again.
   */
  renew(claims: readonly Claim[], options: { readonly leaseMs: number }): Promise<readonly Claim[]>;
  /**
   * `false`: somebody else has taken the delivery, and nothing was written. A token settles once: `true` again, and
   * nothing is written, where it has done so before.
   */
  settle(claim: Claim, settlement: InboxSettlement): Promise<boolean>;
  /** What has failed for good, the newest first. `limit` is 100 by default. */
  failed(query?: {
    readonly receiver?: string | undefined;
    readonly limit?: number | undefined;
    readonly cursor?: string | undefined;
  }): Promise<FailedDeliveries>;
  /** Makes failed deliveries due again, with the whole retry schedule before them; how many there were. */
  requeue(ids: readonly string[]): Promise<number>;
  /**
   * Forgets deliveries of a receiver that were done, or have failed, so long ago; never before a repeat would be
   * `known` no more. How many there were; fewer than `limit`: there are no more.
   */
  prune(options: {
    readonly receiver: string;
    readonly doneMs: number;
    /** `undefined`: what has failed is kept for ever. */
    readonly failedMs: number | undefined;
    readonly limit: number;
  }): Promise<number>;
}
