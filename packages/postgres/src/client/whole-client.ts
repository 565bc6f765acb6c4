import { mustBe } from '@countersign/core/strict';

/** How transactions of a library are told from its whole client. */
export interface TransactionMark {
  /** The parameter of the adapter. */
  readonly field: string;
  readonly library: string;
  isTransaction(given: object): boolean;
}

/** A whole client has other connections: what is written through it stays when the transaction rolls back. */
export function refuseWholeClient(given: unknown, { field, library, isTransaction }: TransactionMark): void {
  const isThing = (typeof given === 'object' && given !== null) || typeof given === 'function';
  if (isThing && isTransaction(given)) return;
  throw mustBe(field, `a transaction of ${library}, not its whole client`, given);
}
