import type { Sender } from '@countersign/sender';

/** What the API uses of a sender. */
export type ManagedSender = Pick<
  Sender,
  'send' | 'sendMany' | 'endpoints' | 'deliveries' | 'observe' | 'totals'
>;

/** What routes are answered with. */
export interface Services {
  readonly sender: ManagedSender;
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
  /** Whether the record answers; asked at most once a second. */
  readonly isHealthy: () => Promise<boolean>;
  /** The OpenAPI document. */
  readonly document: Readonly<Record<string, unknown>>;
}
