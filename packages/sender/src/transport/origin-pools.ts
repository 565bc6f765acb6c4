import type { ExchangeHandler } from './exchange-handler.js';
import type { Failure } from './failures.js';
import { OriginPool, type PoolSettings } from './origin-pool.js';
import { targetOf } from './target.js';

/** The pools of all origins to which there are connections; one without any is forgotten. */
export class OriginPools {
  readonly #settings: PoolSettings;
  readonly #pools = new Map<string, OriginPool>();

  constructor(settings: PoolSettings) {
    this.#settings = settings;
  }

  /** How many there are. */
  get size(): number {
    return this.#pools.size;
  }

  run(exchange: ExchangeHandler): void {
    const { url } = exchange.request;
    const { origin } = url;
    let pool = this.#pools.get(origin);
    if (pool === undefined) {
      pool = new OriginPool(targetOf(url), this.#settings, () => this.#pools.delete(origin));
      this.#pools.set(origin, pool);
    }
    pool.run(exchange);
  }

  /** Ends everything, and resolves when all connections are closed. */
  async close(failure: Failure): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close(failure)));
  }
}
