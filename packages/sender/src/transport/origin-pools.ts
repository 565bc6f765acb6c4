import type { ExchangeHandler } from './exchange-handler.js';
import { type Failure, failure } from './failures.js';
import { OriginPool, type PoolSettings } from './origin-pool.js';
import { targetOf } from './target.js';

const OTHER_SCHEME = failure('protocol', 'the URL is neither `http:` nor `https:`');

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
    const pool = this.#pools.get(url.origin) ?? this.#open(url);
    if (pool === undefined) exchange.fail(OTHER_SCHEME);
    else pool.run(exchange);
  }

  /** Ends everything, and resolves when all connections are closed. */
  async close(reason: Failure): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close(reason)));
  }

  #open(url: URL): OriginPool | undefined {
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
    const target = targetOf(url);
    const pool = new OriginPool(target, this.#settings, () => this.#pools.delete(target.origin));
    this.#pools.set(target.origin, pool);
    return pool;
  }
}
