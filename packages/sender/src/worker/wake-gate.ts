import type { Wake } from '../ports/delivery-queue.js';
import type { Clock } from '../time/clock.js';

const ANSWER_WITHIN_MS = 2000;
const MOST_WAITING = 10_000;
const SECOND_MS = 1000;

interface Caller {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The way to a queue whose servers may be away. One call is under way at a time, and what comes meanwhile goes with the
 * next one, equal wakes once: a burst costs the queue two calls. A call that is not answered in 2 s is taken for
 * refused, and until it is answered none is made: nothing piles up behind a server that is away.
 */
export class WakeGate {
  readonly #pass: (work: readonly Wake[]) => Promise<void>;
  readonly #clock: Clock;
  #waiting = new Map<string, Wake>();
  #callers: Caller[] = [];
  #state: 'idle' | 'passing' | 'unanswered' = 'idle';

  constructor(pass: (work: readonly Wake[]) => Promise<void>, clock: Clock) {
    this.#pass = pass;
    this.#clock = clock;
  }

  async wake(work: readonly Wake[]): Promise<void> {
    if (work.length === 0) return;
    if (this.#state === 'unanswered') throw unanswered();
    if (this.#waiting.size + work.length > MOST_WAITING)
      throw new Error(`more than ${MOST_WAITING} wake-ups wait for the queue`);
    for (const one of work) this.#add(one);
    const passed = new Promise<void>((resolve, reject) => this.#callers.push({ resolve, reject }));
    if (this.#state === 'idle') void this.#passAll();
    await passed;
  }

  /** Of those that are equal but for parts of a second, the soonest. */
  #add(work: Wake): void {
    const key = `${work.kind} ${work.id} ${Math.ceil(Math.max(0, work.delayMs) / SECOND_MS)}`;
    const known = this.#waiting.get(key);
    if (known === undefined || work.delayMs < known.delayMs) this.#waiting.set(key, work);
  }

  async #passAll(): Promise<void> {
    this.#state = 'passing';
    while (this.#waiting.size > 0) {
      const work = [...this.#waiting.values()];
      const callers = this.#callers;
      this.#waiting = new Map();
      this.#callers = [];
      const call = this.#pass(work);
      const cancel = this.#clock.schedule(() => this.#giveUp(callers), ANSWER_WITHIN_MS);
      try {
        await call;
        for (const { resolve } of callers) resolve();
      } catch (error) {
        for (const { reject } of callers) reject(error);
      }
      cancel();
      this.#state = 'passing';
    }
    this.#state = 'idle';
  }

  /** Whoever waits for the call is told, and whoever waits behind it. */
  #giveUp(callers: readonly Caller[]): void {
    this.#state = 'unanswered';
    const behind = this.#callers;
    this.#waiting = new Map();
    this.#callers = [];
    for (const { reject } of [...callers, ...behind]) reject(unanswered());
  }
}

function unanswered(): Error {
  return new Error(`the queue has not answered for ${ANSWER_WITHIN_MS / SECOND_MS} s`);
}
