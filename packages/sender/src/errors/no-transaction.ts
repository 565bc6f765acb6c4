import { invalidInput } from './invalid-input.js';

/** Of a store that cannot join a transaction: ignored, the event would be stored whatever becomes of the transaction. */
export function refuseTransaction(transaction: unknown): void {
  if (transaction !== undefined)
    throw invalidInput('transaction', 'left out: this store cannot join one', transaction);
}
