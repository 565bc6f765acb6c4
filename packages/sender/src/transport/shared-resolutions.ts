import type { Resolve } from './resolve.js';

interface Resolution {
  readonly addresses: Promise<readonly string[]>;
  readonly noMoreWaiting: AbortController;
  waiting: number;
}

/** Resolves a name once for all who ask for it at the same time. */
export class SharedResolutions {
  readonly #resolve: Resolve;
  readonly #running = new Map<string, Resolution>();

  constructor(resolve: Resolve) {
    this.#resolve = resolve;
  }

  /** Rejects as the resolution does. Who asked leaves with the signal; with the last one the resolution is ended. */
  async addressesOf(hostname: string, signal: AbortSignal): Promise<readonly string[]> {
    const resolution = this.#running.get(hostname) ?? this.#start(hostname);
    resolution.waiting += 1;
    const onLeave = (): void => this.#leave(hostname, resolution);
    signal.addEventListener('abort', onLeave, { once: true });
    try {
      return await resolution.addresses;
    } finally {
      signal.removeEventListener('abort', onLeave);
    }
  }

  #start(hostname: string): Resolution {
    const noMoreWaiting = new AbortController();
    const addresses = this.#addressesOf(hostname, noMoreWaiting.signal);
    const resolution = { addresses, noMoreWaiting, waiting: 0 };
    this.#running.set(hostname, resolution);
    const onEnd = (): void => this.#forget(hostname, resolution);
    addresses.then(onEnd, onEnd);
    return resolution;
  }

  /** One that throws, which is a given function, rejects like the others. */
  async #addressesOf(hostname: string, signal: AbortSignal): Promise<readonly string[]> {
    return this.#resolve(hostname, signal);
  }

  #leave(hostname: string, resolution: Resolution): void {
    resolution.waiting -= 1;
    if (resolution.waiting > 0) return;
    this.#forget(hostname, resolution);
    resolution.noMoreWaiting.abort();
  }

  #forget(hostname: string, resolution: Resolution): void {
    if (this.#running.get(hostname) === resolution) this.#running.delete(hostname);
  }
}
