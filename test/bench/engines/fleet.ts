import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Child } from '../child.js';
import type { Sink } from '../sender/sink.js';

const answer = z.object({ times: z.array(z.number()) });

/** The worker processes of one contender, which share one queue or record. */
export class Fleet {
  readonly #children: readonly Child[];
  readonly #first: Child;
  readonly #sink: Sink;

  private constructor(first: Child, children: readonly Child[], sink: Sink) {
    this.#first = first;
    this.#children = children;
    this.#sink = sink;
  }

  static async start(
    name: string,
    sink: Sink,
    options: { readonly workers: number; readonly connections: number },
  ): Promise<Fleet> {
    const args = [name, randomBytes(4).toString('hex'), String(options.connections), ...sink.urls];
    const module = new URL('./engine-process.ts', import.meta.url);
    const [first, ...others] = Array.from({ length: options.workers }, () => new Child(module, args));
    if (first === undefined) throw new Error('no workers');
    const fleet = new Fleet(first, [first, ...others], sink);
    await Promise.all(fleet.#children.map((child) => child.answer(answer)));
    await first.answer(answer, 'prepare');
    return fleet;
  }

  /** How long it takes from nothing under way to the last answer. */
  async drain(count: number): Promise<number> {
    await this.#first.answer(answer, `fill ${count}`);
    const answered = this.#sink.answered(count);
    const startMs = performance.now();
    await this.#all('start');
    await answered;
    const elapsedMs = performance.now() - startMs;
    await this.#all('stop');
    return elapsedMs;
  }

  /** Milliseconds that sends inside transactions take. */
  async send(count: number): Promise<readonly number[]> {
    return (await this.#first.answer(answer, `send ${count}`)).times;
  }

  async end(): Promise<void> {
    await this.#first.answer(answer, 'remove');
    await this.#all('close');
    await Promise.all(this.#children.map((child) => child.stop()));
  }

  async #all(command: string): Promise<void> {
    await Promise.all(this.#children.map((child) => child.answer(answer, command)));
  }
}
