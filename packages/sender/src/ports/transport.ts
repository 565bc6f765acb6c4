import type { attemptErrors } from '../errors/sender-notices.js';

/** A POST to make. */
export interface ExchangeRequest {
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** No more than this is read of the answer's body. */
  readonly maxResponseBytes: number;
  /** Ends the exchange, wherever it is: name resolution, connect, TLS, headers, body. */
  readonly signal: AbortSignal;
  /**
   * Whether the sender's policy lets it connect to an IP address. It must be asked about the very address that is
   * connected to, at that moment, also where the URL's host is an address itself.
   */
  readonly allowsAddress: (address: string) => boolean;
}

/** Why there was no answer. */
export type FailureReason = keyof typeof attemptErrors;

/** What came of it. `truncated`: the answer's body was longer than was read. */
export type Exchange =
  | {
      readonly kind: 'response';
      readonly status: number;
      /** Names in lower case; values of repeated ones joined by `, `. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
      readonly truncated: boolean;
    }
  | { readonly kind: 'failure'; readonly reason: FailureReason; readonly message: string };

/**
 * Makes one bounded exchange: never rejects, follows no redirect, sends the body's bytes as they are, ends with the
 * signal. A 2xx whose body does not end before the signal is a `timeout`.
 */
export interface Transport {
  exchange(request: ExchangeRequest): Promise<Exchange>;
  /** Ends what is under way and closes what is kept open. */
  close(): Promise<void>;
}
