import { serverCode } from './server-errors.js';

interface Waiting<Call, Answer> {
  readonly call: Call;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** How calls are gathered. */
export interface GatherOptions {
  /** Calls that go together at most. */
  readonly most: number;
  /** Groups under way at once. */
  readonly parallel: number;
}

/**
 * Calls that come while others are under way go together in one: the way to the database and its write to the disk
 * cost as much for a hundred as for one. Nobody waits for others to come.
 */
export class Gather<Call, Answer> {
  readonly #run: (calls: readonly Call[]) => Promise<readonly Answer[]>;
  readonly #options: GatherOptions;
  #waiting: Waiting<Call, Answer>[] = [];
  #running = 0;
  #isStarting = false;

  /** `run` answers each of some calls, in their order. */
  constructor(run: (calls: readonly Call[]) => Promise<readonly Answer[]>, options: GatherOptions) {
    this.#run = run;
    this.#options = options;
  }

  call(call: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call, resolve, reject });
      this.#startSoon();
    });
  }

  /** After what else this turn of the loop brings. */
  #startSoon(): void {
    if (this.#isStarting) return;
    this.#isStarting = true;
    setImmediate(() => {
      this.#isStarting = false;
      while (this.#waiting.length > 0 && this.#running < this.#options.parallel) {
        void this.#runGroup(this.#waiting.splice(0, this.#options.most));
      }
    });
  }

  async #runGroup(group: readonly Waiting<Call, Answer>[]): Promise<void> {
    this.#running += 1;
    try {
      await this.#answer(group);
    } finally {
      this.#running -= 1;
      if (this.#waiting.length > 0) this.#startSoon();
    }
  }

  async #answer(group: readonly Waiting<Call, Answer>[]): Promise<void> {
    try {
      const answers = await this.#run(group.map(({ call }) => call));
      for (const [index, { resolve, reject }] of group.entries()) {
        const answer = answers[index];
        if (answer === undefined) reject(new TypeError('a call was not answered'));
        else resolve(answer);
      }
    } catch (error) {
      // What the server refuses may be one call's fault. What it does not answer is nobody's.
      if (group.length === 1 || serverCode(error) === undefined)
        for (const { reject } of group) reject(error);
      else for (const one of group) await this.#answer([one]);
    }
  }
}
