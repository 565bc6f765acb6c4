/**
 * So many calls at once, and no more. A slot is taken first, for what is to be fetched, and then run in or released:
 * what is fetched has its slot.
 */
export class Slots {
  readonly #most: number;
  readonly #running = new Set<Promise<void>>();
  #taken = 0;
  #waiting: (() => void)[] = [];
  #isOver = false;

  constructor(most: number) {
    this.#most = most;
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

  /** Resolves when a slot is free: somebody else may have taken it by then. */
  async whenFree(): Promise<void> {
    if (this.free > 0 || this.#isOver) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when nothing runs. What is taken and not run is not waited for. */
  async whenIdle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  /** From now on nobody waits for a slot. */
  letGo(): void {
    this.#isOver = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const letGo of waiting) letGo();
  }
}
