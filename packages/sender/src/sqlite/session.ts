import type { Now } from '@countersign/core';
import type { Leases } from './leases.js';
import type { RoutingProgress } from './routing-progress.js';
import type { Statements } from './statements.js';

/** An open database, with what lives in memory beside it. */
export interface Session {
  readonly sql: Statements;
  /** Whole epoch milliseconds. */
  readonly now: Now;
  readonly leases: Leases;
  readonly routing: RoutingProgress;
  /** Numbers of events only grow, also when the last ones were pruned. */
  readonly nextEventSeq: () => number;
}

/** Calls on an open database. Both reject with a `SenderError` that names the file. */
export interface Calls {
  /** At once, on what is committed. */
  read<T>(call: (session: Session) => T): Promise<T>;
  /** In a transaction, which others may share; resolves when it is durable. */
  write<T>(call: (session: Session) => T): Promise<T>;
}
