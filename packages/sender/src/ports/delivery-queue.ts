/** Something may be there to do: events to route, or a lane to work. */
export interface Wake {
  readonly kind: 'route' | 'lane';
  /** The endpoint of a lane; empty for `route`. */
  readonly id: string;
  readonly delayMs: number;
}

/**
 * Distributes wake-ups. They may be repeated, late or lost, and decide nothing: whoever is woken asks the store,
 * and what was lost is found again by `WorkLedger.outlook`.
 */
export interface DeliveryQueue<Transaction = never> {
  /** Passes wake-ups on, to any process that consumes; with the transaction, where the queue can join one. */
  wake(work: readonly Wake[], transaction?: Transaction): Promise<void>;
  /**
   * Calls `onWake` for each, at most `concurrency` at once, until the signal aborts; resolves when the last call
   * has. `onWake` never rejects, and its promise lasts as long as the work does.
   */
  consume(
    onWake: (work: Wake) => Promise<void>,
    options: { readonly concurrency: number; readonly signal: AbortSignal },
  ): Promise<void>;
}
