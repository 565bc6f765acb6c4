import type { TestResult } from './attempt/test-endpoint.js';
import type { DeliveryBook } from './delivery/deliveries.js';
import type { EndpointStats } from './delivery/stats.js';
import type { EndpointBook } from './endpoint/endpoints.js';
import type { SendEvent } from './event/new-event.js';
import type { SentEvent } from './event/send.js';
import type { TenantOption } from './ids/scope.js';
import type { SenderOutcomeHook } from './observe/sender-outcome.js';
import type { RecordTotals } from './ports/records.js';

/** Where a store can join one, `{ transaction }`: the caller's own database transaction. */
export type SendOptions<Transaction> = [Transaction] extends [never]
  ? []
  : [options?: { readonly transaction?: Transaction | undefined }];

/** What a test event says, where its receiver wants something that it knows. */
export interface TestOptions extends TenantOption {
  /** Default `webhook.test`. */
  readonly type?: string | undefined;
  /** Default a short message. */
  readonly data?: unknown;
}

/** Endpoints, and what is known of them. */
export interface Endpoints<Events> extends EndpointBook<Events> {
  /** Posts a test event to an endpoint, at once and once, enabled or not. It leaves nothing in the record. */
  test(id: string, options?: TestOptions): Promise<TestResult>;
  stats(id: string, options?: TenantOption): Promise<EndpointStats>;
}

/** A sender's numbers: of its record, and of this process. */
export interface SenderTotals extends RecordTotals {
  /** Exchanges that this process has in flight. */
  readonly inFlight: number;
  /** Endpoints whose lanes this process holds. */
  readonly lanes: number;
}

/**
 * Sends webhooks. Calls that are refused reject with a `SenderError`, whose `code` is a row of docs/errors.md.
 */
export interface Sender<Events = Record<string, unknown>, Transaction = never> {
  /**
   * Puts an event into the record, from where every endpoint that subscribes to it gets it: durable when the promise
   * resolves, or when `transaction` commits. The same event with the same `id` again is stored, and sent, once.
   */
  send(event: SendEvent<Events>, ...options: SendOptions<Transaction>): Promise<SentEvent>;
  /** Up to 1,000 events in one step: all of them, or none where one is refused. */
  sendMany(
    events: readonly SendEvent<Events>[],
    ...options: SendOptions<Transaction>
  ): Promise<readonly SentEvent[]>;
  readonly endpoints: Endpoints<Events>;
  readonly deliveries: DeliveryBook;
  /** Begins to deliver. Where several processes share a store, one that only sends need not. */
  start(): Promise<void>;
  /**
   * Ends for good: nothing new is begun, what is in flight is waited for, at most `timeoutMs` (default 10,000), and the
   * store is closed. What was cut off is still pending, and repeated by whoever works the record next.
   */
  stop(options?: { readonly timeoutMs?: number | undefined }): Promise<void>;
  /** Adds a listener beside `onEvent`; the returned function takes it away. */
  observe(hook: SenderOutcomeHook): () => void;
  totals(): Promise<SenderTotals>;
}
