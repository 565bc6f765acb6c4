import type { Exchange, ExchangeRequest, Transport } from '../ports/transport.js';
import { ExchangeHandler } from './exchange-handler.js';
import { failure, timeoutAt, UNWRITABLE } from './failures.js';
import { OriginPools } from './origin-pools.js';
import { type HttpTransportOptions, readSettings } from './transport-options.js';

const CLOSED = failure('connect', 'the transport is closed');
const INTERRUPTED = failure('reset', 'the transport was closed');

/**
 * The default transport: HTTP/1.1 over connections that are kept for the next exchange. Throws a `ConfigurationError`
 * for options that cannot be used.
 *
 * @example
 * const transport = httpTransport({ proxy: 'http://egress.internal:4750' });
 */
export function httpTransport(options: HttpTransportOptions = {}): Transport {
  return new HttpTransport(new OriginPools(readSettings(options)));
}

class HttpTransport implements Transport {
  readonly #pools: OriginPools;
  #isClosed = false;

  constructor(pools: OriginPools) {
    this.#pools = pools;
  }

  exchange(request: ExchangeRequest): Promise<Exchange> {
    return new Promise((settle) => {
      const exchange = new ExchangeHandler(request, settle);
      try {
        this.#start(exchange);
      } catch {
        exchange.fail(UNWRITABLE);
      }
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#pools.close(INTERRUPTED);
  }

  #start(exchange: ExchangeHandler): void {
    if (this.#isClosed) exchange.fail(CLOSED);
    else if (exchange.request.signal.aborted) exchange.fail(timeoutAt('queue'));
    else this.#pools.run(exchange);
  }
}
