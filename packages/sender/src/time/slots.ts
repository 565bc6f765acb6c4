/**
 * So many calls at once, and no more. A slot is taken first, for what is to be fetched, and then run in or released:
 * what is fetched has its slot.
 */
export class Slots {
  readonly #most: number;
  readonly #signal: AbortSignal;
  readonly #running = new Set<Promise<void>>();
  #taken = 0;
  #waiting: (() => void)[] = [];

  /** After the abort nobody waits any more. */
  constructor(most: number, signal: AbortSignal) {
    this.#most = most;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#letAllGo(), { once: true });
  }

  get free(): number {
    return this.#most - this.#taken;
  }

  /** Takes a slot, where one is free. */
  take(): boolean {
    if (this.free <= 0) return false;
    this.#taken += 1;
    return true;
  }

  /** Gives back a slot that was taken. */
  release(): void {
    this.#taken -= 1;
    this.#waiting.shift()?.();
  }

  /** Runs in a slot that was taken, and releases it at the end. */
  run(call: () => Promise<void>): Promise<void> {
    const running = call().finally(() => {
      this.#running.delete(running);
      this.release();
    });
    this.#running.add(running);
    return running;
  }

  /** Resolves when a slot is free, or the signal aborts: somebody else may have taken it by then. */
  async whenFree(): Promise<void> {
    if (this.free > 0 || this.#signal.aborted) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when nothing runs. What is taken and not run is not waited for. */
  async whenIdle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  #letAllGo(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const letGo of waiting) letGo();
  }
}
