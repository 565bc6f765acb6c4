import { SenderError } from './errors/sender-error.js';
import type { DeliveryStore } from './ports/delivery-store.js';

/** A store that is opened when it is first needed, and once. */
export class OpenStore<Transaction> {
  readonly #store: DeliveryStore<Transaction>;
  #opening: Promise<void> | undefined;
  #isClosed = false;

  constructor(store: DeliveryStore<Transaction>) {
    this.#store = store;
  }

  /** The open store. What failed is tried again with the next call. */
  async ready(): Promise<DeliveryStore<Transaction>> {
    if (this.#isClosed) throw senderStopped();
    this.#opening ??= this.#store.open();
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
    return this.#store;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const opening = this.#opening;
    if (opening === undefined) return;
    await opening.catch(() => {});
    await this.#store.close();
  }
}

/** Of calls that come after `stop`. */
export function senderStopped(): SenderError {
  return new SenderError('sender_stopped', 'this sender was stopped');
}
