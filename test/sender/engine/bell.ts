/** Tells those who wait for a condition when to look again. */
export class Bell {
  #waiting: (() => void)[] = [];

  ring(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Resolves when the condition holds. It must change nothing that rings. */
  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    for (;;) {
      const rung = new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (await condition()) return;
      await rung;
    }
  }
}
