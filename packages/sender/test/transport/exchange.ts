import type { Exchange, ExchangeRequest, Transport } from '../../src/ports/transport.js';

/** An exchange with an empty body, to whatever address. */
export function exchangeWith(
  transport: Pick<Transport, 'exchange'>,
  url: string,
  changes: Partial<ExchangeRequest> = {},
): Promise<Exchange> {
  return transport.exchange(requestTo(url, changes));
}

export function requestTo(url: string, changes: Partial<ExchangeRequest> = {}): ExchangeRequest {
  return {
    url: new URL(url),
    headers: {},
    body: new Uint8Array(),
    maxResponseBytes: 65_536,
    signal: new AbortController().signal,
    allowsAddress: () => true,
    ...changes,
  };
}
