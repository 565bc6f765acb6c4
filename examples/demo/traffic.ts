import type { Judgement, Traffic } from './cases.js';
import type { Ledger } from './ledger.js';
import type { SignedRequest } from './producer.js';

export const TIMEOUT_MS = 5_000;

/** One delivery, ready to be sent in whatever way. */
export interface Delivery {
  /** A signed request of its own for each attempt; 1 is the first. */
  attempt(number: number): Promise<SignedRequest>;
  /** Posts requests at the same time; the answers come sorted by status. */
  send(requests: readonly SignedRequest[]): Promise<readonly Judgement[]>;
  readonly ledger: Ledger;
}

export const traffics: Readonly<Record<Traffic, (delivery: Delivery) => Promise<readonly Judgement[]>>> = {
  once: async ({ attempt, send }) => send([await attempt(1)]),

  'captured and replayed': async ({ attempt, send }) => {
    const captured = await attempt(1);
    return [...(await send([captured])), ...(await send([captured]))];
  },

  'five at once, then again': async ({ attempt, send, ledger }) => {
    const copies = Array<SignedRequest>(5).fill(await attempt(1));
    const release = ledger.hold();
    const answers = send(copies);
    // The handler is kept busy until no copy is left that is neither in a handler nor judged.
    await ledger.until(() => ledger.handled.length + ledger.judged.length >= copies.length, TIMEOUT_MS);
    release();
    return [...(await answers), ...(await send(copies))];
  },

  'failed and retried': async ({ attempt, send, ledger }) => {
    ledger.failOnce();
    return [...(await send([await attempt(1)])), ...(await send([await attempt(2)]))];
  },
};
